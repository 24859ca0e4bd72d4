"""Under which name a risk model is registered, by the features that its use forbids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from models.risk.rows import FEATURES

MODEL, GRAPH_MODEL = "risk_cost", "risk_cost_graph"
_LONGEST = 120


def model_name(without: Iterable[str] = ()) -> str:
    """`risk_cost` of all features, `risk_cost_without_sex_male`, or, where fewer are kept than left out,
    `risk_cost_only_age`.

    The same set has one name, whatever its order. Raises ValueError for a name that is no feature.
    """
    dropped = frozenset(without)
    kept = kept_features(dropped)
    if not dropped:
        return MODEL
    if not kept:
        return f"{MODEL}_only_book"
    few, word = (kept, "only") if len(kept) < len(dropped) else (dropped, "without")
    name = f"{MODEL}_{word}_{'-'.join(sorted(few))}"
    if len(name) <= _LONGEST:
        return name
    return f"{MODEL}_{word}_{len(few)}_fields_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def left_out(without: str = "", only: str = "") -> frozenset[str]:
    """The features that comma lists of what to leave out or of what alone to keep ("book": none) leave out.

    Raises ValueError for a name that is no feature, or when both are given.
    """
    if without and only:
        raise ValueError("say what to leave out or what alone to keep, not both")
    named = frozenset(name.strip() for name in (without or only).split(",") if name.strip()) - {"book"}
    kept_features(named)
    return frozenset(FEATURES) - named if only else named


def kept_features(without: Iterable[str]) -> tuple[str, ...]:
    """The features that remain, in the catalog's order. Raises ValueError for a name that is no feature."""
    dropped = frozenset(without)
    unknown = sorted(dropped - set(FEATURES))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no feature of member_features (docs/data_dictionary.md lists them)")
    return tuple(name for name in FEATURES if name not in dropped)

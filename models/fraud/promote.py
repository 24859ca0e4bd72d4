"""Whether a newly trained version takes over from the champion."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models import gate_parts
from models.fraud.providers import UNSUPERVISED
from models.gate import PASSED, REFUSED, Gate, Part
from models.registry import RegisteredModel


def gate(
    champion: RegisteredModel | None, basis: str, metrics: Mapping[str, float], held: pd.DataFrame, seed: int
) -> Gate:
    """What stands between a version and scoring. `held`: its out-of-fold predictions (models/holdout.py)."""
    passes, why = worth_promoting(champion, basis, metrics)
    measured = from_predictions(held, champion.version if champion else "", seed)
    quality = Part("quality", PASSED if passes else REFUSED, why, _figures(metrics))
    return Gate((measured[0], quality, *measured[1:]), champion.version if champion else "")


def from_predictions(held: pd.DataFrame, champion: str, seed: int) -> tuple[Part, ...]:
    """The parts that stored predictions alone decide, the same each time."""
    outcomes = gate_parts.outcomes(held, binary=True)
    if outcomes.status != PASSED:
        return (outcomes,)
    asked = (
        outcomes,
        gate_parts.leak(held, binary=True, seed=seed),
        gate_parts.calibration(held, binary=True, seed=seed),
        gate_parts.same_cases(held, gate_parts.ranking_loss, "average precision", champion, seed),
        gate_parts.score_drift(held, champion),
    )
    if "again_margin" not in held:  # kept before the version was trained again for the gate
        return asked
    return (*asked, gate_parts.unseen_schemes(held, seed), gate_parts.stability(held, seed))


def worth_promoting(champion: RegisteredModel | None, basis: str, metrics: Mapping[str, float]) -> tuple[bool, str]:
    """The verdict and its reason in words.

    The champion stays only when the new version's out-of-fold average precision lies below the champion's 95 %
    bootstrap interval, or when the new version has no labels behind it and the champion had.
    """
    if champion is None:
        return True, "first version: champion"
    if not champion.intact:
        return True, f"the files of {champion} are damaged: the new version is champion"
    if basis == UNSUPERVISED:
        promoted = champion.tags.get("score_basis") == UNSUPERVISED
        return promoted, "ranks without labels, like the champion: champion" if promoted else (
            f"has no labels to learn from and {champion} had: challenger"
        )
    floor = champion.metrics.get("oof_ap_lower")
    if floor is None:
        return True, f"{champion} was never measured: the new version is champion"
    ours = metrics["oof_ap"]
    compared = f"average precision {ours:.3f}, the champion's interval starts at {floor:.3f}"
    return (True, f"{compared}: champion") if ours >= floor else (False, f"{compared}: challenger, {champion} stays")


def _figures(metrics: Mapping[str, float]) -> dict[str, float]:
    names = ("oof_ap", "oof_ap_lower", "oof_ap_upper", "oof_precision_at_capacity", "oof_ece")
    return {name: float(metrics[name]) for name in names if name in metrics}

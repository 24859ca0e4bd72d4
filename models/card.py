"""The model card of a registered version (Mitchell et al. 2019), as Markdown made from its run and the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.gate import Gate
from models.registry import RegisteredModel

FILE = "model_card.md"


@dataclass(frozen=True)
class Kind:
    """What is true of every version of a model: what it is, whom it is for, and where it fails."""

    what: str
    use: str
    never: str
    limits: tuple[str, ...]


_FRAUD_LIMITS = (
    "It learns from what was investigated: a scheme that nobody ever looked into has no label. Probabilities are those "
    "of a case like the investigated ones, corrected by random controls where there are any.",
    "An unusual provider need not be a dishonest one: a specialist of rare cases looks unusual too.",
    "A score is a reason to look, never a finding.",
)
_FRAUD_NEVER = "Denying a claim, stopping payment or accusing a provider without a person's review."
KINDS: Mapping[str, Kind] = {
    "fraud_provider": Kind(
        "Ranks billing providers by the chance that an investigation confirms fraud: gradient boosted trees and "
        "logistic regressions on own and neighbourhood features, with a graph network where it earned its place.",
        "Special investigations: which providers to review first.",
        _FRAUD_NEVER,
        _FRAUD_LIMITS,
    ),
    "fraud_claim": Kind(
        "Ranks claims by the chance that an investigation confirms fraud, from the claim and its provider's score.",
        "Special investigations: which claims to review first.",
        _FRAUD_NEVER,
        _FRAUD_LIMITS,
    ),
    "risk_cost_graph": Kind(
        "Expected cost of a member's next twelve months by a graph network over members, physicians and providers.",
        "Scores only beside the version of risk_cost that it beat.",
        "As for risk_cost.",
        ("It knows a member through others: a physician who is new to the book tells nothing.",),
    ),
    "risk": Kind(
        "Expected cost of a member's next twelve months with a 90 % interval and the chance to exceed attachment "
        "points: gradient boosted trees, calibrated, with a manual rate by age and sex for members without history.",
        "Rating, renewal, stop-loss and care management, for uses that the policy of `underwatch quote` permits.",
        "A use that the policy refuses: individual and small-group rating by health, life and disability underwriting "
        "without authorization. The rules are a configurable safeguard, not legal advice.",
        (
            "One member's cost is mostly chance: read the wide interval, not the single figure.",
            "It prices what the last years brought: new drugs, new benefits and a changed book are not in it.",
            "Race and ethnicity are in no delivery format that is read, so nothing could be measured by them.",
        ),
    ),
}


@dataclass(frozen=True)
class Event:
    """What the audit log says of a version: day, what, who and why."""

    day: str
    what: str
    who: str
    why: str


def card(
    model: RegisteredModel,
    params: Mapping[str, str],
    gate: Gate | None,
    fairness: Sequence[Mapping[str, object]],
    events: Sequence[Event],
) -> str:
    """The card. `fairness`: rows of the run's fairness.json, none where groups were not judged."""
    kind = KINDS.get(model.name) or KINDS[model.name.split("_")[0]]
    tags = model.tags
    tables = {key.removeprefix("lake."): value for key, value in tags.items() if key.startswith("lake.")}
    parts = [
        f"# Model card: {model.name} version {model.version}",
        f"{kind.what}\n\nStanding: {', '.join(model.aliases) or 'scores nobody'}. {tags.get('verdict', '')}".rstrip(),
        f"## Use\n\nIntended: {kind.use}\n\nNot for: {kind.never}",
        "## Data\n\n" + _bullets(_data(tags, params, tables)),
        "## Measured\n\n" + _metrics(_own(model)),
        "## Gate\n\n" + _gate(gate),
        *(["## Fairness\n\n" + _fairness(fairness)] if not model.name.startswith("fraud") else []),
        "## Limits\n\n" + _bullets([*kind.limits, *_notes(tags)]),
        "## Approvals and moves\n\n" + _table(
            ("day (UTC)", "what", "who", "why"), [(one.day, one.what, one.who, one.why) for one in events]
        ),
        "## To make it again\n\n" + _bullets(
            [f"MLflow run {model.run_id}", f"fingerprint of data, parameters and code: {model.fingerprint or 'none'}"]
            + [f"{file}: SHA-256 {digest}" for file, digest in sorted(json.loads(tags.get("sha256", "{}")).items())]
        ),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _data(tags: Mapping[str, str], params: Mapping[str, str], tables: Mapping[str, str]) -> list[str]:
    versions = ", ".join(f"{name} {number}" for name, number in sorted(tables.items())) or "not recorded"
    said = [f"As of {tags.get('as_of', 'an unknown day')}; lake tables and their versions: {versions}"]
    if features := tags.get("features"):
        said.append(f"Features: {features.replace(',', ', ')}")
    said.append("Parameters: " + ", ".join(f"{name} {value}" for name, value in sorted(params.items())))
    return said


def _own(model: RegisteredModel) -> dict[str, float]:
    """The version's metrics without those of its graph challenger, which the same run measured; or the other way."""
    graph = model.name.endswith("_graph")
    return {name: value for name, value in model.metrics.items() if name.startswith("graph_") == graph}


def _metrics(metrics: Mapping[str, float]) -> str:
    names = [name for name in sorted(metrics) if not name.endswith(("_lower", "_upper"))]
    if not names:
        return "Nothing: no outcome was known to measure it on."
    rows = []
    for name in names:
        ends = [metrics.get(f"{name}{end}") for end in ("_lower", "_upper")]
        between = "" if None in ends else f"{ends[0]:.4g} to {ends[1]:.4g}"
        rows.append((name, f"{metrics[name]:.4g}", between))
    return "Out of sample; the interval is a 95 % bootstrap.\n\n" + _table(("metric", "value", "interval"), rows)


def _gate(gate: Gate | None) -> str:
    if gate is None:
        return "None was kept."
    against = f"Held against version {gate.champion}." if gate.champion else "Held against no version: none scored."
    return f"{against}\n\n" + _table(("part", "status", "why"), [(p.name, p.status, p.why) for p in gate.parts])


def _fairness(rows: Sequence[Mapping[str, object]]) -> str:
    if not rows:
        return "No group could be judged: no outcome was known."
    names = [
        "trait",
        "group",
        "members",
        "predictive_ratio",
        "relative_ratio",
        "relative_ratio_lower",
        "relative_ratio_upper",
    ]
    shown = [name for name in names if name in rows[0]]
    words = (
        "Predicted over actual cost of each group, and its ratio to that of all others (95 % for all of them together)."
    )
    return f"{words}\n\n" + _table(shown, [[_short(row.get(name)) for name in shown] for row in rows])


def _notes(tags: Mapping[str, str]) -> list[str]:
    return [note for note in tags.get("notes", "").split("; ") if note]


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "" if value is None else str(value)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "None."
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(one) for one in row) + " |" for row in cells)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")

"""How the measures behind reasons are spread among peers: what a value is to be held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definitions import feature_of
from app.snapshot import Snapshot
from app.words import plain, share

CLAIM_TABLES = ("claim_features", "provider_features")
PROVIDER_TABLES = ("provider_features",)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Spread:
    """Quantiles (see QUANTILES) of a measure among `count` peers of `group`; `below` is the share under the value."""

    count: int
    quantiles: tuple[float, ...]
    below: float | None
    group: str
    unit: str
    what: str

    @property
    def place(self) -> str:
        """Where the value lies among its peers, in words."""
        if self.below is None:
            return ""
        group = f"{self.count:,} peers ({plain(self.group)})"
        at_or_above = round((1 - self.below) * self.count)
        if at_or_above <= 1:
            return f"The highest of {group}"
        if self.below >= 0.99:
            return f"Among the highest {at_or_above:,} of {group}"
        return f"Above {share(self.below)} of {group}"


def spreads(
    tables: Snapshot, names: Sequence[str], keys: Mapping[str, tuple[str, str | None]], day: Any, reasons: Any
) -> list[Spread | None]:
    """One for each reason, None where its measure is of no table of `names` or nothing was kept of that day.

    `keys`: table -> its key column and the row's own key, whose peer group is compared.
    """
    wanted: dict[str, list[tuple[int, Any]]] = {}
    for number, reason in enumerate(reasons):
        found = feature_of(reason["code"], [name for name in names if tables.has(name)])
        if found is not None and keys[found[0]][1] is not None:
            wanted.setdefault(found[0], []).append((number, found[1]))
    answer: list[Spread | None] = [None] * len(reasons)
    for name, columns in wanted.items():
        key, own = keys[name]
        place = tables.one(f"select peer_group from {name} where {key} = ? and as_of = ?", [own, day])
        if place is None:
            continue
        parts, values = [], []
        for number, column in columns:
            parts.append(
                f"count({column.name}) as n{number}, quantile_cont({column.name}, {list(QUANTILES)}) as q{number}, "
                f"avg(case when {column.name} is not null then ({column.name} < ?)::int end) as b{number}"
            )
            values.append(reasons[number]["value"])
        row = tables.one(
            f"select {', '.join(parts)} from {name} where as_of = ? and peer_group = ?",
            [*values, day, place["peer_group"]],
        )
        for number, column in columns:
            if row and row[f"n{number}"]:
                answer[number] = Spread(
                    count=row[f"n{number}"],
                    quantiles=tuple(row[f"q{number}"]),
                    below=row[f"b{number}"],
                    group=place["peer_group"],
                    unit=column.unit,
                    what=column.description,
                )
    return answer

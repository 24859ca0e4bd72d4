"""Checks of a delivery against the earlier ones of its source: as many rows as usual, in the usual mix."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import great_expectations.expectations as gxe

from expectations.check import STOP, WARN, Check, expect, holds

LEAST_SHARE = 0.5
"""A delivery with fewer than this share of the usual rows is incomplete until somebody says otherwise."""

MOST_MOVED = 0.10
"""Share of all rows by which one kind of rows may be above or below its usual share."""

ENOUGH_EARLIER = 3
"""From so many earlier deliveries on, what is usual is known; before, a small delivery may follow a first load."""


def usual_volume(earlier: list[int], accepted: bool = False) -> Check:
    """At least half of the median number of rows of `earlier` deliveries. It warns only where fewer than three are
    known, or where somebody `accepted` the smaller volume."""
    least = int(median(earlier) * LEAST_SHARE)
    on_fail = STOP if len(earlier) >= ENOUGH_EARLIER and not accepted else WARN
    name = "there are at least half as many rows as earlier deliveries usually bring"
    return expect(name, gxe.ExpectTableRowCountToBeBetween, on_fail, min_value=least)


def usual_mix(column: str, now: Mapping[str, int], earlier: Mapping[str, int]) -> Check:
    """Rows whose `column` is of a kind that is far more, or less, frequent than in earlier deliveries are told."""
    kinds = sorted(kind for kind in now if abs(_share(now, kind) - _share(earlier, kind)) <= MOST_MOVED)
    quoted = ", ".join("'" + kind.replace("'", "''") + "'" for kind in kinds)
    name = f"{column} has its usual shares, within {MOST_MOVED:.0%} of all rows"
    return holds(name, f"{column} in ({quoted})" if kinds else "false", WARN)


def _share(counts: Mapping[str, int], kind: str) -> float:
    return counts.get(kind, 0) / max(sum(counts.values()), 1)

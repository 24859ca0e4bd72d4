"""What the fault tests did, for the table that they end in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

FULL = os.environ.get("UNDERWATCH_FAULTS") == "full"
"""Whether `make faults` asks for many tries; `make test` makes a few."""


def tries(few: int, many: int) -> int:
    return many if FULL else few


@dataclass
class Tally:
    """One kind of fault: how often it was made to happen, and what readers missed or saw twice, all tries together."""

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    recovered: str = ""


@dataclass
class Ledger:
    faults: dict[str, Tally] = field(default_factory=dict)

    def note(self, fault: str, recovered: str, expected: Sequence[object], seen: Sequence[object]) -> None:
        """One try: what readers should see in the end, and what they saw. Raises AssertionError where they differ."""
        tally = self.faults.setdefault(fault, Tally())
        lost, extra = Counter(expected) - Counter(seen), Counter(seen) - Counter(expected)
        tally.tried += 1
        tally.lost += lost.total()
        tally.doubled += extra.total()
        tally.recovered = recovered
        assert not lost, f"{lost.total()} rows are lost"
        assert not extra, f"{extra.total()} rows are doubled or of another version"

    def lines(self) -> list[str]:
        head = ("fault", "times tried", "rows lost", "rows doubled", "recovered how")
        rows = [
            (name, str(tally.tried), str(tally.lost), str(tally.doubled), tally.recovered)
            for name, tally in self.faults.items()
        ]
        widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
        made = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
        return [made[0], "-" * len(made[0]), *made[1:]]

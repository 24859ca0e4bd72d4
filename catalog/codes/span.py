"""The time in which a code is valid, and tables of codes with it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from string import ascii_uppercase


@dataclass(frozen=True)
class Span:
    """First and last day of service on which a code may be used."""

    valid_from: date = date.min
    valid_until: date = date.max

    def holds(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until

    def meets(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last` is in it."""
        return self.valid_from <= last and first <= self.valid_until


ALWAYS = Span()


@cache
def spans_in(file: str) -> dict[str, tuple[Span, ...]]:
    """Codes of a CSV beside this module: `first` and `last` are the ends of a run of numbers, after the same letter
    where they have one; an empty day is no limit."""
    found: dict[str, tuple[Span, ...]] = {}
    with Path(__file__).with_name(file).open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            span = Span(_day(row["valid_from"], date.min), _day(row["valid_until"], date.max))
            digits = row["first"].lstrip(ascii_uppercase)
            letter, width = row["first"].removesuffix(digits), len(digits)
            for number in range(int(digits), int(row["last"].removeprefix(letter)) + 1):
                code = f"{letter}{number:0{width}d}"
                found[code] = (*found.get(code, ()), span)
    return found


def _day(text: str, default: date) -> date:
    return date.fromisoformat(text) if text else default

"""Elements of X12 to values: dates (D8, RD8, DT), decimal numbers (R) and composites. None where the text is none."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_DAY = re.compile(r"\d{8}(\d{4,6})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_LARGEST = Decimal("999999999999.99")
_CENT = Decimal("0.01")


class BadElement(Exception):
    """An element that cannot be read. `reason` and `detail` say which and why, never what it holds."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def day(text: str, where: str) -> date:
    """A date CCYYMMDD, with or without a time after it. Raises BadElement, naming the place."""
    found = _day(text)
    if found is None:
        raise BadElement("bad_date", f"{where} is not a date of the calendar written as CCYYMMDD")
    return found


@lru_cache(maxsize=4096)  # a file holds few days
def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def period(qualifier: str, text: str, where: str) -> tuple[date, date]:
    """First and last day of a DTP: D8 and DT one day, RD8 two joined by `-`. Raises BadElement."""
    if qualifier == "RD8" and "-" in text:
        first, _, last = text.partition("-")
    else:
        only = day(text, where)
        return only, only
    days = day(first, where), day(last, where)
    if days[1] < days[0]:
        raise BadElement("bad_date", f"{where} ends before it begins")
    return days


def amount(text: str, where: str) -> Decimal:
    """Dollars, rounded half up to cents. Raises BadElement where it is no number or does not fit decimal(14,2)."""
    found = _amount(text)
    if found is None:
        raise BadElement("bad_amount", f"{where} is not an amount in dollars and cents that fits decimal(14,2)")
    return found


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal | None:
    value = number(text)
    return value.quantize(_CENT, ROUND_HALF_UP) if value is not None and abs(value) <= _LARGEST else None


def number(text: str) -> Decimal | None:
    """A decimal number of at most 18 digits; X12 numbers have no exponent."""
    return Decimal(text) if len(text) <= 19 and text.isascii() and _NUMBER.fullmatch(text) else None


def readable(text: str) -> Decimal | None:
    """An amount, None where it cannot be read: for rows that are rejected anyway."""
    return _amount(text)


def components(text: str, separator: str) -> list[str]:
    """Parts of a composite."""
    return [part.strip() for part in text.split(separator)]


def fits(total: Decimal, what: str) -> Decimal:
    """`total`. Raises BadElement where several amounts that fit do not fit together."""
    if abs(total) > _LARGEST:
        raise BadElement("bad_amount", f"{what} do not fit decimal(14,2) together")
    return total

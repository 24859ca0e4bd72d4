"""Medically unlikely edits: a CSV with HCPCS/CPT Code, `<Setting> Services MUE Values`, MUE Adjudication Indicator and
MUE Rationale, after a copyright paragraph; header cells may run over several lines.

The file says no dates: it holds for one quarter, which its name says (`Eff_01-01-2025`, `2025-q1`).
Source: CMS, "Medicare NCCI Medically Unlikely Edits (MUEs)".
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from catalog.errors import BadDelivery

_DAY = re.compile(r"eff[_-]?(\d{1,2})-(\d{1,2})-(\d{4})", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})[ _-]?q([1-4])", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9]{5}")


def quarter_of(name: str) -> date | None:
    """First day of the quarter that a file's name says; None where it says none."""
    if found := _DAY.search(name):
        month, day, year = map(int, found.groups())
        return date(year, month, day)
    if found := _QUARTER.search(name):
        year, quarter = map(int, found.groups())
        return date(year, 3 * quarter - 2, 1)
    return None


def end_of_quarter(day: date) -> date:
    """Last day of the quarter that a day lies in."""
    following = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + following // 13, (following - 1) % 12 + 1, 1) - timedelta(days=1)


def read_mue(file: Path, setting: str, first: date, last: date) -> list[tuple[Any, ...]]:
    """Rows of `unit_limits` of one setting and quarter. Raises BadDelivery for another file or a row without limit."""
    if not setting:
        raise BadDelivery(f"{file.name} does not say whose limits these are; say it with --setting")
    with file.open(encoding="ISO-8859-1", newline="") as text:
        rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(text)]
    start = next((number for number, row in enumerate(rows) if _is_header(row)), None)
    if start is None:
        raise BadDelivery(f"{file.name} has no header of limits (HCPCS/CPT Code, MUE Values, ...)")
    edition = f"{setting}-{first}"
    limits = {}
    for row in rows[start + 1 :]:
        if row and row[0]:
            code, units, indicator = _limit(file, row)
            limits[code] = (edition, setting, code, first, last, units, indicator)
    if not limits:
        raise BadDelivery(f"{file.name} holds no limit; download it again")
    return list(limits.values())


def _is_header(row: list[str]) -> bool:
    words = [cell.lower() for cell in row[:3]]
    return len(words) == 3 and "code" in words[0] and "mue value" in words[1] and "adjudication" in words[2]


def _limit(file: Path, row: list[str]) -> tuple[str, int, str]:
    code, units, indicator, *_ = [*row, "", ""]
    if not _CODE.fullmatch(code.upper()) or not units.isdigit() or indicator[:1] not in ("1", "2", "3"):
        raise BadDelivery(f"{file.name}: a row is no code, units and indicator 1, 2 or 3; download it again")
    return code.upper(), int(units), indicator[:1]

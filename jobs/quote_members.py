"""A list of members to quote, from a CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.errors import BadDelivery
from jobs.token_key import token_key

_TOKEN = re.compile(r"m-[a-z2-7]{24}")
_SEXES = {"male": 1.0, "m": 1.0, "female": 0.0, "f": 0.0, "": np.nan, "unknown": np.nan, "u": np.nan}
_OLDEST = 120


def read_members(file: Path, lake: str) -> pd.DataFrame:
    """row_number (1 = first after the header), member_id (token), age (years) and sex_male (1, 0), NaN where not told.

    Identifiers become tokens by the lake's key; tokens stay. Raises BadDelivery naming the row, never the identifier.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return members_of(lines, file.name, lake)
    except (OSError, UnicodeDecodeError) as error:
        raise BadDelivery(f"the list of members {file.name} cannot be read ({type(error).__name__})") from error


def members_of(lines: Iterable[str], name: str, lake: str) -> pd.DataFrame:
    """As `read_members`, of a list that is open already; `name` is what errors call it."""
    try:
        rows = list(csv.DictReader(lines))
    except csv.Error as error:
        raise BadDelivery(f"{name} is no CSV file: {error}") from error
    if not rows or "member_id" not in rows[0]:
        raise BadDelivery(f"{name} needs a header with member_id (and may have age and sex) and a row per member")
    key = token_key(lake)
    ids, ages, sexes, seen = [], [], [], dict[str, int]()
    for number, row in enumerate(rows, start=1):
        told = (row["member_id"] or "").strip()
        if not told:
            raise BadDelivery(f"{name} row {number} has no member_id")
        one = told if _TOKEN.fullmatch(told) else key.token(told)
        if one in seen:
            raise BadDelivery(f"{name} rows {seen[one]} and {number} name the same member; keep one of them")
        seen[one] = number
        ids.append(one)
        ages.append(_age(row.get("age") or "", f"{name} row {number}"))
        sexes.append(_sex(row.get("sex") or "", f"{name} row {number}"))
    return pd.DataFrame({"row_number": range(1, len(ids) + 1), "member_id": ids, "age": ages, "sex_male": sexes})


def _age(text: str, where: str) -> float:
    try:
        age = float(text) if text.strip() else np.nan
    except ValueError:
        age = -1.0
    if age < 0 or age > _OLDEST:
        raise BadDelivery(f"{where}: age is not a number of years between 0 and {_OLDEST}")
    return age


def _sex(text: str, where: str) -> float:
    if text.strip().lower() not in _SEXES:
        raise BadDelivery(f"{where}: sex is male, female or unknown")
    return _SEXES[text.strip().lower()]

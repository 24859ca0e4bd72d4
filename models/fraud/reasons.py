"""Contributions to a score put into the sentences of the catalog, for many rows at once.

Built as Arrow arrays: half a million claims have two million reasons, too many for Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from catalog.table import Column
from models.fraud.schemes import LEAST_SHARE, SCHEME_OF_CODE

MOST_REASONS = 5
NOTHING_UNUSUAL = "NO_UNUSUAL_PATTERN"
_NOTHING_TEXT = "Nothing about it raises the score above that of usual cases"
_LEAST = 1e-3
_DECIMALS = 6

REASON_TYPE = pa.struct(
    [
        ("code", pa.string()),
        ("text", pa.string()),
        ("value", pa.float64()),
        ("expected", pa.float64()),
        ("contribution", pa.float64()),
    ]
)
"""A reason without its evidence, which Spark adds from the claim's own lines."""


def reasons_of(
    columns: Sequence[Column],
    values: np.ndarray,
    expected: np.ndarray,
    contributions: np.ndarray,
    most: int = MOST_REASONS,
) -> pa.ListArray:
    """list<REASON_TYPE> [rows], strongest first, at most `most` each.

    `values`, `expected` (the peers' median) and `contributions` are [rows, columns]. Only what raises the score
    is a reason; a row that nothing raises gets the one reason NO_UNUSUAL_PATTERN.
    """
    rows, strongest, kept = _strongest(contributions, most)
    counts = kept.sum(axis=1)
    empty = counts == 0
    offsets = np.r_[0, np.cumsum(np.maximum(counts, 1))].astype(np.int32)
    slot = (offsets[:-1, None] + np.cumsum(kept, axis=1) - 1)[kept]
    row, feature = np.broadcast_to(rows, kept.shape)[kept], strongest[kept]

    numbers = np.full((3, offsets[-1]), np.nan)
    for target, source in zip(numbers, (values, expected, contributions), strict=True):
        target[slot] = np.round(source[row, feature], _DECIMALS)
    numbers[2, offsets[:-1][empty]] = 0.0
    codes, texts = np.full(offsets[-1], NOTHING_UNUSUAL, object), np.full(offsets[-1], _NOTHING_TEXT, object)
    for number in np.unique(feature):
        column, there = columns[number], slot[feature == number]
        codes[there] = column.code or column.name.upper()
        texts[there] = sentences(column, numbers[0, there], numbers[1, there])
    arrays = [pa.array(codes, pa.string()), pa.array(texts, pa.string())]
    arrays += [pa.array(one, pa.float64(), from_pandas=True) for one in numbers]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(arrays, fields=list(REASON_TYPE)))


def schemes_of(columns: Sequence[Column], contributions: np.ndarray, most: int = MOST_REASONS) -> list[str | None]:
    """The scheme each row's reasons point to, None where they point to none or to several."""
    named = sorted(set(SCHEME_OF_CODE.values()))
    points_to = np.array([named.index(SCHEME_OF_CODE[c.code]) if c.code in SCHEME_OF_CODE else -1 for c in columns])
    rows, strongest, kept = _strongest(contributions, most)
    shown = np.where(kept, contributions[rows, strongest], 0.0)
    weight = np.column_stack([(shown * (points_to[strongest] == number)).sum(axis=1) for number in range(len(named))])
    clear = (weight.max(axis=1) > 0) & (weight.max(axis=1) >= LEAST_SHARE * shown.sum(axis=1))
    return [named[best] if sure else None for best, sure in zip(weight.argmax(axis=1), clear, strict=True)]


def sentences(column: Column, values: np.ndarray, expected: np.ndarray) -> list[str]:
    """The column's reason with numbers in it, one per value."""
    template = column.reason or f"{column.description}: {{value}}; {{expected}} is typical"
    unknown = f"Not known, and that is itself a sign: {column.description[:1].lower()}{column.description[1:]}"
    say = _speaker(column.unit)
    # Many rows have the same small number beside the same peers: a look-up is quicker than a sentence.
    told: dict[tuple[float, float], str] = {}
    made = []
    for pair in zip(values.tolist(), expected.tolist(), strict=True):
        text = told.get(pair)
        if text is None:
            value, usual = pair
            text = told[pair] = _sentence(template, say(value), say(usual)) if value == value else unknown
        made.append(text)
    return made


def _sentence(template: str, value: str, expected: str) -> str:
    # Trees also tell cases apart by what is usual among their peers but rare in the book.
    if value == expected:
        template = template.replace("{expected} is typical", "the same is typical of its peers")
    return template.format(value=value, expected=expected)


def _speaker(unit: str) -> Callable[[float], str]:
    money, share = unit == "USD", unit.startswith("share")

    def say(number: float) -> str:
        if number != number:
            return "not known"
        if money:
            return f"${number:,.0f}" if number >= 0 else f"-${-number:,.0f}"
        if share:
            return f"{number:.0%}" if abs(number) >= 0.1 or number == 0 else f"{number:.1%}"
        if number == int(number):
            return f"{int(number):,}"
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.2g}" if abs(number) < 1 else f"{number:.1f}"

    return say


def _strongest(contributions: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers [rows, 1], positions of the strongest features [rows, most], and which of them raise the score."""
    rows = np.arange(len(contributions))[:, None]
    # Rounded, so that the last bits of a sum do not decide which of two equal reasons comes first.
    strongest = np.argsort(-np.round(contributions, _DECIMALS), axis=1, kind="stable")[:, :most]
    return rows, strongest, contributions[rows, strongest] > _LEAST

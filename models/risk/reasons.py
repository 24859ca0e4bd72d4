"""A member's cost prediction put into the words of the catalog: what drives it, by how much, against whom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from catalog import TABLES
from catalog.table import Column
from models.risk.rows import FEATURES

MOST = 5
_CELLS = {"age_band": "age", "sex_male": "sex"}
_SMALLEST = math.log(1.02)  # a factor under 2 % is not worth a reader's time

Reason = dict[str, Any]


def typical_values(frame: pd.DataFrame, features: Sequence[str] = FEATURES) -> dict[str, dict[str, float]]:
    """Mean of each feature by age band, and of the whole book under "": what a value is compared with.

    Of the book alone where the frame does not tell the age band.
    """
    names = list(features)
    means = frame.groupby("age_band")[names].mean() if "age_band" in frame else frame[names].iloc[:0]
    means.loc[""] = frame[names].mean()
    return {str(band): {k: float(v) for k, v in row.items() if not pd.isna(v)} for band, row in means.iterrows()}


def explain(
    frame: pd.DataFrame,
    contributions: np.ndarray,
    typical: dict[str, dict[str, float]],
    features: Sequence[str] = FEATURES,
) -> list[list[Reason]]:
    """Per member at most five reasons, strongest first. `contributions` has one column per feature.

    `contribution` is on the log scale: the feature multiplies the expected cost by exp(contribution), which
    the text states. `expected` is the mean of the member's age band. Evidence is empty: features are sums over
    a year of claims, not single lines.
    """
    columns = [TABLES["member_features"].column(name) for name in features]
    values = frame[list(features)].to_numpy(float)
    strength = np.where(np.isnan(values), 0.0, np.abs(contributions))
    order = np.argsort(-strength, axis=1, kind="stable")[:, :MOST]
    bands = frame["age_band"].astype(str).tolist() if "age_band" in frame else [""] * len(frame)
    book = typical.get("", {})
    explained = []
    for row, strongest in enumerate(order):
        usual = typical.get(bands[row], book)
        kept = [at for at in strongest if strength[row, at] >= _SMALLEST] or [strongest[0]]
        explained.append(
            [
                _reason(
                    columns[at],
                    float(values[row, at]),
                    usual.get(columns[at].name, book.get(columns[at].name)),
                    float(contributions[row, at]),
                )
                for at in kept
            ]
        )
    return explained


def manual_reason(months_observed: float, factor: float, trained: bool, by: Sequence[str]) -> Reason:
    """The one reason of a prediction made from the manual rate. `factor` is the rate over the book's mean, `by` what
    its cells are of."""
    rate = " and ".join(_CELLS[name] for name in by)
    if trained or months_observed <= 0:
        code, text = "TOO_LITTLE_HISTORY", "No claims history in the last 12 months"
    else:
        code, text = "MANUAL_RATE", "Too few members with a known outcome to learn a cost model from"
    priced = f"rate for {rate}" if rate else "mean rate"
    text = f"{text}: priced at the book's {priced}, with a wider interval (cost x {factor:.2f})"
    return {
        "code": code,
        "text": text,
        "value": float(months_observed),
        "expected": 12.0,
        "contribution": math.log(max(factor, 1e-6)),
        "evidence": [],
    }


def _reason(column: Column, value: float, expected: float | None, contribution: float) -> Reason:
    sentence = column.reason or f"{column.description}: {{value}}; the average is {{expected}}"
    said = sentence.format(value=_said(value, column.unit), expected=_said(expected, column.unit))
    return {
        "code": column.code or column.name.upper(),
        "text": f"{said} (cost x {math.exp(contribution):.2f})",
        "value": None if math.isnan(value) else value,
        "expected": expected,
        "contribution": contribution,
        "evidence": [],
    }


def _said(value: float | None, unit: str) -> str:
    if value is None or math.isnan(value):
        return "unknown"
    if unit == "USD":
        return f"{value:,.0f} USD"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"

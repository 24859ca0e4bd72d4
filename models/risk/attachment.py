"""The probability that a member's yearly cost exceeds an attachment point (where stop-loss cover starts)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from models.risk.bag import Bag, fit_bag
from models.risk.rows import FOLDS, Rows
from models.risk.tail import Tail, fit_tail

POINTS = (50_000, 100_000, 250_000)
MIN_POSITIVES = 20
"""Fewer members above a point than this cannot teach a classifier; the tail of the cost model serves then."""


@dataclass(frozen=True)
class AttachmentModel:
    """Per point a calibrated classifier, where one could be learnt, else the tail of cost over expected cost."""

    classifiers: dict[int, Bag]
    calibration: dict[int, tuple[float, float]]
    tail: Tail

    @property
    def basis(self) -> dict[str, str]:
        return {str(point): "classifier" if point in self.classifiers else "tail" for point in POINTS}

    def predict(self, frame: pd.DataFrame, expected: np.ndarray) -> np.ndarray:
        """Rows x POINTS; never rising from one point to the next."""
        columns = [
            _calibrated(self.classifiers[point].margin(frame), self.calibration[point])
            if point in self.classifiers
            else self.tail.exceeds(point / np.maximum(expected, 1.0))
            for point in POINTS
        ]
        return np.minimum.accumulate(np.column_stack(columns), axis=1)

    def save(self, folder: Path) -> dict[str, object]:
        counts = {str(point): bag.save(folder, f"above_{point}") for point, bag in self.classifiers.items()}
        calibration = {str(point): list(pair) for point, pair in self.calibration.items()}
        return {"basis": self.basis, "calibration": calibration, "tail": self.tail.save(), "boosters": counts}

    @classmethod
    def load(cls, folder: Path, saved: dict) -> AttachmentModel:
        counts = {int(point): count for point, count in saved["boosters"].items()}
        classifiers = {point: Bag.load(folder, f"above_{point}", count) for point, count in counts.items()}
        calibration = {int(point): (pair[0], pair[1]) for point, pair in saved["calibration"].items()}
        return cls(classifiers, calibration, Tail(**saved["tail"]))


def fit_attachment(rows: Rows, expected: np.ndarray, seed: int) -> AttachmentModel:
    """`expected` is the cost model's, of every row by parts that did not see it; so are the margins calibrated on."""
    held = rows.taught
    classifiers, calibration = {}, {}
    for point in POINTS:
        above = (rows.cost > point).astype(float)
        by_fold = [above[rows.side == fold].sum() for fold in FOLDS]
        if sum(by_fold) >= MIN_POSITIVES and min(by_fold) >= 1:
            params = {"objective": "binary:logistic", "max_depth": 3, "min_child_weight": 2}
            classifiers[point], margin = fit_bag(params, rows, above, seed)
            calibration[point] = _platt(margin[held], above[held], rows.weight[held])
    return AttachmentModel(classifiers, calibration, fit_tail(rows.cost[held], expected[held]))


def _platt(margin: np.ndarray, above: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Slope and intercept that calibrate the margin (Platt 1999)."""
    fitted = LogisticRegression(C=10.0).fit(margin[:, None], above, sample_weight=weight)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _calibrated(margin: np.ndarray, pair: tuple[float, float]) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-(pair[0] * margin.astype(float) + pair[1])))

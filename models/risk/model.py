"""Everything a prediction needs, in one folder of safe files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.errors import ModelUnavailable
from models.risk.attachment import POINTS, AttachmentModel
from models.risk.categories import SPLIT, CategoryModel
from models.risk.cost import PARTS, CostModel
from models.risk.interval import COVERAGE, ENDS, IntervalModel
from models.risk.manual import ManualRate
from models.risk.reasons import Reason, explain, manual_reason
from models.risk.rows import FEATURES, HORIZON_MONTHS, model_input

PREDICTED = ("expected_cost", "expected_cost_lower", "expected_cost_upper", *(f"above_{point}" for point in POINTS))


@dataclass(frozen=True)
class Trees:
    """The learnt part; absent where too few members had a known outcome."""

    cost: CostModel
    interval: IntervalModel
    attachment: AttachmentModel


@dataclass(frozen=True)
class RiskModel:
    """`typical` holds the mean of each feature by age band, for the reasons.

    `features` are the columns of member_features that the model reads: it was never shown another. `categories` share
    the expected cost out, where the outcomes told how.
    """

    manual: ManualRate
    trees: Trees | None
    typical: dict[str, dict[str, float]]
    features: tuple[str, ...] = FEATURES
    categories: CategoryModel | None = None

    @property
    def learnt(self) -> Trees:
        """The learnt part. Raises ValueError for a manual rate alone."""
        if self.trees is None:
            raise ValueError("this model is a manual rate alone")
        return self.trees

    def answer(self, members: pd.DataFrame, expected: np.ndarray | None = None) -> pd.DataFrame:
        """PREDICTED and SPLIT columns and `reasons`, as published: USD in whole cents.

        One row per row of `members` (rows of member_features), in their order. Columns that the model was not trained
        on are dropped before anything is computed. SPLIT is empty where the outcomes told no categories.
        """
        frame = model_input(members, self.features)
        found = self.predict(frame, expected)
        dollars = ["expected_cost", "expected_cost_lower", "expected_cost_upper"]
        found[dollars] = found[dollars].round(2)
        if self.categories:
            found = pd.concat([found, self.categories.split(frame, found["expected_cost"].to_numpy())], axis=1)
        else:
            found[list(SPLIT)] = np.nan
        return found.assign(reasons=self.reasons(frame)).set_axis(members.index)

    def predict(self, frame: pd.DataFrame, expected: np.ndarray | None = None) -> pd.DataFrame:
        """PREDICTED columns, one row per row of `frame` (rows.model_input): USD over 12 months, and chances.

        `expected` replaces the trees' expected cost where a challenger has become champion. Members without
        history get the manual rate.
        """
        low, high = self.manual.interval(frame, ENDS)
        cost = self.manual.predict(frame)
        chances = np.column_stack([self.manual.exceeds(frame, point) for point in POINTS])
        known = self._with_history(frame)
        if self.trees and known.any():
            seen = frame[known]
            cost[known] = self.trees.cost.predict(seen) if expected is None else expected[known]
            low[known], high[known] = self.trees.interval.predict(seen, cost[known])
            chances[known] = self.trees.attachment.predict(seen, cost[known])
        # The mean of a skewed cost may lie outside its central 90 %; a reader expects it inside, and widening
        # the interval to it takes nothing from its coverage.
        low, high = np.clip(np.minimum(low, cost), 0.0, None), np.maximum(high, cost)
        columns = np.column_stack([cost, low, high, np.clip(chances, 0.0, 1.0)])
        return pd.DataFrame(columns, columns=list(PREDICTED), index=frame.index)

    def reasons(self, frame: pd.DataFrame) -> list[list[Reason]]:
        """What drives each member's expected cost (see reasons.explain)."""
        factors = self.manual.predict(frame) / max(self.manual.book, 1e-6)
        months = frame["months_observed"].to_numpy(float)
        learnt, by = self.trees is not None, self.manual.by
        found = [[manual_reason(m, f, learnt, by)] for m, f in zip(months, factors, strict=True)]
        known = self._with_history(frame)
        if self.trees and known.any():
            seen = frame[known]
            explained = explain(seen, self.trees.cost.contributions(seen), self.typical, self.features)
            for row, reasons in zip(np.flatnonzero(known), explained, strict=True):
                found[row] = reasons
        return found

    def describe(self) -> dict[str, object]:
        """What kind of model this is, for the registered version's tags."""
        if self.trees is None:
            return {"basis": "manual"}
        return {
            "basis": "trees",
            "cost_weights": dict(zip(PARTS, np.round(self.trees.cost.weights, 3).tolist(), strict=True)),
            "attachment_basis": self.trees.attachment.basis,
        }

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        saved: dict[str, object] = {
            **self.describe(),
            "horizon_months": HORIZON_MONTHS,
            "interval": COVERAGE,
            "features": list(self.features),
            "manual": self.manual.save(),
            "typical": self.typical,
        }
        if self.trees:
            saved |= {
                "cost": self.trees.cost.save(folder),
                "interval_model": self.trees.interval.save(folder),
                "attachment": self.trees.attachment.save(folder),
            }
        if self.categories:
            saved["categories"] = self.categories.save(folder)
        (folder / "risk.json").write_text(json.dumps(saved, indent=1, sort_keys=True))
        return folder

    @classmethod
    def load(cls, folder: Path) -> RiskModel:
        """Raises ModelUnavailable when the version reads a feature that the catalog no longer declares."""
        saved = json.loads((folder / "risk.json").read_text())
        gone = sorted(set(saved["features"]) - set(FEATURES))
        if gone:
            raise ModelUnavailable(
                f"member_features lost {', '.join(gone)} since this version was trained; run `underwatch train-risk`"
            )
        trees = None
        if "cost" in saved:
            trees = Trees(
                CostModel.load(folder, saved["cost"]),
                IntervalModel.load(folder, saved["interval_model"]),
                AttachmentModel.load(folder, saved["attachment"]),
            )
        categories = CategoryModel.load(folder, saved["categories"]) if "categories" in saved else None
        return cls(ManualRate.load(saved["manual"]), trees, saved["typical"], tuple(saved["features"]), categories)

    def _with_history(self, frame: pd.DataFrame) -> np.ndarray:
        return frame["months_observed"].to_numpy(float) > 0

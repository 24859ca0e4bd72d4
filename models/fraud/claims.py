"""The claim model: boosters and lines over a claim's features and its provider's score.

Holds no PyTorch: it runs on Spark workers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.table import Column
from models.fraud import trees
from models.fraud.blend import Blend
from models.fraud.folds import claim_groups, fold_of, unseen_by
from models.fraud.inputs import LINE, TREE, claim_columns, matrix
from models.fraud.linear import Lines, signed_log
from models.fraud.providers import SUPERVISED, UNSUPERVISED
from models.fraud.unsupervised import Tails, score


@dataclass(frozen=True)
class ClaimLearners:
    """`folds`: group (see folds.claim_groups) -> fold."""

    boosters: list[bytes]
    lines: Lines
    blend: Blend
    folds: dict[str, int]


@dataclass(frozen=True)
class ClaimModel:
    """`tails` says what is usual among claims like it; without labels it is the score itself."""

    features: list[str]
    tails: Tails
    learnt: ClaimLearners | None

    @property
    def basis(self) -> str:
        return UNSUPERVISED if self.learnt is None else SUPERVISED

    @property
    def columns(self) -> tuple[Column, ...]:
        described = {column.name: column for column in claim_columns()}
        return tuple(described[name] for name in self.features)

    def margin(self, claims: pd.DataFrame) -> np.ndarray:
        """What ranks a claim [rows]: log odds by boosters that never saw a label of its provider, or its surprise."""
        values = matrix(claims, self.features)
        if self.learnt is None:
            return score(self.tails.surprise(values, claims["peer_group"]))
        fold = self._fold(claims)
        tree = unseen_by(trees.margins(self.learnt.boosters, self.features, values, threads=1), fold)
        line = unseen_by(self.learnt.lines.margins(signed_log(values)), fold)
        return self.learnt.blend.margin(np.column_stack([tree, line]))

    def probability(self, margin: np.ndarray) -> np.ndarray:
        """Calibrated probability [rows] of a `margin`; NaN without labels."""
        if self.learnt is None:
            return np.full(len(margin), np.nan)
        # `margin` is already the blend's log odds of a claim that nobody selected.
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))

    def contributions(self, claims: pd.DataFrame, exact: bool) -> np.ndarray:
        """What each feature adds to the margin [rows, features]: exact Shapley values or their approximation."""
        values = matrix(claims, self.features)
        if self.learnt is None:
            return self.tails.surprise(values, claims["peer_group"])
        fold = self._fold(claims)
        parts = trees.contributions_unseen(self.learnt.boosters, self.features, values, fold, exact, threads=1)
        line = self.learnt.lines.contributions(signed_log(values), fold)
        return parts * self.learnt.blend.weight(TREE) + line * self.learnt.blend.weight(LINE)

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        described: dict[str, object] = {"basis": self.basis, "features": self.features}
        self.tails.save(folder)
        if self.learnt is not None:
            self.learnt.lines.save(folder)
            described |= {"blend": self.learnt.blend.as_dict(), "folds": self.learnt.folds}
            for fold, booster in enumerate(self.learnt.boosters):
                (folder / f"trees_{fold}.ubj").write_bytes(booster)
        (folder / "model.json").write_text(json.dumps(described, sort_keys=True))
        return folder

    @classmethod
    def load(cls, folder: Path) -> ClaimModel:
        described = json.loads((folder / "model.json").read_text())
        learnt = None
        if described["basis"] == SUPERVISED:
            blend = Blend.from_dict(described["blend"])
            learnt = ClaimLearners(trees.read_all(folder), Lines.load(folder), blend, described["folds"])
        return cls(described["features"], Tails.load(folder), learnt)

    def _fold(self, claims: pd.DataFrame) -> np.ndarray:
        return fold_of(claim_groups(claims), self.learnt.folds if self.learnt else {})

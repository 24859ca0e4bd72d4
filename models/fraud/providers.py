"""The provider model: everything needed to score and explain a billing provider, in one folder of safe files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from catalog.errors import ModelUnavailable
from catalog.table import Column
from models.fraud import trees
from models.fraud.blend import Blend
from models.fraud.folds import fold_of, unseen_by
from models.fraud.inputs import GRAPH, GRAPH_MARGIN, LINE, TREE, matrix, names, provider_columns
from models.fraud.linear import Lines, signed_log
from models.fraud.unsupervised import Tails, score

SUPERVISED, UNSUPERVISED = "supervised", "unsupervised"
HALF_CREDIBLE_CLAIMS = 20.0


@dataclass(frozen=True)
class ProviderLearners:
    """The learnt part: a booster, a line and a network per fold, and their blend. `folds`: provider_id -> fold."""

    boosters: list[bytes]
    lines: Lines
    networks: list[bytes]
    blend: Blend
    folds: dict[str, int]


@dataclass(frozen=True)
class ProviderModel:
    """`tails` says what is usual among peers; without labels it is the score itself."""

    features: list[str]
    tails: Tails
    learnt: ProviderLearners | None

    @property
    def basis(self) -> str:
        return UNSUPERVISED if self.learnt is None else SUPERVISED

    def score(self, providers: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
        """One row per provider, in order: provider_id, margin (what ranks), fraud_probability, tree_score,
        graph_score, and provider_score in 0..1, which the claim model reads."""
        found = pd.DataFrame({"provider_id": providers["provider_id"].to_numpy()})
        if self.learnt is None:
            margin = score(self._surprise(providers))
            share = rankdata(margin) / max(len(margin), 1)
            return found.assign(
                margin=margin, fraud_probability=np.nan, tree_score=np.nan, graph_score=np.nan, provider_score=share
            )
        margins = self.margins(providers, edges)
        blended = margins[list(self.learnt.blend.inputs)].to_numpy()
        probability = self.learnt.blend.probability(blended)
        return found.assign(
            margin=self.learnt.blend.margin(blended),
            fraud_probability=probability,
            tree_score=margins[TREE].to_numpy(),
            graph_score=margins[GRAPH].to_numpy(),
            provider_score=probability,
        )

    def margins(self, providers: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
        """Log odds of each learner that never saw the provider's label; NaN for the network where none was trained."""
        learnt = self._learnt()
        fold = fold_of(providers["provider_id"], learnt.folds)
        values = self.values(providers)
        found = pd.DataFrame(
            {
                TREE: unseen_by(trees.margins(learnt.boosters, self.features, values), fold),
                LINE: unseen_by(learnt.lines.margins(prepared(self.tails, values, providers["peer_group"])), fold),
            }
        )
        if learnt.networks:
            from models.fraud import graph, graph_data  # PyTorch takes seconds to import

            care = graph_data.care_graph(providers["provider_id"], values, edges)
            return found.assign(**{GRAPH: unseen_by(graph.margins(learnt.networks, care), fold)})
        return found.assign(**{GRAPH: np.nan})

    def contributions(self, providers: pd.DataFrame, scores: pd.DataFrame) -> np.ndarray:
        """What each column of `explained_columns` adds to the score [rows, columns], in log odds (in nats of
        surprise without labels). The graph's part is measured from the median provider's."""
        values = self.values(providers)
        if self.learnt is None:
            return self._surprise(providers)
        fold = fold_of(providers["provider_id"], self.learnt.folds)
        parts = trees.contributions_unseen(self.learnt.boosters, self.features, values, fold, exact=True)
        line = self.learnt.lines.contributions(prepared(self.tails, values, providers["peer_group"]), fold)
        parts = parts * self.learnt.blend.weight(TREE) + line * self.learnt.blend.weight(LINE)
        network = scores["graph_score"].to_numpy(dtype=np.float64)
        above = np.nan_to_num(network - _median(network)) * self.learnt.blend.weight(GRAPH)
        return np.column_stack([parts, above])

    def explained(self, providers: pd.DataFrame, scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Value and the peers' median [rows, columns] of what `contributions` explains."""
        values, expected = self.values(providers), self.tails.peers.expected(providers["peer_group"])
        if self.learnt is None:
            return values, expected
        network = scores["graph_score"].to_numpy(dtype=np.float64)
        usual = np.full(len(network), _median(network))
        return np.column_stack([values, network]), np.column_stack([expected, usual])

    @property
    def explained_columns(self) -> tuple[Column, ...]:
        columns = tuple(column for column in provider_columns() if column.name in self.features)
        return columns if self.learnt is None else (*columns, GRAPH_MARGIN)

    def values(self, providers: pd.DataFrame) -> np.ndarray:
        """The features this version was trained on. Raises ModelUnavailable where the lake has them no more."""
        missing = [name for name in self.features if name not in providers.columns]
        if missing or set(self.features) - set(names(provider_columns())):
            raise ModelUnavailable(
                f"the provider model reads columns that the features no longer have ({', '.join(missing)}); "
                "run `underwatch train-fraud --retrain always`"
            )
        return matrix(providers, self.features)

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        described: dict[str, object] = {"basis": self.basis, "features": self.features}
        self.tails.save(folder)
        if self.learnt is not None:
            self.learnt.lines.save(folder)
            described |= {"blend": self.learnt.blend.as_dict(), "folds": self.learnt.folds}
            for fold, booster in enumerate(self.learnt.boosters):
                (folder / f"trees_{fold}.ubj").write_bytes(booster)
            for fold, network in enumerate(self.learnt.networks):
                (folder / f"graph_{fold}.safetensors").write_bytes(network)
        (folder / "model.json").write_text(json.dumps(described, sort_keys=True))
        return folder

    @classmethod
    def load(cls, folder: Path) -> ProviderModel:
        described = json.loads((folder / "model.json").read_text())
        learnt = None
        if described["basis"] == SUPERVISED:
            learnt = ProviderLearners(
                trees.read_all(folder),
                Lines.load(folder),
                [file.read_bytes() for file in sorted(folder.glob("graph_*.safetensors"))],
                Blend.from_dict(described["blend"]),
                described["folds"],
            )
        return cls(described["features"], Tails.load(folder), learnt)

    def _surprise(self, providers: pd.DataFrame) -> np.ndarray:
        """Surprise [rows, features] as far as the provider's claims carry it: shares of three claims are extreme by
        chance, so they count n / (n + 20), the credibility of n claims (Buehlmann 1967)."""
        claims = providers["claim_count"].to_numpy(dtype=np.float64)
        raw = self.tails.surprise(self.values(providers), providers["peer_group"])
        return np.asarray(raw * (claims / (claims + HALF_CREDIBLE_CLAIMS))[:, None])

    def _learnt(self) -> ProviderLearners:
        if self.learnt is None:
            raise ModelUnavailable("this provider model has no labels behind it; run `underwatch train-fraud`")
        return self.learnt


def prepared(tails: Tails, values: np.ndarray, groups: pd.Series) -> np.ndarray:
    """What the lines read: logs above that of the peers' median, so that a hospital is not strange for being one.

    Deviations in units of the peers' spread would have to be cut where books have their longest tails, and rank worse.
    """
    return signed_log(values) - signed_log(tails.peers.expected(groups))


def _median(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0

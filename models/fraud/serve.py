"""What a registered fraud version answers to MLflow's generic `predict` (see models/served.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from models.fraud.claims import ClaimModel
from models.fraud.inputs import claim_columns, names, provider_columns
from models.fraud.providers import ProviderModel

PREDICT_CLAIMS = "models.fraud.serve:predict_claims"
PREDICT_PROVIDERS = "models.fraud.serve:predict_providers"
_NO_EDGES = pd.DataFrame(columns=["edge_type", "from_id", "to_id", "claim_count", "line_count", "paid_amount"]).astype(
    {"claim_count": float, "line_count": float, "paid_amount": float}
)


def predict_claims(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Margin and probability of claims given as claim_features with provider_score."""
    model = _claims(folder)
    margin = model.margin(frame)
    return pd.DataFrame({"margin": margin, "fraud_probability": model.probability(margin)}, index=frame.index)


def predict_providers(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Margin and probability of providers seen alone: rows carry no care graph, so the network hears nobody."""
    scores = _providers(folder).score(frame, _NO_EDGES)
    return scores[["margin", "fraud_probability"]].set_index(frame.index)


def claim_signature() -> pd.DataFrame:
    """Two made-up claims: names and types of the columns, and no row of a real member."""
    return _made_up({"claim_id": ["A", "B"], "provider_id": ["P", "Q"], "peer_group": ["", ""]}, names(claim_columns()))


def provider_signature() -> pd.DataFrame:
    """Two made-up providers."""
    return _made_up(
        {"provider_id": ["P", "Q"], "peer_group": ["", ""], "claim_count": [20.0, 20.0]}, names(provider_columns())
    )


def _made_up(identity: Mapping[str, Sequence[object]], features: list[str]) -> pd.DataFrame:
    return pd.DataFrame({**identity} | {name: [0.0, np.nan] for name in features})


@lru_cache(maxsize=2)
def _claims(folder: Path) -> ClaimModel:
    return ClaimModel.load(folder)


@lru_cache(maxsize=2)
def _providers(folder: Path) -> ProviderModel:
    return ProviderModel.load(folder)

"""What a registered risk version answers to MLflow's generic `predict` (see models/served.py)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from models.risk.graph import GraphModel
from models.risk.model import RiskModel
from models.risk.rows import model_input

PREDICT = "models.risk.serve:predict"
PREDICT_GRAPH = "models.risk.serve:predict_graph"


@lru_cache(maxsize=2)
def _model(folder: Path) -> RiskModel:
    return RiskModel.load(folder)


def predict(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Cost, interval and chances of members given as rows of member_features."""
    model = _model(folder)
    return model.predict(model_input(frame, model.features))


def predict_graph(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Expected cost by the graph model of members seen alone, without their providers: rows carry no edges."""
    graph = GraphModel.load(folder)
    alone = model_input(frame, graph.features).assign(member_id=[str(row) for row in range(len(frame))])
    return pd.DataFrame({"expected_cost": graph.predict(alone, None)}, index=frame.index)

"""The challenger: a graph neural network over members, their providers and the providers' physicians.

Full batch, two layers: what a member's providers' other members and physicians look like reaches the member. It
has to beat trees that already hold `panel_mean_cost`, the same neighbourhood in one number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch_geometric.data import HeteroData
from torch_geometric.nn import HeteroConv, SAGEConv

from models.risk.bag import threads
from models.risk.rows import FOLDS, Rows, matrix

HIDDEN, LAYERS, EPOCHS, PATIENCE = 32, 2, 150, 20
NODES = ("member", "provider", "physician")
LINKS = (("member", "provider"), ("provider", "member"), ("provider", "physician"), ("physician", "provider"))


class _Network(nn.Module):
    """Log of expected cost (in units of the book's mean) per member."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inputs = {"member": width, "provider": 2, "physician": 2}
        self.enter = nn.ModuleDict({node: nn.Linear(size, HIDDEN) for node, size in inputs.items()})
        self.layers = nn.ModuleList(
            [HeteroConv({(a, "to", b): SAGEConv(HIDDEN, HIDDEN) for a, b in LINKS}, aggr="sum") for _ in range(LAYERS)]
        )
        self.leave = nn.Sequential(nn.Linear(2 * HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, x: dict[str, Tensor], links: dict[tuple[str, str, str], Tensor]) -> Tensor:
        x = {node: torch.relu(self.enter[node](value)) for node, value in x.items()}
        own = x["member"]
        for layer in self.layers:
            x = {node: torch.relu(value) for node, value in layer(x, links).items()}
        return self.leave(torch.cat([own, x["member"]], dim=1)).squeeze(1).clamp(-8.0, 8.0)


@dataclass(frozen=True)
class GraphModel:
    """`mean` and `spread` standardise the members' features; `unit` is the book's mean cost (USD)."""

    network: _Network
    mean: list[float]
    spread: list[float]
    unit: float
    features: tuple[str, ...]

    def predict(self, frame: pd.DataFrame, edges: pd.DataFrame | None) -> np.ndarray:
        """Expected cost per member of `frame`, USD per year. `edges` are rows of care_graph of the same day."""
        standard = _standard(frame, self.features, np.array(self.mean), np.array(self.spread))
        data = _data(frame, standard, edges)
        self.network.eval()
        with torch.no_grad():
            return self.unit * torch.exp(self.network(data.x_dict, data.edge_index_dict)).numpy().astype(float)

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(self.network.state_dict(), folder / "graph.safetensors")
        spread = [value if np.isfinite(value) else None for value in self.spread]  # JSON has no infinity
        saved = {"mean": self.mean, "spread": spread, "unit": self.unit, "features": list(self.features)}
        (folder / "graph.json").write_text(json.dumps(saved))
        return folder

    @classmethod
    def load(cls, folder: Path) -> GraphModel:
        saved = json.loads((folder / "graph.json").read_text())
        network = _Network(len(saved["features"]))
        network.load_state_dict(load_file(folder / "graph.safetensors"))
        spread = [np.inf if value is None else value for value in saved["spread"]]
        return cls(network, saved["mean"], spread, saved["unit"], tuple(saved["features"]))


def fit_graph(rows: Rows, edges: pd.DataFrame, seed: int) -> GraphModel:
    """Learn on three folds; stop when the fourth no longer improves. Other sides are seen as neighbours only."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads(len(rows)))
    learning = _log(matrix(rows.learning.frame, rows.features))
    mean, spread = learning.mean(axis=0), learning.std(axis=0)
    spread[spread < 1e-3] = np.inf  # what never varied taught nothing, and must not move a prediction when it does
    unit = max(float(np.average(rows.cost, weights=rows.weight)), 1.0)
    data = _data(rows.frame, _standard(rows.frame, rows.features, mean, spread), edges)
    cost = torch.tensor(rows.cost / unit, dtype=torch.float32)
    weight = torch.tensor(rows.weight, dtype=torch.float32)
    fit, tune = torch.tensor(np.isin(rows.side, FOLDS[:-1])), torch.tensor(rows.side == FOLDS[-1])
    network = _Network(len(rows.features))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01, weight_decay=1e-4)
    best, kept, waited = float("inf"), network.state_dict(), 0
    for _ in range(EPOCHS):
        network.train()
        optimizer.zero_grad()
        _loss(network(data.x_dict, data.edge_index_dict), cost, weight, fit).backward()
        optimizer.step()
        network.eval()
        with torch.no_grad():
            found = float(_loss(network(data.x_dict, data.edge_index_dict), cost, weight, tune))
        if found < best:
            best, kept, waited = found, {k: v.clone() for k, v in network.state_dict().items()}, 0
        else:
            waited += 1
        if waited > PATIENCE:
            break
    network.load_state_dict(kept)
    return GraphModel(network, mean.tolist(), spread.tolist(), unit, rows.features)


def shuffled(edges: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same graph with its ends exchanged at random: a graph model worth its name does worse on it."""
    mixed = [
        part.assign(to_id=part["to_id"].sample(frac=1, random_state=seed).to_numpy())
        for _, part in edges.groupby("edge_type")
    ]
    return pd.concat(mixed, ignore_index=True)


def _loss(log_mean: Tensor, cost: Tensor, weight: Tensor, keep: Tensor) -> Tensor:
    """Tweedie deviance of power 1.5 without its constant (see deviance.py)."""
    half = torch.exp(log_mean[keep] / 2)
    return (weight[keep] * (half + cost[keep] / half)).sum() / weight[keep].sum()


def _standard(frame: pd.DataFrame, features: tuple[str, ...], mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.clip((_log(matrix(frame, features)) - mean) / spread, -5.0, 5.0)


def _data(frame: pd.DataFrame, standard: np.ndarray, edges: pd.DataFrame | None) -> HeteroData:
    """The graph of `frame`'s members, whose standardised features are `standard`.

    Providers and physicians are described by their claims and paid amount.
    """
    data = HeteroData()
    data["member"].x = torch.tensor(standard, dtype=torch.float32)
    if edges is None or not len(edges):
        edges = pd.DataFrame({name: [] for name in ("edge_type", "from_id", "to_id", "claim_count", "paid_amount")})
    care = edges[(edges["edge_type"] == "member_provider") & edges["from_id"].isin(frame["member_id"])]
    work = edges[edges["edge_type"] == "provider_physician"]
    members = pd.Index(frame["member_id"])
    providers = pd.Index(pd.unique(pd.concat([care["to_id"], work["from_id"]]).astype(object)))
    physicians = pd.Index(pd.unique(work["to_id"].astype(object)))
    data["provider"].x = _volume(edges[edges["edge_type"] == "member_provider"], "to_id", providers)
    data["physician"].x = _volume(work, "to_id", physicians)
    for (a, b), (part, left, right) in {
        ("member", "provider"): (care, members, providers),
        ("provider", "physician"): (work, providers, physicians),
    }.items():
        pair = np.stack([left.get_indexer(part["from_id"]), right.get_indexer(part["to_id"])])
        index = torch.tensor(pair, dtype=torch.long)
        data[a, "to", b].edge_index, data[b, "to", a].edge_index = index, index.flip(0)
    return data


def _volume(edges: pd.DataFrame, end: str, nodes: pd.Index) -> Tensor:
    """Standardised log of claims and of paid amount per claim."""
    sums = edges.assign(paid_amount=edges["paid_amount"].astype(float)).groupby(end)[["claim_count", "paid_amount"]]
    found = sums.sum().reindex(nodes).fillna(0.0)
    claims = np.maximum(found["claim_count"].to_numpy(float), 1.0)
    size = np.log1p(np.maximum(found["paid_amount"].to_numpy(float), 0.0) / claims)
    return torch.tensor(np.column_stack([np.log(claims) / 3.0 - 1.0, size / 3.0 - 1.0]), dtype=torch.float32)


def _log(values: np.ndarray) -> np.ndarray:
    """Signed log: costs and counts are skewed, and a network needs its inputs on one scale. Missing is zero."""
    filled = np.nan_to_num(values.astype(float))
    return np.sign(filled) * np.log1p(np.abs(filled))

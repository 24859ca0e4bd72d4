"""The care graph as tensors: members, billing providers and physicians, with the links between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from models.fraud.linear import signed_log

MEMBER_PROVIDER = ("member", "treated_by", "provider")
PROVIDER_PHYSICIAN = ("provider", "employs", "physician")
NODE_TYPES = ("member", "provider", "physician")
EDGE_TYPES = (
    MEMBER_PROVIDER,
    ("provider", "treats", "member"),
    PROVIDER_PHYSICIAN,
    ("physician", "works_for", "provider"),
)
LINK_FEATURES = 5
"""Features of a member or a physician; see `_link_features`. Members carry no trait of their own."""


@dataclass(frozen=True)
class CareGraph:
    """`features`: node type -> float32 [nodes, features], not yet standardised, NaN where unknown.
    `edges`: edge type -> int64 [2, edges]. Provider nodes are in the order of the provider frame."""

    features: dict[str, torch.Tensor]
    edges: dict[tuple[str, str, str], torch.Tensor]


def care_graph(provider_ids: pd.Series, values: np.ndarray, edges: pd.DataFrame) -> CareGraph:
    """Build the graph of `care_graph` rows around the providers given.

    `values` [providers, features] belongs to `provider_ids`. Rows are sorted first, so that the sums inside the
    network run in the same order on every run.
    """
    position = pd.Series(np.arange(len(provider_ids)), index=provider_ids.astype(str))
    ordered = edges.sort_values(["edge_type", "from_id", "to_id"])
    visits = ordered[(ordered["edge_type"] == "member_provider") & ordered["to_id"].isin(position.index)]
    staff = ordered[(ordered["edge_type"] == "provider_physician") & ordered["from_id"].isin(position.index)]
    member, members = pd.factorize(visits["from_id"], sort=True)
    physician, physicians = pd.factorize(staff["to_id"], sort=True)
    treated = torch.from_numpy(np.vstack([member, visits["to_id"].map(position)]).astype(np.int64))
    employs = torch.from_numpy(np.vstack([staff["from_id"].map(position), physician]).astype(np.int64))
    features = {
        "provider": torch.from_numpy(signed_log(values).astype(np.float32)),
        "member": _link_features(visits, member, len(members)),
        "physician": _link_features(staff, physician, len(physicians)),
    }
    both_ways = dict(zip(EDGE_TYPES, (treated, treated.flip(0), employs, employs.flip(0)), strict=True))
    return CareGraph(features, both_ways)


def _link_features(links: pd.DataFrame, node: np.ndarray, count: int) -> torch.Tensor:
    """Per node: providers, claims, lines, paid, and the share of its claims that is with its main provider."""
    claims = links["claim_count"].to_numpy(dtype=np.float64)
    sums = [
        np.bincount(node, weights=links[name].to_numpy(dtype=np.float64), minlength=count)
        for name in ("claim_count", "line_count", "paid_amount")
    ]
    most = np.zeros(count)
    np.maximum.at(most, node, claims)
    columns = [np.bincount(node, minlength=count), *sums]
    logs = [signed_log(np.asarray(column, dtype=np.float64)) for column in columns]
    return torch.from_numpy(np.column_stack([*logs, most / np.maximum(sums[0], 1.0)]).astype(np.float32))

"""Markets: the communities of providers that members go to together, which is mostly to say places.

Communities of patient-sharing networks follow where care is sought (Landon et al., JAMA 2012, 308(3)). Found by
Louvain modularity (Blondel et al. 2008).
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

LEAST_PROVIDERS = 20
"""A smaller community is no market: a ring must not become the yardstick it is measured by."""

_SEED = 0


def markets(pairs: pd.DataFrame) -> pd.DataFrame:
    """provider_id and market (the smallest provider_id in it) of the providers in some market.

    `pairs` has left_provider_id, right_provider_id and shared; the order of its rows changes nothing.
    """
    ordered = pairs.sort_values(["left_provider_id", "right_provider_id"], ignore_index=True)
    ends = ordered[["left_provider_id", "right_provider_id"]].to_numpy(dtype=str)
    names, position = np.unique(ends, return_inverse=True)
    graph = nx.Graph()
    # Numbers, not names: the hash of a string, and with it the order of a set, differs from run to run.
    graph.add_nodes_from(range(len(names)))
    left, right = position.reshape(ends.shape).T.tolist()
    graph.add_weighted_edges_from(zip(left, right, ordered["shared"].tolist(), strict=True))
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED) if len(names) else []
    rows = [(names[node], names[min(group)]) for group in found if len(group) >= LEAST_PROVIDERS for node in group]
    return pd.DataFrame(rows, columns=["provider_id", "market"]).sort_values("provider_id", ignore_index=True)

"""Several processes that learn one network: each from its share of the labelled providers, all with the same weights.

Outside a process group of torch.distributed everything here does nothing, so that one process learns as ever. Inside
one (such as pyspark.ml.torch.distributor.TorchDistributor starts on Spark's workers) gradients are averaged after each
step (synchronous data parallelism: Li et al. 2020, "PyTorch Distributed").
"""

from __future__ import annotations

import numpy as np
import torch.distributed as group
from torch import nn


def together() -> bool:
    return group.is_available() and group.is_initialized()


def own_share(providers: np.ndarray) -> np.ndarray:
    """The providers that this process learns from; as many for each, so that none waits for a step in vain."""
    if not together():
        return providers
    size, rank = group.get_world_size(), group.get_rank()
    most = -(-len(providers) // size)
    return np.resize(providers[rank::size], most)


def average_gradients(network: nn.Module) -> None:
    """The mean of all processes' gradients in place of this one's."""
    if not together():
        return
    for parameter in network.parameters():
        if parameter.grad is not None:
            group.all_reduce(parameter.grad)
            parameter.grad /= group.get_world_size()

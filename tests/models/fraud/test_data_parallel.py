"""Two processes that learn one network: the same weights in both, as good as one process makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as group
from sklearn.metrics import average_precision_score

from benchmarks.graph_sampling import made_up_graph
from models.fraud import graph
from models.fraud.data_parallel import average_gradients, own_share

LINKS, SEED = 10_000, 1
TRAIN, HELD = np.arange(0, 1200), np.arange(1200, 1600)


def learn(rank: int, size: int, folder: str) -> None:
    if size > 1:
        group.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=size)
    over, guilty = made_up_graph(LINKS, SEED)
    network = graph.train_network(over, TRAIN, guilty[TRAIN], HELD, SEED)
    Path(folder, f"{rank}-of-{size}").write_bytes(network)
    if size > 1:
        group.destroy_process_group()


def test_one_process_learns_from_everybody() -> None:
    assert own_share(TRAIN) is TRAIN
    network = torch.nn.Linear(1, 1)
    network(torch.ones(1)).backward()
    before = [parameter.grad.clone() for parameter in network.parameters()]
    average_gradients(network)
    assert all(torch.equal(one, parameter.grad) for one, parameter in zip(before, network.parameters(), strict=True))


@pytest.mark.slow
def test_two_processes_make_one_network_as_good_as_one_process_does(tmp_path: Path) -> None:
    learn(0, 1, str(tmp_path))
    torch.multiprocessing.spawn(learn, (2, str(tmp_path)), nprocs=2)
    alone, *both = ((tmp_path / name).read_bytes() for name in ("0-of-1", "0-of-2", "1-of-2"))
    assert both[0] == both[1] != alone
    over, guilty = made_up_graph(LINKS, SEED)
    said = graph.margins([alone, both[0]], over)[HELD]
    one, two = (average_precision_score(guilty[HELD], said[:, column]) for column in (0, 1))
    assert two > one - 0.05 > guilty[HELD].mean() + 0.2

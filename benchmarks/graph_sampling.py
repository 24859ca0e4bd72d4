"""What the graph network costs by size of the graph, whole or by drawn neighbours: python -m benchmarks.graph_sampling

Each measurement runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
import pandas as pd
import torch
import typer
from sklearn.metrics import average_precision_score

from models.fraud.graph import CareNetwork
from models.fraud.graph_batches import Batches, Scale
from models.fraud.graph_data import EDGE_TYPES, LINK_FEATURES, NODE_TYPES, CareGraph, care_graph

EPOCHS = 20
LABELLED = 2000
_LINKS_EACH, _MEMBER_LINKS, _PROVIDER_FEATURES = 500, 4, 40
_GUILTY, _LISTED = 0.2, 0.4
Measured = tuple[float, float, float]
"""Seconds an epoch, peak memory in GiB, average precision of the labelled providers that were held out."""


def made_up_links(links: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """member and provider of each link, and which providers are guilty: these draw some of their members from a list of
    their own, whose members therefore see more providers than others. Nothing but links tells who is guilty."""
    chance = np.random.default_rng(seed)
    providers, members = max(LABELLED, links // _LINKS_EACH), links // _MEMBER_LINKS
    guilty = chance.random(providers) < _GUILTY
    provider = np.sort(chance.integers(0, providers, links))
    listed = guilty[provider] & (chance.random(links) < _LISTED)
    member = np.where(listed, chance.integers(0, members // 50, links), chance.integers(members // 50, members, links))
    return member, provider, guilty


def made_up_graph(links: int, seed: int) -> tuple[CareGraph, np.ndarray]:
    member, provider, guilty = made_up_links(links, seed)
    chance = torch.Generator().manual_seed(seed)
    physicians = max(1, len(guilty) // 2)
    treated = torch.from_numpy(np.vstack([member, provider]))
    employs = torch.stack([torch.arange(len(guilty)), torch.randint(0, physicians, (len(guilty),), generator=chance)])
    sizes = {"member": links // _MEMBER_LINKS, "provider": len(guilty), "physician": physicians}
    width = {"member": LINK_FEATURES, "provider": _PROVIDER_FEATURES, "physician": LINK_FEATURES}
    features = {kind: torch.randn(sizes[kind], width[kind], generator=chance) for kind in NODE_TYPES}
    features["member"][:, 0] = torch.bincount(treated[0], minlength=sizes["member"]).log1p()
    both_ways = (treated, treated.flip(0), employs, employs.flip(0))
    return CareGraph(features, dict(zip(EDGE_TYPES, both_ways, strict=True))), guilty.astype(np.int64)


def whole(links: int, seed: int) -> Measured:
    """Every link at each step: one step an epoch."""
    over, guilty = made_up_graph(links, seed)
    batches, train, test = _prepared(over, seed)
    features, rows = _unscaled(over).apply(over), torch.from_numpy(train)

    def epoch(network: CareNetwork, optimiser: torch.optim.Optimizer, _: int) -> None:
        _step(optimiser, network(features, over.edges)[rows], rows, guilty)

    network, seconds = _trained(batches, epoch, seed)
    with torch.no_grad():
        said = network(features, over.edges).numpy()[test]
    return seconds, _peak(), float(average_precision_score(guilty[test], said))


def drawn(links: int, seed: int) -> Measured:
    """Drawn neighbours, as Underwatch trains and scores."""
    torch.set_num_threads(1)  # as it does
    over, guilty = made_up_graph(links, seed)
    batches, train, test = _prepared(over, seed)

    def epoch(network: CareNetwork, optimiser: torch.optim.Optimizer, number: int) -> None:
        for batch in batches.to_learn(train, number):
            said = network(batch.features, batch.edges)[: len(batch.providers)]
            _step(optimiser, said, batch.providers, guilty)

    network, seconds = _trained(batches, epoch, seed)
    with torch.no_grad():
        parts = [network(batch.features, batch.edges)[: len(batch.providers)] for batch in batches.to_score(test)]
    return seconds, _peak(), float(average_precision_score(guilty[test], torch.cat(parts).numpy()))


def frame(links: int, seed: int) -> Measured:
    """The table of links as the driver holds it, put into tensors; seconds are those of that."""
    member, provider, guilty = made_up_links(links, seed)
    ids = pd.Series([f"{number:010}" for number in range(len(guilty))])
    names = np.array([f"{number:032x}" for number in range(links // _MEMBER_LINKS)], dtype=object)
    table = pd.DataFrame({"edge_type": "member_provider", "from_id": names[member], "to_id": ids.to_numpy()[provider]})
    table = table.assign(claim_count=1, line_count=1, paid_amount=1.0)
    started = time.perf_counter()
    care_graph(ids, np.zeros((len(ids), _PROVIDER_FEATURES)), table)
    return time.perf_counter() - started, _peak(), float("nan")


WAYS: dict[str, Callable[[int, int], Measured]] = {"whole": whole, "drawn": drawn, "table to tensors": frame}


def main(
    links: Annotated[list[int] | None, typer.Option(help="Links of a graph; give it several times.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the graphs.")] = 1,
) -> None:
    """Print seconds an epoch, peak memory and average precision by size of graph.

    Example: python -m benchmarks.graph_sampling --links 200000 --links 2000000
    """
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {EPOCHS} epochs, {LABELLED} labelled providers\n")
    print("| links | way | seconds an epoch | peak memory GiB | average precision |\n|---|---|---|---|---|")
    for size in links or [200_000, 2_000_000, 10_000_000]:
        for way, measure in WAYS.items():
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                seconds, peak, ap = alone.submit(measure, size, seed).result()
            precision = "" if np.isnan(ap) else f"{ap:.3f}"
            print(f"| {size:,} | {way} | {seconds:.2f} | {peak:.1f} | {precision} |", flush=True)


def _prepared(over: CareGraph, seed: int) -> tuple[Batches, np.ndarray, np.ndarray]:
    """Batches, and positions of the labelled providers: three quarters to learn from, the rest to measure on."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    chosen = np.random.default_rng(seed).permutation(len(over.features["provider"]))[:LABELLED]
    return Batches(over, _unscaled(over), None, seed), *np.split(chosen, [3 * LABELLED // 4])  # type: ignore[return-value]


def _unscaled(over: CareGraph) -> Scale:
    width = {kind: values.shape[1] for kind, values in over.features.items()}
    return Scale(*({kind: torch.full((size,), level) for kind, size in width.items()} for level in (0.0, 1.0)))


def _trained(
    batches: Batches, epoch: Callable[[CareNetwork, torch.optim.Optimizer, int], None], seed: int
) -> tuple[CareNetwork, float]:
    network = CareNetwork(batches.provider_features).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    started = time.perf_counter()
    for number in range(EPOCHS):
        epoch(network, optimiser, number)
    return network.eval(), (time.perf_counter() - started) / EPOCHS


def _step(optimiser: torch.optim.Optimizer, said: torch.Tensor, rows: torch.Tensor, guilty: np.ndarray) -> None:
    optimiser.zero_grad()
    target = torch.from_numpy(guilty[rows.numpy()].astype(np.float32))
    torch.nn.functional.binary_cross_entropy_with_logits(said, target).backward()
    optimiser.step()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    typer.run(main)

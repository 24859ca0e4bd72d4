"""Training on a cluster of two workers against one machine: python -m benchmarks.distributed_training

Trees by xgboost.spark, the graph network by TorchDistributor. Both are held to the same held-out cases.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
import xgboost as xgb
from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession
from sklearn.metrics import average_precision_score
from xgboost.spark import SparkXGBClassifier

from benchmarks.graph_sampling import LABELLED, made_up_graph
from benchmarks.record import append, machine, markdown_table, versions
from benchmarks.standalone_cluster import standalone_cluster
from benchmarks.training_speed import made_up_claims
from jobs.spark import spark_session
from models.fraud import graph, trees

SECTION = "Learning on a cluster"
ROUNDS, WORKERS = 120, 2
_HELD_OUT, _DRAWS = 4, 500
_COLUMNS = ("model", "way", "seconds>", "average precision>", "difference (95 % interval)")


def main(
    claims: Annotated[int, typer.Option(help="Investigated claims to learn from.")] = 20_000,
    links: Annotated[int, typer.Option(help="Links of the graph.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    write: Annotated[Path | None, typer.Option(help="Append the table to this page, as docs/benchmarks.md.")] = None,
) -> None:
    """Learn the same model on one machine and on two workers; say how far apart their average precisions are.

    Seconds of the cluster hold the start of its Python processes. Ends with 1 where the interval of a difference leaves
    zero out.

    Example: python -m benchmarks.distributed_training --claims 40000 --links 100000
    """
    with (
        tempfile.TemporaryDirectory(prefix="underwatch-training-") as scratch,
        standalone_cluster(Path(scratch)) as cluster,
    ):
        os.environ.update(cluster.environment)
        with spark_session("distributed-training", cluster.master) as spark:
            grown = trees_both_ways(spark, claims, seed)
            learnt = network_both_ways(links, seed)
    rows = [*grown[0], *learnt[0]]
    command = f"python -m benchmarks.distributed_training --claims {claims} --links {links}"
    said = f"`{command}`, {machine()}, {versions('pyspark', 'xgboost-cpu', 'torch')}.\n\n"
    said += markdown_table(_COLUMNS, rows) + "\n"
    print(said)
    if write:
        append(write, SECTION, said)
    raise typer.Exit(0 if grown[1] and learnt[1] else 1)


def trees_both_ways(spark: SparkSession, rows: int, seed: int) -> tuple[list[list[str]], bool]:
    """Rows of the table, and whether the two are the same within noise."""
    values, confirmed, groups = made_up_claims(rows, seed)
    held = groups % _HELD_OUT == 0
    shape = {name: value for name, value in trees.CLAIM_TREES.items() if name not in ("objective", "eval_metric")}

    def here() -> np.ndarray:
        params = {**trees.CLAIM_TREES, "seed": seed, "nthread": os.cpu_count() or 1}
        booster = xgb.train(params, xgb.DMatrix(values[~held], confirmed[~held]), ROUNDS)
        return np.asarray(booster.predict(xgb.DMatrix(values[held])))

    def on_workers() -> np.ndarray:
        names = [f"f{number}" for number in range(values.shape[1])]
        learn = pd.DataFrame(values[~held], columns=names).assign(label=confirmed[~held].astype(float))
        renamed = {"learning_rate": shape["eta"], "reg_lambda": shape["lambda"]}
        rest = {name: value for name, value in shape.items() if name not in ("eta", "lambda")}
        learner = SparkXGBClassifier(
            features_col=names, label_col="label", num_workers=WORKERS, n_estimators=ROUNDS, random_state=seed,
            missing=np.nan, verbose=False, **renamed, **rest,
        )  # fmt: skip
        booster = learner.fit(spark.createDataFrame(learn)).get_booster()
        return np.asarray(booster.predict(xgb.DMatrix(values[held], feature_names=booster.feature_names)))

    return _compared("trees of claims", confirmed[held], here, on_workers, seed)


def network_both_ways(links: int, seed: int) -> tuple[list[list[str]], bool]:
    _, guilty = made_up_graph(links, seed)
    _, held = _labelled(len(guilty), seed)

    def on_workers() -> np.ndarray:
        start = TorchDistributor(num_processes=WORKERS, local_mode=False, use_gpu=False)
        return np.asarray(start.run(learn_network, links, seed, True))

    return _compared("graph network", guilty[held], lambda: learn_network(links, seed, False), on_workers, seed)


def learn_network(links: int, seed: int, together: bool) -> np.ndarray:
    """Margins of the held-out providers. Every worker makes the same graph and learns from its share of providers."""
    import torch.distributed as group

    if together:
        group.init_process_group("gloo")
    over, guilty = made_up_graph(links, seed)
    train, held = _labelled(len(guilty), seed)
    network = graph.train_network(over, train, guilty[train], held, seed)
    if together:
        group.destroy_process_group()
    return graph.margins([network], over)[held, 0]


def _labelled(providers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of providers to learn from, and of those held out."""
    chosen = np.random.default_rng(seed).permutation(providers)[:LABELLED]
    return chosen[: 3 * LABELLED // 4], chosen[3 * LABELLED // 4 :]


def _compared(
    model: str, confirmed: np.ndarray, here: Callable[[], Any], on_workers: Callable[[], Any], seed: int
) -> tuple[list[list[str]], bool]:
    told, said = [], {}
    for way, learn in (("one machine", here), (f"{WORKERS} workers", on_workers)):
        started = time.perf_counter()
        said[way] = learn()
        told.append([model, way, f"{time.perf_counter() - started:.1f}"])
        told[-1].append(f"{average_precision_score(confirmed, said[way]):.4f}")
    one, other = said.values()
    rng, apart = np.random.default_rng(seed), []
    for _ in range(_DRAWS):
        rows = rng.integers(0, len(confirmed), len(confirmed))
        apart.append(_ap(confirmed[rows], other[rows]) - _ap(confirmed[rows], one[rows]))
    low, high = np.quantile(apart, [0.025, 0.975])
    told[0].append("")
    told[1].append(f"{_ap(confirmed, other) - _ap(confirmed, one):+.4f} ({low:+.4f} to {high:+.4f})")
    return told, bool(low <= 0 <= high)


def _ap(confirmed: np.ndarray, said: np.ndarray) -> float:
    return float(average_precision_score(confirmed, said))


if __name__ == "__main__":
    typer.run(main)

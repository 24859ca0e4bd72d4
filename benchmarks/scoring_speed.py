"""How fast claims are scored, beside a bare booster: python -m benchmarks.scoring_speed --lake L --claims 200000"""

from __future__ import annotations

import re
import shutil
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer
import xgboost as xgb
from pyspark.sql import functions as F

from benchmarks.commands import run
from benchmarks.record import append, machine, markdown_table, versions
from jobs.fraud_tables import edge_frame, on_day, provider_frame
from jobs.options import DEFAULT_MASTER
from jobs.spark import spark_session
from jobs.train_fraud import CLAIM_MODEL, DEFAULT_CAPACITY, PROVIDER_MODEL
from lake import Lake
from models.fraud.claims import ClaimModel
from models.fraud.inputs import PROVIDER_SCORE, matrix
from models.fraud.providers import ProviderModel
from models.fraud.reasons import MOST_REASONS, reasons_of
from models.registry import Registry

SECTION = "Scoring claims"
_READS = ("provider_features", "neighbour_features", "care_graph", "investigations", "providers")
_STEP = re.compile(r"\] (\w[\w ]*?) done\s.*?seconds=([\d.]+)")
FEWER_REASONS = 3
"""Of claims beyond reviewers' capacity."""

IN_MEMORY, BARE = "bare booster, rows in memory", "bare booster, reading and writing Parquet"
_BATCH = 10_000
"""Rows of a batch that Spark hands to a worker."""

_COLUMNS = ("way", "seconds>", "processor seconds>", "claims a second>", "x bare>", "processor x bare>")

Seconds = dict[str, float]
Spent = tuple[float, float]
"""Seconds, and processor seconds of all threads and processes: other work on the machine adds little to these."""


def main(
    lake: Annotated[str, typer.Option(help="A lake in a local folder with champions and claim_features.")] = "var/lake",
    as_of: Annotated[str, typer.Option(help="The day.")] = "2024-12-31",
    claims: Annotated[int, typer.Option(help="Claims to score: the lake's own, repeated under new ids.")] = 200_000,
    scratch: Annotated[Path, typer.Option(help="Folder of the benchmark's own lake; emptied.")] = Path(
        "var/benchmarks/scoring-speed"
    ),
    write: Annotated[Path | None, typer.Option(help="Append the tables to this page, as docs/benchmarks.md.")] = None,
) -> None:
    """Time `underwatch score-claims` on so many claims, the same rows through one bare booster, and the parts between.

    The command scores providers, finds cases and stages three tables besides; its own steps say how long each took.

    Example: python -m benchmarks.scoring_speed --lake var/lake --claims 1000000 --write docs/benchmarks.md
    """
    day, registry = date.fromisoformat(as_of), Registry(lake)
    model = ClaimModel.load(registry.champion(CLAIM_MODEL).folder)
    if model.learnt is None:
        raise SystemExit("the champion ranks without labels: train it on a book with investigations")
    shutil.rmtree(scratch, ignore_errors=True)
    book = Lake(str(scratch))
    scores = _repeated(Lake(lake), book, day, claims, registry)
    ran = run("score-claims", f"--lake={scratch}", f"--as-of={day}", environment={"UNDERWATCH_MLFLOW": registry.uri})
    bare = bare_booster(book, day, model, scores, scratch / "bare.parquet")
    parts = worker_parts(_rows(book, day, model), model, scores)

    ways = {**bare, "score-claims, the whole process": (ran.seconds, ran.processor_seconds)}
    rows = [_told(name, *spent, claims, bare[BARE]) for name, spent in ways.items()]
    rows += [[f"of it: {name}", f"{seconds:.1f}", "", "", "", ""] for name, seconds in steps_of(ran.said).items()]
    table = markdown_table(_COLUMNS, rows)
    shares = [[name, f"{s / claims * 1e6:.1f}", f"{s / sum(parts.values()):.0%}"] for name, s in parts.items()]
    where = markdown_table(("part", "processor seconds a million claims>", "share>"), shares)
    command = f"python -m benchmarks.scoring_speed --claims {claims}"
    peak = f"peak memory of score-claims {ran.peak_bytes / 2**30:.1f} GiB"
    said = f"**{claims:,} claims**, `{command}`, {machine()}, {versions('pyspark', 'xgboost-cpu')}; {peak}:\n\n{table}"
    said += f"\n\nThe Python part of a worker, batch by batch:\n\n{where}\n"
    print(said)
    if write:
        append(write, SECTION, said)


def steps_of(said: str) -> Seconds:
    """The steps that a command logged, and how long each took."""
    return {name: float(seconds) for name, seconds in _STEP.findall(said)}


def _repeated(lake: Lake, book: Lake, day: date, count: int, registry: Registry) -> pd.Series:
    """Write `count` claims of a day into the benchmark's lake, beside what else scoring reads.

    Returns the score of each provider by its id.
    """
    for table in filter(lake.exists, _READS):
        shutil.copytree(lake.path(table), book.path(table))
    with spark_session("scoring-speed", DEFAULT_MASTER) as spark:
        own = on_day(spark, lake, "claim_features", day)
        times = -(-count // max(own.count(), 1))
        more = own.crossJoin(spark.range(times).withColumnRenamed("id", "copy")).limit(count)
        book.overwrite(more.withColumn("claim_id", F.concat_ws("-", "claim_id", "copy")), "claim_features", day)
        providers = ProviderModel.load(registry.champion(PROVIDER_MODEL).folder)
        scored = providers.score(provider_frame(spark, lake, day), edge_frame(spark, lake, day))
    return scored.set_index("provider_id")[PROVIDER_SCORE.name]


def bare_booster(book: Lake, day: date, model: ClaimModel, scores: pd.Series, out: Path) -> dict[str, Spent]:
    """The first of the model's boosters over all rows on all cores: in memory alone, and from Parquet to Parquet."""
    assert model.learnt is not None
    booster = xgb.Booster(model_file=bytearray(model.learnt.boosters[0]))
    started = _now()
    rows = _rows(book, day, model)
    values = matrix(_with_scores(rows, scores), model.features)
    read = _now()
    margin = booster.predict(xgb.DMatrix(values, feature_names=model.features), output_margin=True)
    predicted = _now()
    pq.write_table(pa.table({"claim_id": rows["claim_id"], "margin": margin}), out)
    return {IN_MEMORY: _between(read, predicted), BARE: _between(started, _now())}


def worker_parts(rows: pa.Table, model: ClaimModel, scores: pd.Series) -> Seconds:
    """What a Spark worker does with the rows in Python, by part, batch by batch on one core."""
    clock = _Clock()
    for batch in rows.to_batches(max_chunksize=_BATCH):
        clock.start()
        frame = _with_scores(batch, scores)
        values = matrix(frame, model.features)
        clock.lap("Arrow to matrix")
        model.probability(model.margin(frame))
        clock.lap("margins and probabilities")
        expected = model.tails.peers.expected(frame["peer_group"])
        exact = np.arange(len(frame)) < DEFAULT_CAPACITY * len(frame)
        for kind, chosen, most in (("exact", exact, MOST_REASONS), ("approximate", ~exact, FEWER_REASONS)):
            clock.start()
            contributions = model.contributions(frame[chosen], exact=kind == "exact")
            clock.lap(f"{kind} contributions")
            reasons_of(model.columns, values[chosen], expected[chosen], contributions, most)
            clock.lap("sentences")
    return clock.spent


def _with_scores(rows: pa.Table | pa.RecordBatch, scores: pd.Series) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas()
    return frame.assign(provider_score=frame["provider_id"].map(scores))


def _rows(book: Lake, day: date, model: ClaimModel) -> pa.Table:
    own = [name for name in model.features if name != PROVIDER_SCORE.name]
    wanted = ["claim_id", "provider_id", "peer_group", *own]
    return book.pinned("claim_features").dataset().to_table(columns=wanted, filter=pc.field("as_of") == day)


def _now() -> Spent:
    return time.perf_counter(), time.process_time()


def _between(start: Spent, end: Spent) -> Spent:
    return end[0] - start[0], end[1] - start[1]


def _told(name: str, seconds: float, worked: float, claims: int, bare: Spent) -> list[str]:
    times = (f"{seconds / bare[0]:.1f}", f"{worked / bare[1]:.1f}")
    return [name, f"{seconds:.1f}", f"{worked:.1f}", f"{claims / seconds:,.0f}", *times]


class _Clock:
    """Adds the processor seconds since its start or its last lap to a part."""

    def __init__(self) -> None:
        self.spent: Seconds = defaultdict(float)
        self.start()

    def start(self) -> None:
        self._since = time.process_time()

    def lap(self, part: str) -> None:
        self.spent[part] += time.process_time() - self._since
        self.start()


if __name__ == "__main__":
    typer.run(main)

"""One engine in a process of its own: python -m benchmarks.feature_speed.engine duckdb FOLDER OUT

The job is done twice in one process: what the first pays to start or to compile shows in the difference.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks.feature_speed.made_up_lines import LINES, PROVIDERS

SPARK, SAIL = "spark", "sail"
PORTABLE = (SPARK, SAIL)
"""Engines that run Underwatch's own code."""

PEERS = ("duckdb", "polars", "pandas")
TABLES = ("care_graph", "provider_features")
SECONDS = "seconds.json"

Job = Callable[[Path, Path, Path, Path], None]


def main(
    engine: Annotated[str, typer.Argument(help=f"Of {', '.join((*PORTABLE, *PEERS))}.")],
    folder: Annotated[Path, typer.Argument(help="Where the lines and providers are.")],
    out: Annotated[Path, typer.Argument(help="Where the tables, and the seconds of each round, are put.")],
    rounds: Annotated[int, typer.Option(help="How often the job is done.")] = 2,
    master: Annotated[str, typer.Option(help="Spark master, for Apache Spark.")] = "local[2]",
) -> None:
    """Make the features with one engine and say how long each round took."""
    out.mkdir(parents=True, exist_ok=True)
    seconds, processor = [], []
    with job_of(engine, master) as job:
        for _ in range(rounds):
            started, worked = time.perf_counter(), _processor_seconds()
            job(folder / LINES, folder / PROVIDERS, *(out / f"{table}.parquet" for table in TABLES))
            seconds.append(time.perf_counter() - started)
            processor.append(_processor_seconds() - worked)
    (out / SECONDS).write_text(json.dumps({"rounds": seconds, "processor": processor}))


def _processor_seconds() -> float:
    """What this process and its children (Spark's JVM) have worked: other work on the machine does not add to it."""
    own = psutil.Process()
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(each.user + each.system for each in times)


@contextmanager
def job_of(engine: str, master: str = "local[2]") -> Iterator[Job]:
    """The engine's own way to make the tables; its session, where it has one, ends with the block."""
    if engine in PEERS:
        yield importlib.import_module(f"benchmarks.feature_speed.{engine}_features").features
        return
    from benchmarks.feature_speed.portable_features import features
    from jobs import spark as sessions

    name = "feature-speed"
    with sessions.sail_session(name) if engine == SAIL else sessions.spark_session(name, master) as spark:
        yield lambda *files: features(spark, *files)


if __name__ == "__main__":
    typer.run(main)

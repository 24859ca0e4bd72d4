"""How long a book of so many members takes to score: python -m benchmarks.risk_scoring --lake L --as-of D"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pyspark.sql import functions as F
from rich.console import Console

from benchmarks.commands import run
from jobs.options import DEFAULT_MASTER
from jobs.spark import spark_session
from jobs.text_table import text_table
from lake import Lake
from models.registry import Registry
from models.risk.names import MODEL


def main(
    lake: Annotated[str, typer.Option(help="Lake with a champion risk model and member_features of the day.")] = (
        "var/lake"
    ),
    as_of: Annotated[str, typer.Option(help="The day.")] = "2024-12-31",
    members: Annotated[list[int] | None, typer.Option(help="Members to score; several times for several.")] = None,
    scratch: Annotated[Path, typer.Option(help="Folder of the benchmark's own lake; emptied.")] = Path(
        "var/benchmarks/risk-scoring"
    ),
) -> None:
    """Repeat a lake's members until there are as many as asked for, and time `underwatch score-risk` on them.

    The whole process by the wall clock: Spark's start, every member's prediction, interval, categories and reasons,
    and the staged table.
    """
    day, registry = date.fromisoformat(as_of), Registry(lake)
    champion = registry.champion(MODEL)
    console = Console(width=120)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    text = text_table(
        f"score-risk with {champion}, {machine}",
        "members>",
        "seconds>",
        "processor seconds>",
        "members a second>",
        "peak GiB>",
    )
    for count in members or [10_000, 100_000]:
        shutil.rmtree(scratch, ignore_errors=True)
        copies = _repeat(Lake(lake), Lake(str(scratch)), day, count)
        ran = run("score-risk", f"--lake={scratch}", f"--as-of={day}", environment={"UNDERWATCH_MLFLOW": registry.uri})
        rate = copies / ran.seconds
        times = (f"{ran.seconds:.0f}", f"{ran.processor_seconds:.0f}")
        text.add_row(f"{copies:,}", *times, f"{rate:,.0f}", f"{ran.peak_bytes / 2**30:.1f}")
    console.print(text)


def _repeat(lake: Lake, scratch: Lake, day: date, count: int) -> int:
    """Write `count` members of a day into the scratch lake: the lake's own under new ids, as often as it takes."""
    with spark_session("risk-scoring", DEFAULT_MASTER) as spark:
        own = lake.read(spark, "member_features").where(F.col("as_of") == F.lit(day))
        times = -(-count // max(own.count(), 1))
        more = own.crossJoin(spark.range(times).withColumnRenamed("id", "copy")).limit(count)
        named = more.withColumn("member_id", F.concat_ws("-", "member_id", "copy")).drop("copy")
        scratch.overwrite(named, "member_features", day)
    return count


if __name__ == "__main__":
    typer.run(main)

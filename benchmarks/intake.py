"""How fast deliveries of each format become canonical tables: python -m benchmarks.intake --lines 100000"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from benchmarks.commands import Ran, run
from benchmarks.intake_deliveries import FORMATS
from jobs.sql import connect
from jobs.text_table import text_table
from lake import Lake

_WIDTH = 130


@dataclass(frozen=True)
class Measured:
    """One ingest, as a user would run it: the whole process with Spark's start."""

    source: str
    lines: int
    delivered_bytes: int
    ran: Ran


def main(
    lines: Annotated[list[int] | None, typer.Option(help="Claim lines of a delivery, about; several times.")] = None,
    source: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(FORMATS)}; default: all.")] = None,
    driver_memory: Annotated[str, typer.Option(help="Heap of the one Spark process.")] = "2g",
) -> None:
    """Write deliveries, ingest each into a new lake with `underwatch ingest-claims`, and print lines per second.

    Every line has to be in the lake before its time counts.

    Example: python -m benchmarks.intake --lines 100000 --lines 1000000 --source x12
    """
    text = text_table(
        f"Intake on {os.cpu_count()} cores, Spark heap {driver_memory}",
        *("source", "lines>", "delivered MB>", "seconds>", "lines a second>", "peak memory GiB>"),
    )
    for name in source or FORMATS:
        for wanted in lines or [100_000]:
            found = _measured(name, wanted, driver_memory)
            text.add_row(
                found.source,
                f"{found.lines:,}",
                f"{found.delivered_bytes / 1e6:,.0f}",
                f"{found.ran.seconds:,.1f}",
                f"{found.lines / found.ran.seconds:,.0f}",
                f"{found.ran.peak_bytes / 2**30:.1f}",
            )
    Console(width=_WIDTH).print(text)


def _measured(source: str, lines: int, driver_memory: str) -> Measured:
    with tempfile.TemporaryDirectory(prefix="underwatch-intake-") as scratch:
        folder, lake = Path(scratch) / "delivery", Path(scratch) / "lake"
        FORMATS[source](folder, lines)
        options = (f"--source={source}", f"--delivery={folder}", f"--lake={lake}")
        ran = run("ingest-claims", *options, environment={"UNDERWATCH_DRIVER_MEMORY": driver_memory})
        size = sum(file.stat().st_size for file in folder.iterdir())
        return Measured(source, _lines_in(Lake(str(lake))), size, ran)


def _lines_in(lake: Lake) -> int:
    """Claim lines and fills in the lake. Ends the run when a row of the delivery was rejected."""
    connection: duckdb.DuckDBPyConnection = connect(lake)
    rejected, *counts = (
        connection.sql(f"select count(*) from {table}").fetchall()[0][0]  # noqa: S608 - a name of the catalog
        for table in ("rejected_rows", "claim_lines", "pharmacy_claims")
        if lake.exists(table)
    )
    assert rejected == 0, f"{rejected} rows were rejected"
    return sum(counts)


if __name__ == "__main__":
    typer.run(main)

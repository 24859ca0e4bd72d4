"""How fast deliveries of each format become canonical tables: python -m benchmarks.intake --lines 100000"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import psutil
import typer
from rich.console import Console

from benchmarks.intake_deliveries import FORMATS
from jobs.sql import connect
from jobs.text_table import text_table
from lake import Lake

_WIDTH = 130


@dataclass(frozen=True)
class Measured:
    """One ingest, as a user would run it: the whole process with Spark's start, by the wall clock. `peak_bytes` is the
    highest sum of memory of all its processes, pages that they share counted once."""

    source: str
    lines: int
    delivered_bytes: int
    seconds: float
    peak_bytes: int


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
                f"{found.seconds:,.1f}",
                f"{found.lines / found.seconds:,.0f}",
                f"{found.peak_bytes / 2**30:.1f}",
            )
    Console(width=_WIDTH).print(text)


def _measured(source: str, lines: int, driver_memory: str) -> Measured:
    with tempfile.TemporaryDirectory(prefix="underwatch-intake-") as scratch:
        folder, lake = Path(scratch) / "delivery", Path(scratch) / "lake"
        FORMATS[source](folder, lines)
        command = [sys.executable, "-m", "jobs.cli", "ingest-claims", f"--source={source}", f"--delivery={folder}"]
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, f"--lake={lake}"],
            env={**os.environ, "UNDERWATCH_DRIVER_MEMORY": driver_memory},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peak = _Peak(process.pid)
        _, said = process.communicate()
        seconds = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"ingest of {source} ended with {process.returncode}:\n{said[-2000:]}")
        size = sum(file.stat().st_size for file in folder.iterdir())
        return Measured(source, _lines_in(Lake(str(lake))), size, seconds, peak.end())


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


class _Peak:
    """The highest memory of a process and its descendants, sampled twice a second."""

    def __init__(self, pid: int) -> None:
        self._process, self._peak, self._over = psutil.Process(pid), 0, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._over.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self._peak = max(self._peak, sum(int(each.memory_full_info().pss) for each in family))
            except psutil.Error:
                continue  # one of them ended meanwhile


if __name__ == "__main__":
    typer.run(main)

"""How fast features are made, beside other engines: python -m benchmarks.feature_speed --lines 1000000

The same two tables by Underwatch's own code, on Apache Spark and on Sail, and written anew for each peer.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.commands import Ran, run_module
from benchmarks.feature_speed.compare import check_same
from benchmarks.feature_speed.engine import PEERS, PORTABLE, SAIL, SECONDS, SPARK, TABLES
from benchmarks.feature_speed.made_up_lines import made_up_lines
from benchmarks.record import append, machine, markdown_table, versions

SECTION = "Features beside other engines"
_PACKAGES = ("pyspark", "pysail", "duckdb", "polars", "pandas")
_COLUMNS = (
    *("engine", "job seconds>", "again>", "x DuckDB>", "again x DuckDB>"),
    *("processor seconds again>", "x DuckDB>", "process seconds>", "peak memory GiB>"),
)
_NAMES = {SPARK: "Underwatch on Spark", SAIL: "Underwatch on Sail", "duckdb": "DuckDB", "polars": "Polars"}


@dataclass(frozen=True)
class Measured:
    """One process of one engine; `rounds` are the seconds of the job the first time and again, `processor` those that
    it kept cores busy."""

    rounds: list[float]
    processor: list[float]
    ran: Ran

    @property
    def process_seconds(self) -> float:
        """From the start of the process to its end, as if it had done the job once."""
        return self.ran.seconds - sum(self.rounds[1:])


def main(
    lines: Annotated[list[int] | None, typer.Option(help="Claim lines; several times.")] = None,
    engine: Annotated[list[str] | None, typer.Option(help="Of spark, sail, duckdb, polars, pandas; all.")] = None,
    repeats: Annotated[int, typer.Option(help="Processes of each engine; the median counts.")] = 3,
    hub: Annotated[bool, typer.Option("--hub", help="One provider holds 20 % of the lines.")] = False,
    master: Annotated[str, typer.Option(help="Spark master, for Apache Spark.")] = "local[2]",
    write: Annotated[Path | None, typer.Option(help="Append the table to this page, as docs/benchmarks.md.")] = None,
) -> None:
    """Make `care_graph` and `provider_features` of made-up lines with each engine, compare, and print seconds.

    No time is shown before an engine's tables hold what Spark's hold: keys and counts exactly, doubles to a millionth.

    Example: python -m benchmarks.feature_speed --lines 200000 --engine sail --engine duckdb
    """
    for count in lines or [200_000]:
        with tempfile.TemporaryDirectory(prefix="underwatch-features-") as scratch:
            made_up_lines(Path(scratch) / "book", count, hub)
            found = _measured(Path(scratch), engine or [*PORTABLE, *PEERS], repeats, master)
        title = f"{count:,} lines{', one provider with a fifth of them' if hub else ''}"
        command = f"python -m benchmarks.feature_speed --lines {count} --repeats {repeats}{' --hub' if hub else ''}"
        table = markdown_table(_COLUMNS, _rows(found))
        said = f"**{title}**, `{command}`, {machine()}, {versions(*_PACKAGES)}:\n\n{table}\n"
        print(said, flush=True)
        if write:
            append(write, SECTION, said)


def _measured(scratch: Path, engines: list[str], repeats: int, master: str) -> dict[str, list[Measured]]:
    """Spark first, for what the others are compared with; engines take turns, so that a busy minute hits them all."""
    found: dict[str, list[Measured]] = {name: [] for name in dict.fromkeys([SPARK, *engines])}
    expected = scratch / SPARK
    for _ in range(repeats):
        for name, all_of_it in found.items():
            out = scratch / name
            ran = run_module(
                "benchmarks.feature_speed.engine", name, str(scratch / "book"), str(out), "--master", master
            )
            for table in TABLES:
                check_same(table, expected / f"{table}.parquet", out / f"{table}.parquet", name)
            all_of_it.append(Measured(**json.loads((out / SECONDS).read_text()), ran=ran))
    return found


def _rows(found: dict[str, list[Measured]]) -> list[list[str]]:
    yardstick = _medians(found["duckdb"]) if "duckdb" in found else None
    rows = []
    for name, measured in found.items():
        own = _medians(measured)
        first, again, worked = (f"{seconds:.1f}" for seconds in own)
        times = [f"{mine / theirs:.2f}" for mine, theirs in zip(own, yardstick, strict=True)] if yardstick else [""] * 3
        process = median(each.process_seconds for each in measured)
        memory = max(each.ran.peak_bytes for each in measured) / 2**30
        rest = (f"{process:.1f}", f"{memory:.1f}")
        rows.append([_NAMES.get(name, name), first, again, times[0], times[1], worked, times[2], *rest])
    return rows


def _medians(measured: list[Measured]) -> tuple[float, float, float]:
    """Seconds of the first time, seconds again, processor seconds again."""
    first, again = (median(each.rounds[which] for each in measured) for which in (0, 1))
    return first, again, median(each.processor[1] for each in measured)


if __name__ == "__main__":
    typer.run(main)

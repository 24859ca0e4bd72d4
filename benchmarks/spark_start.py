"""A driver that starts, does little and ends, with the archive of Spark's classes (ADR 14) and without it.

    python -m benchmarks.spark_start --rounds 3

Prints a table and appends it to docs/benchmarks.md.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.commands import run_module
from benchmarks.record import append, machine, markdown_table, versions
from jobs import spark_classes

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
WITH, WITHOUT = "with", "without"


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Drivers of each kind, by turns.")] = 3,
    once: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Measure both kinds of start by turns."""
    if once:
        if once == WITHOUT:
            spark_classes.ARCHIVE = Path("absent")
        spark_classes.small_job()
        return
    if not spark_classes.ARCHIVE.is_file():
        raise SystemExit("there is no archive of Spark's classes; run `make setup`")
    ran = [
        (kind, run_module("benchmarks.spark_start", f"--once={kind}"))
        for _ in range(rounds)
        for kind in (WITHOUT, WITH)
    ]
    rows = []
    for kind in (WITHOUT, WITH):
        found = [each for name, each in ran if name == kind]
        seconds, worked = (median(getattr(each, what) for each in found) for what in ("seconds", "processor_seconds"))
        rows.append((f"{kind} the archive", f"{seconds:.1f}", f"{worked:.1f}"))
    said = "\n\n".join(
        (
            f"`python -m benchmarks.spark_start --rounds {rounds}` ({machine()}; {versions('pyspark')}): the job that "
            "fills the archive, medians.",
            markdown_table(("a driver", "seconds>", "processor seconds>"), rows),
        )
    )
    print(said)
    append(PAGE, "Start of Spark", said)


if __name__ == "__main__":
    typer.run(main)

"""Our features on Sail against DuckDB's at a small size, as one number: python -m benchmarks.feature_speed.guard FOLDER

Both work in one process by turns, and their processor time is compared, so that whatever else the machine does counts
for little; the best of several rounds counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.feature_speed import duckdb_features
from benchmarks.feature_speed.compare import check_same
from benchmarks.feature_speed.engine import SAIL, TABLES, job_of
from benchmarks.feature_speed.made_up_lines import LINES, PROVIDERS, made_up_lines

RECORDED = Path(__file__).parent / "guarded_ratio.json"
"""`lines`, and `ratio`: processor seconds on Sail over those of DuckDB, when this was last written."""

WORSE = 1.5
"""A ratio this many times the recorded one is a regression."""


def main(
    folder: Annotated[Path, typer.Argument(help="Where lines and tables are put.")],
    rounds: Annotated[int, typer.Option(help="How often each is done.")] = 4,
    record: Annotated[bool, typer.Option("--record", help="Keep the ratio as the one to be held against.")] = False,
) -> None:
    """Print the ratio, as JSON beside the recorded one. Say with --record, in the commit, why a new one is right."""
    known = json.loads(RECORDED.read_text())
    made_up_lines(folder, known["lines"])
    files = folder / LINES, folder / PROVIDERS
    best: dict[str, float] = {}
    with job_of(SAIL) as sail:
        for _ in range(rounds):
            for name, job in ((SAIL, sail), ("duckdb", duckdb_features.features)):
                seconds = _seconds(lambda job=job, name=name: job(*files, *_tables(folder, name)))
                best[name] = min(seconds, best.get(name, seconds))
    for table, ours, theirs in zip(TABLES, _tables(folder, SAIL), _tables(folder, "duckdb"), strict=True):
        check_same(table, ours, theirs, "duckdb")
    ratio = best[SAIL] / best["duckdb"]
    if record:
        RECORDED.write_text(json.dumps({**known, "ratio": round(ratio, 2)}) + "\n")
    print(json.dumps({"ratio": round(ratio, 2), "recorded": known["ratio"]}))


def _tables(folder: Path, engine: str) -> list[Path]:
    (folder / engine).mkdir(exist_ok=True)
    return [folder / engine / f"{table}.parquet" for table in TABLES]


def _seconds(work: Callable[[], None]) -> float:
    """Processor seconds of this process, in which both engines run with all their threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    typer.run(main)

"""The main job on a standalone cluster against the same on one machine: python -m benchmarks.cluster_run"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from benchmarks.main_job_steps import FINE, main_job_steps
from benchmarks.standalone_cluster import HOME, Cluster, standalone_cluster
from catalog import TABLES
from jobs.generate import generate
from jobs.text_table import text_table
from jobs.token_key import write_new_key
from lake import Lake

_COMPARED = ("canonical", "feature", "published")
_OWN = {"scored_at", "run_id"}
"""What two runs never share: the time of scoring, and the name of the training in MLflow."""
_RETRIES = 2


@dataclass(frozen=True)
class Ran:
    """One run of all steps: how long, which of them had to be done again, and where the tables are."""

    name: str
    seconds: float
    again: list[str]
    lake: Lake


def main(
    members: Annotated[int, typer.Option(help="Members of the generated book.")] = 400,
    months: Annotated[int, typer.Option(help="Its months.")] = 24,
    seed: Annotated[int, typer.Option(help="Its seed.")] = 7,
    kill_at: Annotated[str, typer.Option(help="Step in whose middle a worker is killed.")] = "build-features",
    steps: Annotated[int, typer.Option(min=1, help="Run only so many of the steps, from the first on.")] = 10,
    undisturbed: Annotated[bool, typer.Option(help="Also run on two workers that nobody kills.")] = True,
) -> None:
    """Run every step of the main job three times: local, on two workers, and on two of whom one is killed midway.

    Each step is the command that Airflow's task runs, tried again as Airflow would. Ends with 1 where a
    table of the lake differs, be it in the last bit of a number: the table says by how much of it at most.

    Example: python -m benchmarks.cluster_run --members 400
    """
    with tempfile.TemporaryDirectory(prefix="underwatch-cluster-") as scratch:
        folder = Path(scratch)
        generate(members=members, months=months, seed=seed, out=folder / "delivery")
        write_new_key(folder / "key")
        runs = [_run("local[2]", "local[2]", folder, None, "", steps)]
        disturbed = (f"one of two killed in {kill_at}", kill_at)
        for name, killed in [disturbed, ("two workers", "")] if undisturbed else [disturbed]:
            with standalone_cluster(folder / f"cluster-{len(runs)}") as cluster:
                runs.append(_run(name, cluster.master, folder, cluster, killed, steps))
        same = _told(runs)
    raise typer.Exit(0 if same else 1)


def _run(name: str, master: str, folder: Path, cluster: Cluster | None, killed: str, steps: int) -> Ran:
    lake = Lake(str(folder / f"lake-{name.replace(' ', '-').replace('[', '').replace(']', '')}"))
    started, again = time.monotonic(), []
    for step, *options in main_job_steps(folder / "delivery", folder / "key")[:steps]:
        for attempt in range(_RETRIES + 1):
            command = [sys.executable, "-m", "jobs.cli", step, *options, f"--lake={lake.root}"]
            if step != "publish":
                command.append(f"--master={master}")
            code, said = _command(command, cluster, killed if attempt == 0 else "", step)
            print(f"{name}: {step} {code} after {time.monotonic() - started:,.0f} s", file=sys.stderr, flush=True)
            if code in FINE:
                break
            if code in range(2, 9) or attempt == _RETRIES:
                raise SystemExit(f"{name}: {step} ended with {code}:\n{said[-3000:]}")
            again.append(step)
    return Ran(name, time.monotonic() - started, again, lake)


def _command(command: list[str], cluster: Cluster | None, killed: str, step: str) -> tuple[int, str]:
    """Exit code and what it said. Where this is the step to be disturbed, a worker dies once its work is under way."""
    environment = {**os.environ, **(cluster.environment if cluster else {}), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said, done = "", 0
    for line in process.stderr:
        said += line
        done += " done " in line
        if cluster is not None and killed == step and done == 2:  # two parts are through, the third is being made
            cluster.kill_worker(2)
            print(f"killed a worker in {step}", file=sys.stderr, flush=True)
            done += 1
    return process.wait(), said


def _told(runs: list[Ran]) -> bool:
    """Print how each run compares with the first; whether all tables are the same."""
    shown = text_table(
        f"The main job on {os.cpu_count()} cores",
        *("run", "seconds>", "steps done again", "table", "rows>", "rows that differ>", "numbers by at most>"),
    )
    same = True
    for run in runs:
        compared = [name for name, table in TABLES.items() if table.layer in _COMPARED and runs[0].lake.exists(name)]
        for place, table in enumerate(compared):
            rows, differing = _compared(runs[0].lake, run.lake, table)
            same &= differing == 0
            head = (run.name, f"{run.seconds:,.0f}", ", ".join(run.again) or "none") if place == 0 else ("", "", "")
            most = _largest_difference(runs[0].lake, run.lake, table) if differing else None
            shown.add_row(*head, table, f"{rows:,}", f"{differing:,}", "" if most is None else f"{most:.1e}")
    Console(width=130).print(shown)
    return same


def _compared(one: Lake, other: Lake, table: str) -> tuple[int, int]:
    """Rows of the other lake's table, and how many rows of either have no equal in the other's."""
    if not other.exists(table):
        return 0, 1
    if not one.files(table) or not other.files(table):
        return 0, len(one.files(table)) + len(other.files(table))
    columns = ", ".join(f'"{c.name}"' for c in TABLES[table].columns if c.name not in _OWN)
    left, right = _rows(one, table), _rows(other, table)
    query = """select (select count(*) from {right}),
                      (select count(*) from (select {columns} from {left} except all select {columns} from {right}))
                    + (select count(*) from (select {columns} from {right} except all select {columns} from {left}))"""
    ((rows, differing),) = duckdb.sql(query.format(left=left, right=right, columns=columns)).fetchall()
    return int(rows), int(differing)


def _largest_difference(one: Lake, other: Lake, table: str) -> float | None:
    """The largest difference of two numbers of rows with one key, relative to the greater of them; None where no
    number differs, or a table has no rows to hold against each other."""
    if not (one.files(table) and other.exists(table) and other.files(table)):
        return None
    numbers = [c.name for c in TABLES[table].columns if c.type.startswith(("double", "decimal"))]
    if not numbers:
        return None
    apart = ", ".join(
        f'max(abs(a."{name}" - b."{name}") / nullif(greatest(abs(a."{name}"), abs(b."{name}")), 0))' for name in numbers
    )
    key = ", ".join(TABLES[table].key)
    query = f"select greatest({apart}, 0) from {_rows(one, table)} a join {_rows(other, table)} b using ({key})"  # noqa: S608 - catalog names
    ((most,),) = duckdb.sql(query).fetchall()
    return float(most) or None


def _rows(lake: Lake, table: str) -> str:
    return "read_parquet([" + ", ".join(f"'{file}'" for file in lake.files(table)) + "])"


if __name__ == "__main__":
    typer.run(main)

"""The main job as a user runs it, and what it left in the lake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.sql import connect
from lake import Lake

HOME = Path(__file__).resolve().parents[2]
AIRFLOW = Path(os.environ.get("UNDERWATCH_AIRFLOW", HOME / ".venv-airflow")) / "bin" / "airflow"
needs_airflow = pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow is not installed; run `make setup`")


def underwatch_run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jobs.cli", "run", f"--airflow-runs={folder / 'airflow'}", *options]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def rows(lake: Path, table: str) -> list[tuple[object, ...]]:
    return connect(Lake(str(lake))).sql(f"select * from {table} order by all").fetchall()


def one(lake: Path, query: str) -> tuple[object, ...]:
    (row,) = connect(Lake(str(lake))).sql(query).fetchall()
    return row

"""Locks are installed without resolving anything: what they hold has to be all that is needed, in fitting versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("environment", [".venv", ".venv-airflow"])
def test_nothing_is_missing_from_an_environment(environment: str) -> None:
    python = ROOT / environment / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{environment} is not there; run `make setup`")
    found = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout

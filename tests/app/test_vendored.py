"""Vendored front-end files are those that were recorded, each with its licence."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "app" / "static" / "vendor", ROOT / "tests" / "app" / "vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=["app", "tests"])
def test_vendored_files_are_as_recorded(folder: Path) -> None:
    with (folder / "vendored.csv").open(encoding="utf-8", newline="") as lines:
        recorded = {row["file"]: row for row in csv.DictReader(lines)}
    present = {file.name for file in folder.iterdir()} - {"vendored.csv"}
    assert present == set(recorded)
    for name, row in recorded.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == row["sha256"], name
        assert row["version"] and row["licence"]
    licensed = {row["package"] for name, row in recorded.items() if name.endswith(".LICENSE")}
    assert licensed == {row["package"] for row in recorded.values()}

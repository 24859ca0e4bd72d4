"""Refused deliveries as a user meets them: the real command, its exit code and what it prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.book import BOOK, text_of, write_book
from tests.sources.delivered import zipped

HOME = Path(__file__).resolve().parents[2]


def ingest(lake: Path, delivery: Path, source: str = "canonical") -> subprocess.CompletedProcess[str]:
    options = [f"--source={source}", f"--delivery={delivery}", f"--lake={lake}", "--master=local[1]"]
    command = [sys.executable, "-m", "jobs.cli", "ingest-claims", *options]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what is wrong."""
    assert done.returncode == 3, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    *_, last = done.stderr.strip().splitlines()
    assert last.startswith("BadDelivery: ")
    return last


@pytest.mark.parametrize("source", ["desynpuf", "nothing"])
def test_a_wrong_source(tmp_path: Path, source: str) -> None:
    said = refused(ingest(tmp_path / "lake", write_book(tmp_path / "june"), source))
    assert "--source" in said
    assert not (tmp_path / "lake").exists()


def test_a_zip_that_points_outside(tmp_path: Path) -> None:
    zipped(tmp_path / "june" / "june.zip", {"../members.csv": text_of("members", BOOK["members"])})
    assert "june.zip holds a file that points outside the archive" in refused(
        ingest(tmp_path / "lake", tmp_path / "june")
    )
    assert not (tmp_path / "lake").exists()
    assert not list(tmp_path.glob("**/members.csv"))


@pytest.mark.slow
def test_a_file_cut_off_leaves_an_empty_lake_and_names_no_member(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "june", members=BOOK["members"].replace("M3", "SECRET-3"))
    claims = folder / "claim_lines.csv"
    claims.write_text(claims.read_text().replace("M3", "SECRET-3")[:-40])
    done = ingest(tmp_path / "lake", folder)
    assert "claim_lines.csv is cut off: it ends in the middle of row 4" in refused(done)
    assert "SECRET-3" not in done.stdout + done.stderr
    assert not list((tmp_path / "lake").glob("tables/*/_delta_log"))

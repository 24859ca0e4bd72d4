"""A full disk: writing ends in an error, readers keep what they saw, and with room the same run completes."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lake import Lake
from tests.faults.ledger import Ledger, tries
from tests.lake.plain import rows_of, seen, stage_many

TABLE, ROWS = "scored_claims", 1000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes; skipped where this user may not mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "underwatch", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """No byte is left inside the block."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (65536, 4096, 1):
            try:
                while stream.write(b"x" * size):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
    try:
        yield
    finally:
        filler.unlink()


def test_while_staging(small_disk: Path, ledger: Ledger) -> None:
    lake, before = Lake(str(small_disk / "lake")), rows_of(TABLE, "before", ROWS)
    lake.commit(stage_many(lake, TABLE, "before", ROWS))
    for attempt in range(tries(1, 5)):
        with pytest.raises(OSError, match="No space left on device"), full(small_disk):
            stage_many(lake, TABLE, f"run {attempt}", ROWS)
        assert seen(lake, TABLE) == before
        lake.commit(stage_many(lake, TABLE, f"run {attempt}", ROWS))
        before = rows_of(TABLE, f"run {attempt}", ROWS)
        ledger.note("disk full while staging", "room made, run again", before, seen(lake, TABLE))


def test_while_committing(small_disk: Path, ledger: Ledger) -> None:
    """The files are written; the transaction log's entry does not fit any more."""
    lake, before = Lake(str(small_disk / "lake")), rows_of(TABLE, "before", ROWS)
    lake.commit(stage_many(lake, TABLE, "before", ROWS))
    for attempt in range(tries(1, 5)):
        staged = stage_many(lake, TABLE, f"run {attempt}", ROWS)
        with full(small_disk):
            with pytest.raises(OSError, match=r"(?i)no space left|os error 28"):
                lake.commit(staged)
            assert seen(lake, TABLE) == before
        lake.commit(staged)
        before = rows_of(TABLE, f"run {attempt}", ROWS)
        ledger.note("disk full while committing", "room made, committed again", before, seen(lake, TABLE))


def test_the_command_says_so(small_disk: Path) -> None:
    options = ["--members=100", "--months=12", f"--out={small_disk / 'delivery'}"]
    with full(small_disk):
        done = subprocess.run([sys.executable, "-m", "jobs.cli", "generate", *options], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("DiskFull: the disk (or a quota) is full; readers keep the previous")

"""Every version stays readable, however old, and a lake can be read as it was."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from catalog.errors import MissingTable
from lake import Lake

TABLE, PART = "holdout_predictions", "m-1"


def _write(lake: Lake, number: int) -> int:
    row: dict[str, object] = {"version_id": PART, "model_name": "m", "model_version": "1", "as_of": date(2025, 1, 1)}
    row |= {"target_type": "claim", "target_id": f"c{number}", "holdout": "a test", "weight": 1.0, "actual": 0.0}
    return lake.write_rows([row], TABLE, PART, run=f"run {number}")


def _targets(lake: Lake, version: int | None = None) -> list[str]:
    return [one for (one,) in duckdb.read_parquet(lake.files(TABLE, version)).project("target_id").fetchall()]


def test_versions_older_than_the_log_s_usual_retention_stay_readable(tmp_path: Path) -> None:
    lake, log = Lake(str(tmp_path)), tmp_path / "tables" / TABLE / "_delta_log"
    long_ago = time.time() - 400 * 86400
    for number in range(102):  # past the checkpoint of version 99, which is when old versions would be forgotten
        _write(lake, number)
        for file in log.iterdir():
            os.utime(file, (long_ago, long_ago))
    assert list(log.glob("*.checkpoint.parquet")), "no checkpoint was written: the test shows nothing"
    assert [_targets(lake, version) for version in (0, 3, 101)] == [["c0"], ["c3"], ["c101"]]
    assert len(lake.history(TABLE)) == 102


def test_a_lake_at_given_versions_is_read_as_it_was_and_never_written(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _write(lake, 0)
    then = lake.now()
    _write(lake, 1)
    assert (_targets(then), _targets(lake)) == (["c0"], ["c1"])
    assert then.now() is then
    assert (then.version(TABLE), then.versions([TABLE, "members"])) == (0, {TABLE: 0})
    assert not Lake(str(tmp_path), {}).exists(TABLE), "a table that was not there then is not there now"
    with pytest.raises(ValueError, match="for reading"):
        _write(then, 2)


def test_which_version_wrote_a_partition_and_how(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _write(lake, 0)
    _write(lake, 1)
    lake.write_rows([], TABLE, "other-1")
    assert lake.written(TABLE, PART) == (1, "")
    assert lake.written(TABLE, PART, version=0) == (0, "")
    with pytest.raises(MissingTable, match="no version"):
        lake.written(TABLE, "other-1", version=1)

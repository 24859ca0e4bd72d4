"""How two lakes are compared: any row that differs in either direction counts, what runs never share does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cluster_run import _compared
from lake import Lake
from tests.lake.plain import commit_run, stage_many


@pytest.fixture
def other(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "other"))


def test_the_same_rows_of_another_training_are_the_same(lake: Lake, other: Lake) -> None:
    for table in ("scored_claims", "risk_predictions"):
        for each, run in ((lake, "one"), (other, "another")):
            each.commit(stage_many(each, table, run, 12))
        assert _compared(lake, other, table) == (12, 0)


def test_a_missing_a_doubled_and_an_absent_table_are_told(lake: Lake, other: Lake) -> None:
    commit_run(lake, "cases", "one", count=3)
    assert _compared(lake, other, "cases") == (0, 1)
    commit_run(other, "cases", "one", count=5)
    assert _compared(lake, other, "cases") == (5, 2)
    assert _compared(other, lake, "cases") == (3, 2)

"""How two lakes are compared: any row that differs in either direction counts, what runs never share does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from benchmarks.cluster_run import _compared, _largest_difference
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


def test_numbers_that_differ_are_told_by_how_much_of_the_greater(lake: Lake, other: Lake) -> None:
    at = datetime(2025, 12, 31, tzinfo=UTC)
    row: dict[str, object] = {"as_of": date(2025, 12, 31), "check_name": "volume", "model_name": "data", "cases": 1}
    row |= {"reference": "then", "alert": "ok", "checked_at": at}
    for each, nine in ((lake, 9.0), (other, 10.0)):
        found = [{**row, "subject": "a", "value": nine, "bound": 0.0}, {**row, "subject": "b", "value": 3.0}]
        each.write_rows(found, "monitoring", "2025-12-31")
    assert _compared(lake, other, "monitoring") == (2, 2)
    assert _largest_difference(lake, other, "monitoring") == pytest.approx(0.1)
    assert _largest_difference(lake, lake, "monitoring") is None

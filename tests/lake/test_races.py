"""Two runs that want the same partition: one wins whole, the other is told to run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from catalog.errors import CommitConflict
from lake import Lake, Staged
from tests.lake.tables import ids, members


class Late(Lake):
    """A run which looked at the table just before `overtaken_by` was committed."""

    overtaken_by: Staged | None = None

    def _delta(self, table: str) -> DeltaTable | None:
        seen = super()._delta(table)
        if self.overtaken_by is not None:
            other, self.overtaken_by = self.overtaken_by, None
            Lake(self.root).commit(other)
        return seen


@pytest.mark.parametrize("before", [{}, {"may": "m0"}, {"june": "m0"}], ids=["no table", "new partition", "old rows"])
def test_the_overtaken_run_conflicts_and_doubles_nothing(
    spark: SparkSession, lake: Lake, before: dict[str, str]
) -> None:
    for batch, one in before.items():
        lake.overwrite(members(spark, batch, one), "members", batch)
    late = Late(lake.root)
    slow = late.stage(members(spark, "june", "m1"), "members", "june")
    late.overtaken_by = lake.stage(members(spark, "june", "m2"), "members", "june")
    with pytest.raises(CommitConflict, match="members at june was committed by another run meanwhile; run"):
        late.commit(slow)
    assert ids(spark, lake, partition="june") == ["m2"]
    late.commit(slow)  # the run again
    assert ids(spark, lake, partition="june") == ["m1"]


@pytest.mark.parametrize("before", [False, True], ids=["no table", "table"])
def test_runs_of_different_partitions_both_succeed(spark: SparkSession, lake: Lake, before: bool) -> None:
    if before:
        lake.overwrite(members(spark, "may", "m0"), "members", "may")
    late = Late(lake.root)
    june = late.stage(members(spark, "june", "m1"), "members", "june")
    late.overtaken_by = lake.stage(members(spark, "july", "m2"), "members", "july")
    late.commit(june)
    assert ids(spark, lake) == (["m0"] if before else []) + ["m1", "m2"]


@pytest.mark.parametrize("before", [False, True], ids=["no table", "table"])
def test_many_runs_at_once_leave_the_rows_of_one(spark: SparkSession, lake: Lake, before: bool) -> None:
    if before:
        lake.overwrite(members(spark, "june", "m0"), "members", "june")
    staged = {one: lake.stage(members(spark, "june", one, one + "b"), "members", "june") for one in ("m1", "m2", "m3")}

    def committed(one: str) -> str:
        try:
            Lake(lake.root).commit(staged[one])
        except CommitConflict:
            return ""
        return one

    with ThreadPoolExecutor(len(staged)) as pool:
        won = [one for one in pool.map(committed, staged) if one]
    seen = ids(spark, lake)
    assert won
    assert seen in [[one, one + "b"] for one in won]


def test_the_same_files_committed_by_two_processes_at_once_appear_once(spark: SparkSession, lake: Lake) -> None:
    late = Late(lake.root)
    late.overtaken_by = staged = lake.stage(members(spark, "june", "m1"), "members", "june")
    late.commit(staged)
    assert ids(spark, lake) == ["m1"]

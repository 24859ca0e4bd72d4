"""What readers of a table see while others write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from catalog.errors import MissingTable
from lake import Lake
from tests.lake.tables import ids, members


def test_readers_see_staged_rows_only_after_the_commit(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    staged = lake.stage(members(spark, "june", "m2", "m3"), "members", "june")
    assert ids(spark, lake) == ["m1"]
    assert lake.commit(staged) == 1
    assert ids(spark, lake) == ["m2", "m3"]


def test_nothing_exists_before_the_first_commit(spark: SparkSession, lake: Lake) -> None:
    lake.stage(members(spark, "june", "m1"), "members", "june")
    assert not lake.exists("members")
    assert lake.partitions("members") == []
    assert lake.versions(["members"]) == {}
    assert lake.read_or_empty(spark, "members").count() == 0


def test_what_one_process_staged_another_reads_and_commits(spark: SparkSession, lake: Lake) -> None:
    staged = lake.stage(members(spark, "june", "m1"), "members", "june")
    other = Lake(lake.root)
    assert other.staged("members", "june") == staged
    assert [row.member_id for row in other.read_staged(spark, staged).collect()] == ["m1"]
    other.commit(other.staged("members", "june"))
    assert ids(spark, lake) == ["m1"]


def test_overwriting_again_leaves_the_same_rows(spark: SparkSession, lake: Lake) -> None:
    for _ in range(2):
        lake.overwrite(members(spark, "june", "m1", "m2"), "members", "june")
    assert ids(spark, lake) == ["m1", "m2"]


def test_committing_the_same_staged_files_twice_changes_nothing(spark: SparkSession, lake: Lake) -> None:
    staged = lake.stage(members(spark, "june", "m1"), "members", "june")
    assert lake.commit(staged) == lake.commit(staged) == lake.version("members") == 0
    assert ids(spark, lake) == ["m1"]


def test_a_partition_is_replaced_alone(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    lake.overwrite(members(spark, "july", "m2"), "members", "july")
    lake.overwrite(members(spark, "june", "m3"), "members", "june")
    assert lake.partitions("members") == ["july", "june"]
    assert ids(spark, lake, partition="june") == ["m3"]
    assert ids(spark, lake, partition="july") == ["m2"]
    assert ids(spark, lake) == ["m2", "m3"]


def test_a_partition_never_written_has_no_rows(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    assert lake.read(spark, "members", partition="july").count() == 0


def test_a_partition_overwritten_by_nothing_has_no_rows(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    lake.overwrite(members(spark, "june"), "members", "june")
    assert ids(spark, lake) == []


def test_older_versions_stay_readable_and_say_which_run_made_them(spark: SparkSession, lake: Lake) -> None:
    for version, one in enumerate(["m1", "m2", "m3"]):
        assert lake.overwrite(members(spark, "june", one), "members", "june", run=f"run-{version}") == version
    assert [ids(spark, lake, version) for version in range(3)] == [["m1"], ["m2"], ["m3"]]
    assert [commit["underwatch_run"] for commit in lake.history("members")] == ["run-2", "run-1", "run-0"]


@pytest.mark.parametrize("value", ["2024 june/½ #1", "o'brien", "50%25", 'a"b', "a=b,c", "../up", "[x]*?", "a\\b"])
def test_any_partition_value_is_kept_as_it_is(spark: SparkSession, lake: Lake, value: str) -> None:
    lake.overwrite(members(spark, "plain", "m0"), "members", "plain")
    for one in ("m1", "m2"):
        lake.overwrite(members(spark, "b", one), "members", value)
    assert lake.partitions("members") == sorted([value, "plain"])
    assert ids(spark, lake, partition=value) == ["m2"]
    assert ids(spark, lake) == ["m0", "m2"]


def test_values_that_look_alike_as_folders_stay_apart(spark: SparkSession, lake: Lake) -> None:
    for value in ("a b", "a/b", "a_b"):
        lake.stage(members(spark, "b", value.replace(" ", "+")), "members", value)
    for value in ("a b", "a/b", "a_b"):
        lake.commit(lake.staged("members", value))
    assert ids(spark, lake) == ["a+b", "a/b", "a_b"]


def test_missing_tables_name_the_mend(spark: SparkSession, lake: Lake) -> None:
    for act in (lake.version, lake.history, lake.files, lambda name: lake.read(spark, name), lake.vacuum_orphans):
        with pytest.raises(MissingTable, match="has no table members; run the job that builds it first"):
            act("members")
    with pytest.raises(MissingTable, match="nothing is staged for members at june; run the job that builds it first"):
        lake.staged("members", "june")


def test_a_missing_version_names_those_there_are(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    with pytest.raises(MissingTable, match="members has no version 7; its newest is 0"):
        lake.read(spark, "members", version=7)


def test_staged_files_that_are_gone_are_not_committed(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    staged = lake.stage(members(spark, "june", "m2"), "members", "june")
    for file in staged.files:
        Path(lake.path("members"), file).unlink()
    with pytest.raises(MissingTable, match="1 staged files of members at june are gone; build it again"):
        lake.commit(staged)
    assert ids(spark, lake) == ["m1"]


def test_what_is_staged_is_known_by_its_recipe_while_its_files_are_there(spark: SparkSession, lake: Lake) -> None:
    assert lake.staged_from("flour", "members", "june") is None
    staged = lake.stage(members(spark, "june", "m1"), "members", "june", "flour")
    assert lake.staged_from("flour", "members", "june") == staged
    assert lake.staged_from("rye", "members", "june") is None
    for file in staged.files:
        Path(lake.path("members"), file).unlink()
    assert lake.staged_from("flour", "members", "june") is None


def test_readers_see_staged_files_from_the_commit_to_the_next(spark: SparkSession, lake: Lake) -> None:
    staged = lake.stage(members(spark, "june", "m1"), "members", "june")
    assert not lake.holds(staged)
    lake.commit(staged)
    assert lake.holds(staged)
    lake.overwrite(members(spark, "june", "m2"), "members", "june")
    assert not lake.holds(staged)
    assert not lake.holds(None)


def test_a_partition_says_which_run_wrote_it_last(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june", run="first")
    lake.overwrite(members(spark, "july", "m2"), "members", "july", run="second")
    lake.overwrite(members(spark, "june", "m3"), "members", "june", run="third")
    assert [lake.made_by("members", month) for month in ("june", "july", "august")] == ["third", "second", ""]
    assert lake.made_by("claim_lines", "june") == ""

"""Deleting what killed jobs left behind, and nothing that a version holds."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from catalog.errors import MissingTable
from lake import Lake
from tests.lake.tables import ids, members


def test_orphans_go_and_every_version_stays_readable(spark: SparkSession, lake: Lake) -> None:
    for one in ("m1", "m2", "m3"):
        lake.overwrite(members(spark, "june", one), "members", "june")
    orphan = lake.stage(members(spark, "june", "lost"), "members", "june")
    assert lake.vacuum_orphans("members", older_than_hours=0) == 1
    (folder,) = {Path(lake.path("members"), file).parent for file in orphan.files}
    assert list(folder.iterdir()) == []
    assert [ids(spark, lake, version) for version in range(3)] == [["m1"], ["m2"], ["m3"]]
    with pytest.raises(MissingTable, match="build it again"):
        lake.commit(orphan)
    assert lake.vacuum_orphans("members", older_than_hours=0) == 0


def test_files_staged_lately_are_left_to_be_published(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(members(spark, "june", "m1"), "members", "june")
    staged = lake.stage(members(spark, "june", "m2"), "members", "june")
    assert lake.vacuum_orphans("members") == 0
    for file in staged.files:
        long_ago = time.time() - 8 * 24 * 3600
        os.utime(Path(lake.path("members"), file), (long_ago, long_ago))
    assert lake.vacuum_orphans("members") == 1
    assert ids(spark, lake) == ["m1"]

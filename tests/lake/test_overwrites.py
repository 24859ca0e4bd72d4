"""A law: whatever was overwritten in whatever order, each partition holds its last content and nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lake import Lake
from tests.lake.tables import members

BATCHES = st.sampled_from(["may", "june", "o'jul/y"])
CONTENT = st.lists(st.sampled_from(["m1", "m2", "m3"]), max_size=3)
FEW = settings(max_examples=5, deadline=None)


@FEW
@given(st.lists(st.tuples(BATCHES, CONTENT), min_size=1, max_size=4))
def test_each_partition_holds_its_last_content(spark: SparkSession, writes: list[tuple[str, list[str]]]) -> None:
    with TemporaryDirectory() as folder:
        lake = Lake(str(Path(folder) / "lake"))
        for batch, content in writes:
            lake.overwrite(members(spark, "b", *content), "members", batch)
        for batch, content in dict(writes).items():
            rows = lake.read(spark, "members", partition=batch).select("member_id").collect()
            assert sorted(row[0] for row in rows) == sorted(content)
        assert lake.read(spark, "members").count() == sum(map(len, dict(writes).values()))

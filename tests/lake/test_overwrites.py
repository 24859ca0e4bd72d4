"""A law: whatever was published in whatever order, each partition holds its last content and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lake import Lake, Staged
from tests.lake.tables import members

BATCHES = ["may", "june", "o'jul/y"]
CONTENTS = [(), ("m1",), ("m2", "m3", "m3")]
WRITES = st.lists(st.tuples(st.sampled_from(BATCHES), st.sampled_from(CONTENTS)), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def staged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, dict[tuple[str, ...], Staged]]:
    """A lake without tables where each content is staged, to be copied and committed without the cost of Spark."""
    lake = Lake(str(tmp_path_factory.mktemp("staged") / "lake"))
    return lake, {content: lake.stage(members(spark, "b", *content), "members", "b") for content in CONTENTS}


def _seen(lake: Lake, batch: str | None) -> list[str]:
    files = lake.files("members", partition=batch)
    rows = duckdb.read_parquet(files).project("member_id").fetchall() if files else []
    return sorted(one for (one,) in rows)


def _restaged(lake: Lake, content: Staged, batch: str, name: str) -> Staged:
    """The content as another staging of its own, for `batch`."""
    moved = {f"{name}/{Path(file).name}": file for file in content.files}
    for new, old in moved.items():
        target = Path(lake.path("members"), new)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(Path(lake.path("members"), old), target)
    return replace(content, partition_value=batch, files={new: content.files[old] for new, old in moved.items()})


@settings(max_examples=25, deadline=None)
@given(WRITES)
def test_each_partition_holds_its_last_content(
    staged: tuple[Lake, dict[tuple[str, ...], Staged]], writes: list[tuple[str, tuple[str, ...]]]
) -> None:
    template, contents = staged
    with TemporaryDirectory() as folder:
        lake = Lake(shutil.copytree(template.root, Path(folder, "lake")))
        for number, (batch, content) in enumerate(writes):
            assert lake.commit(_restaged(lake, contents[content], batch, f"staging-{number}")) == number
        for batch, content in dict(writes).items():
            assert _seen(lake, batch) == sorted(content)
        assert _seen(lake, None) == sorted(one for content in dict(writes).values() for one in content)

from __future__ import annotations

import os
import shutil
from datetime import date

import pytest
from filelock import FileLock
from pyspark.sql import SparkSession

from lake import Lake
from tests.jobs.books import generated_lake


@pytest.fixture(scope="session")
def generated(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, date]:
    """A generated book of 400 members and 24 months with its features, and the day they are of.

    It takes minutes: the first of the workers of a test run makes it, and each has a copy of its own."""
    own = tmp_path_factory.mktemp("generated")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return generated_lake(spark, own, members=400, months=24)
    common = tmp_path_factory.getbasetemp().parent / "generated"
    with FileLock(f"{common}.lock"):
        if not (common / "day").is_file():
            common.mkdir(exist_ok=True)
            _, day = generated_lake(spark, common, members=400, months=24)
            (common / "day").write_text(str(day))
    shutil.copytree(common / "lake", own / "lake")
    return Lake(str(own / "lake")), date.fromisoformat((common / "day").read_text())

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from lake import Lake
from tests.jobs.books import generated_lake


@pytest.fixture(scope="session")
def generated(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, date]:
    """A generated book of 400 members and 24 months with its features, and the day they are of."""
    return generated_lake(spark, tmp_path_factory.mktemp("generated"), members=400, months=24)

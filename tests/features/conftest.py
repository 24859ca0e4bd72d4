"""A made-up book with something of everything, and its feature tables: costly, so made once."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from tests.features.made_up import AS_OF, Texts, book
from tests.features.spec import history
from tests.features.tables import Tables, feature_tables


@pytest.fixture(scope="session")
def made_up() -> Texts:
    return book(seed=5)


@pytest.fixture(scope="session")
def tables(spark: SparkSession, made_up: Texts) -> Tables:
    return feature_tables(history(spark, **made_up), AS_OF)

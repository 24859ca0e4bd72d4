"""Fixtures every room's tests share: one Spark session for the whole run, and a lake in a fresh folder."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.spark_classes import add_driver_options, use_class_archive

# On a hundred rows the best of the JVM's compilers costs more than all the work: half of the suite's time. That goes
# for the drivers that tests start, too.
add_driver_options(os.environ, "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
use_class_archive()

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["spark", "sail"], default="spark", help="What runs the DataFrame code.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason="../shared/data is absent: this test reads the real files kept there")
    for item in items:
        if "shared_data" in item.keywords:
            item.add_marker(absent)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public files beside the checkout."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def spark(request: pytest.FixtureRequest) -> Iterator[object]:
    """One session for all tests: starting Spark costs more than most tests."""
    from pyspark.sql import SparkSession

    from jobs.spark import sail_session

    os.environ["PYSPARK_PYTHON"] = sys.executable
    if request.config.getoption("--engine") == "sail":
        with sail_session("tests") as session:
            yield session
        return
    session = (
        SparkSession.builder.master("local[2]")
        .appName("underwatch tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "3g")
        .config("spark.driver.extraJavaOptions", "-XX:ReservedCodeCacheSize=256m")
        .config("spark.buffer.pageSize", "2m")
        .config("spark.sql.shuffle.partitions", "4")
        # Plans and figures of past queries, kept for a web page that nobody opens here.
        .config("spark.sql.ui.retainedExecutions", "1")
        .config("spark.ui.retainedJobs", "1")
        .config("spark.ui.retainedStages", "1")
        .config("spark.ui.retainedTasks", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module", autouse=True)
def caches_freed(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a file's tests cached is freed after them: the session is shared, and its memory is not endless."""
    yield
    if request.config.getoption("--engine") == "sail":  # which has no cache
        return
    pyspark = sys.modules.get("pyspark.sql")
    session = pyspark.SparkSession.getActiveSession() if pyspark else None
    if session is not None:
        session.catalog.clearCache()
        gc.collect()


@pytest.fixture
def lake(tmp_path: Path) -> object:
    from lake import Lake

    return Lake(str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """A PostgreSQL server of the tests' own; skipped where none is installed."""
    from tests.postgres_server import running_server

    with running_server() as server:
        yield server


@pytest.fixture
def database(postgres: object) -> object:
    """A new, empty database, and a user that may publish to it."""
    return postgres.new_database()  # type: ignore[attr-defined]

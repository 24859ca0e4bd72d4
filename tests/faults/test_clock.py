"""Clocks that are wrong, time zones that change, days at the end of months: the same rows, and whole versions."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from pyspark.sql import SparkSession

from lake import Lake, staged
from tests.expectations.rows import rows
from tests.faults.ledger import Ledger
from tests.lake.plain import rows_of, seen, stage_many

TABLE, ROWS = "scored_claims", 500


def test_a_clock_that_was_put_back(lake: Lake, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits bear the time; one that seems older than the last still replaces it, and conflicts are still found."""
    real = time.time
    for run, days in enumerate((0, -2, -400, 3)):
        monkeypatch.setattr(staged.time, "time", lambda days=days: real() + days * 86400)
        lake.commit(stage_many(lake, TABLE, f"run {run}", ROWS))
        expected = rows_of(TABLE, f"run {run}", ROWS)
        ledger.note("clock put back or forward", "none needed", expected, seen(lake, TABLE))
        assert lake.version(TABLE) == run


@contextmanager
def zone(spark: SparkSession, name: str) -> Iterator[None]:
    """Python's and the running JVM's time zone."""
    java, before = spark._jvm.java.util.TimeZone, os.environ.get("TZ")
    default = java.getDefault()
    os.environ["TZ"] = name
    time.tzset()
    java.setDefault(java.getTimeZone(name))
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
        java.setDefault(default)


# Month ends, a leap day, and the days on which New York's and Auckland's clocks are put forward and back.
DAYS = ["2024-02-29", "2025-01-31", "2025-03-09", "2025-11-02", "2025-04-06", "2025-09-28"]
MOMENTS = ["2025-03-09 02:30:00", "2025-11-02 01:30:00", "2025-09-27 14:30:00", "2024-02-29 23:59:59"]


@pytest.mark.parametrize("name", ["UTC", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"])
def test_days_and_times_are_the_same_in_every_zone(spark: SparkSession, lake: Lake, ledger: Ledger, name: str) -> None:
    """Written by Spark, committed and read back by Spark and without it."""
    made = [
        {
            "claim_id": f"'c{place}'",
            "as_of": f"date'{DAYS[0]}'",
            "service_from": f"date'{day}'",
            "scored_at": f"timestamp'{MOMENTS[place % len(MOMENTS)]} UTC'",
        }
        for place, day in enumerate(DAYS)
    ]
    expected = [(day, MOMENTS[place % len(MOMENTS)]) for place, day in enumerate(DAYS)]
    with zone(spark, name):
        lake.overwrite(rows(spark, TABLE, *made), TABLE, date.fromisoformat(DAYS[0]))
        assert lake.partitions(TABLE) == [DAYS[0]]
        texts = lake.read(spark, TABLE).selectExpr("claim_id", "string(service_from)", "string(scored_at)").collect()
        ledger.note("time zones, DST, month ends", "none needed", expected, [tuple(row)[1:] for row in sorted(texts)])
        found = lake.pinned(TABLE).dataset().to_table(["claim_id", "service_from", "scored_at"]).to_pylist()
        told = [
            (str(row["service_from"]), f"{row['scored_at']:%Y-%m-%d %H:%M:%S}")
            for row in sorted(found, key=lambda row: row["claim_id"])
        ]
        ledger.note("time zones, DST, month ends", "none needed", expected, told)

"""Patient harm goes to its own lane, by what the reasons show."""

from __future__ import annotations

from pyspark.sql import SparkSession

from catalog import TABLES
from expectations.scored_claims import CHECKS
from models.fraud.lanes import HARM_CODES, LANES, MONEY, PATIENT_HARM, review_lane

REASONS = "id string, reasons array<struct<code string, value double, expected double>>"


def test_a_harm_code_above_what_is_typical_goes_to_patient_harm(spark: SparkSession) -> None:
    rows = [
        ("dead", [("PAID_HIGH", 900.0, 100.0), ("SERVICE_AFTER_DEATH", 2.0, 0.0)], PATIENT_HARM),
        ("no peers", [("EARLY_REFILL", 20.0, None)], PATIENT_HARM),
        ("none such", [("SERVICE_AFTER_DEATH", 0.0, 0.0)], MONEY),
        ("unknown", [("EARLY_REFILL", None, None)], MONEY),
        ("dear", [("PAID_HIGH", 900.0, 100.0)], MONEY),
        ("nothing", [], MONEY),
    ]
    frame = spark.createDataFrame([(name, reasons) for name, reasons, _ in rows], REASONS)
    found = {row.id: row.lane for row in frame.select("id", review_lane("reasons").alias("lane")).collect()}
    assert found == {name: lane for name, _, lane in rows}


def test_harm_codes_are_codes_of_the_catalog() -> None:
    known = {column.code for table in TABLES.values() for column in table.columns}
    assert set(HARM_CODES) <= known


def test_the_lanes_are_those_that_the_suite_lets_pass() -> None:
    assert f"review_lane is one of {', '.join(LANES)}" in [check.name for check in CHECKS]

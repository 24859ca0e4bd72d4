"""Who was excluded on the day of service, as known on a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from features.excluded import excluded_services

LINES = [
    ("before", "A", None, date(2016, 1, 14)),
    ("first day", "A", None, date(2016, 1, 15)),
    ("treats", "B", "A", date(2016, 3, 1)),
    ("back", "A", None, date(2016, 6, 10)),
    ("other", "B", "C", date(2016, 3, 1)),
]
EXCLUSIONS = [
    ("A", date(2016, 1, 15), None, date(2016, 1, 31), "npi"),
    ("A", date(2016, 1, 15), date(2016, 6, 10), date(2016, 6, 30), "npi"),
    (None, date(2016, 1, 1), None, date(2016, 1, 31), "none"),
]


def found(spark: SparkSession, as_of: date) -> set[tuple[str, str]]:
    lines = spark.createDataFrame(
        [(*line[:3], None, line[3]) for line in LINES],
        "claim_line_id string, provider_id string, physician_id string, referring_physician_id string, "
        "service_from date",
    )
    exclusions = spark.createDataFrame(
        [(npi, "1128b7", *days, basis) for npi, *days, basis in EXCLUSIONS],
        "npi string, exclusion_type string, exclusion_date date, reinstatement_date date, known_date date, "
        "match_basis string",
    )
    return {(row["claim_line_id"], row["role"]) for row in excluded_services(lines, exclusions, as_of).collect()}


def test_a_service_counts_from_the_first_day_of_the_exclusion_to_the_day_before_reinstatement(
    spark: SparkSession,
) -> None:
    assert found(spark, date(2016, 12, 31)) == {("first day", "provider_id"), ("treats", "physician_id")}


def test_what_the_list_did_not_say_yet_changes_nothing(spark: SparkSession) -> None:
    assert found(spark, date(2016, 1, 30)) == set()
    assert ("back", "provider_id") in found(spark, date(2016, 5, 31))

from __future__ import annotations

from pyspark.sql import SparkSession

from jobs.fingerprint import combined, fingerprint

DDL = "id string, cost double, chances map<string,double>, codes array<string>"
ROWS = [("a", 1.5, {"50000": 0.1}, ["X"]), ("b", None, None, [])]


def test_order_and_last_bits_do_not_matter(spark: SparkSession) -> None:
    one = fingerprint(spark.createDataFrame(ROWS, DDL))
    assert fingerprint(spark.createDataFrame([ROWS[1], ("a", 1.5 + 1e-12, {"50000": 0.1}, ["X"])], DDL)) == one


def test_a_value_or_a_repeated_row_does(spark: SparkSession) -> None:
    found = {
        fingerprint(spark.createDataFrame(rows, DDL))
        for rows in (
            [],
            ROWS,
            ROWS + ROWS,
            [ROWS[0]],
            [("a", 1.6, {"50000": 0.1}, ["X"]), ROWS[1]],
            [("a", 1.5, {"50000": 0.2}, ["X"]), ROWS[1]],
        )
    }
    assert len(found) == 6


def test_parts_count_by_name() -> None:
    assert combined({"a": 1, "b": 2}) == combined({"b": 2, "a": 1}) != combined({"a": 2, "b": 1})

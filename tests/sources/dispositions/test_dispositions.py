"""Investigators' verdicts become labels from the day they were decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pyspark.sql import SparkSession

from tests.sources.delivered import cells, csv_text, opened, taken

VERDICTS = """
target_type target_id outcome   decided_date scheme   recovered_amount opened_date reviewer
provider    P1        confirmed 2024-05-03   upcoding 1200.50          2024-01-02  someone
Claim       C7        Unfounded 2024-05-04   -        -                -           someone
claim       C8        maybe     2024-05-04   -        -                -           someone
claim       C9        unfounded 2024-05-04   upcoding -                -           someone
claim       C7        unfounded 2024-05-04   -        -                -           other
claim       C6        confirmed 2024-05-04   upcoding -                2024-06-01  other
"""


def test_verdicts_are_investigations_and_odd_ones_say_why(spark: SparkSession, tmp_path: Path) -> None:
    rows = cells(VERDICTS)
    (tmp_path / "dispositions_may.csv").write_text(csv_text(list(rows[0]), rows))
    found = taken(spark, opened("dispositions", tmp_path, tmp_path / "scratch"))
    assert found.reasons("dispositions_may.csv") == {
        4: "bad_value",
        5: "bad_value",
        6: "duplicate_row",
        7: "bad_date",
    }
    provider, claim = sorted(found.tables["investigations"], key=lambda row: row["target_type"], reverse=True)
    assert (provider["outcome"], provider["scheme"], provider["recovered_amount"]) == (
        "confirmed",
        "upcoding",
        Decimal("1200.50"),
    )
    assert (claim["investigation_id"], claim["selection"], claim["opened_date"], claim["known_date"]) == (
        "claim-C7-2024-05-04",
        "unknown",
        date(2024, 5, 4),
        date(2024, 5, 4),
    )

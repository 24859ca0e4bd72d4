"""The exclusions list, month by month, without the people's names."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.leie import LEIE
from tests.sources.delivered import cells, csv_text, opened, taken

LIST = """
LASTNAME NPI        STATE EXCLTYPE EXCLDATE REINDATE WAIVERDATE
DOE      1629125307 FL    1128b7   20160115 00000000 00000000
ROE      0000000000 TX    1128a1   20160120 00000000 00000000
POE      1629125307 FL    1128b7   20160115 00000000 00000000
MOE      12         FL    1128b7   20160115 00000000 00000000
FOE      1629125315 FL    1128b7   20160230 00000000 00000000
"""
BACK = """
LASTNAME NPI        STATE EXCLTYPE EXCLDATE REINDATE WAIVERDATE
DOE      1629125307 FL    1128b7   20160115 20160610 00000000
"""


def test_rows_are_known_from_the_month_of_their_file(spark: SparkSession, tmp_path: Path) -> None:
    columns = LEIE.kinds[0].columns
    for name, spec in {"1601excl.csv": LIST, "1606REIN.csv": BACK}.items():
        (tmp_path / name).write_text(csv_text([column for column in columns if column != "FILE"], cells(spec)))
    found = taken(spark, opened("leie", tmp_path, tmp_path / "scratch"))
    rows = found.tables["exclusions"]
    assert [
        (r["npi"], r["event"], r["match_basis"], r["known_date"]) for r in sorted(rows, key=lambda r: r["known_date"])
    ] == [
        ("1629125307", "excluded", "npi", date(2016, 1, 31)),
        (None, "excluded", "none", date(2016, 1, 31)),
        ("1629125307", "reinstated", "npi", date(2016, 6, 30)),
    ]
    assert found.reasons("1601excl.csv") == {4: "duplicate_row", 5: "bad_value", 6: "bad_date"}
    assert not any(name in str(found.tables) for name in ("DOE", "ROE", "POE", "MOE", "FOE"))


@pytest.mark.shared_data
def test_the_public_supplements_arrive_or_say_why(spark: SparkSession, shared_data: Path, tmp_path: Path) -> None:
    found = taken(spark, opened("leie", shared_data / "leie", tmp_path))
    with next((shared_data / "leie").glob("*.csv")).open() as stream:
        delivered = list(csv.DictReader(stream))
    rows, reasons = found.tables["exclusions"], Counter(row["reason"] for row in found.tables["rejected_rows"])
    assert len(rows) + sum(reasons.values()) == len(delivered) == 925
    assert set(reasons) <= {"duplicate_row"}
    assert Counter(row["event"] for row in rows)["reinstated"] == sum(
        row["REINDATE"] != "00000000" for row in delivered
    )

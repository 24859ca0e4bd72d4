"""Lines that are part of another, by worked examples. Each case has a member of its own."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from features.line_signals import line_signals
from features.ncci_edits import bundled_lines
from tests.features.spec import by_key, history
from tests.features.tables import interpreted

LINES = """
claim      line member day        code  modifier
plain      1    m1     2024-03-04 P0001 -
plain      2    m1     2024-03-04 C0001 -
plain      3    m1     2024-03-04 C0002 -
parts_only 1    m2     2024-03-04 C0001 -
parts_only 2    m2     2024-03-04 C0002 -
other_day  1    m3     2024-03-04 P0001 -
other_day  2    m3     2024-03-05 C0001 -
lifted     1    m4     2024-03-04 P0001 -
lifted     2    m4     2024-03-04 C0001 59
first_59   1    m5     2024-03-04 P0001 XS
first_59   2    m5     2024-03-04 C0001 -
first_old  1    m6     2019-06-30 P0001 59
first_old  2    m6     2019-06-30 C0001 -
never      1    m7     2024-03-04 P0001 -
never      2    m7     2024-03-04 C0003 59
no_lift    1    m8     2024-03-04 P0001 -
no_lift    2    m8     2024-03-04 C0001 26
last_day   1    m9     2024-06-30 P0001 -
last_day   2    m9     2024-06-30 C0004 -
deleted    1    m10    2024-07-01 P0001 -
deleted    2    m10    2024-07-01 C0004 -
before     1    m11    2017-12-31 P0001 -
before     2    m11    2017-12-31 C0001 -
undone     1    m12    2024-03-04 P0001 -
undone     2    m12    2024-03-04 C0005 -

claim      line type        member day        code
facility   1    outpatient  m13    2024-03-04 P0001
facility   2    outpatient  m13    2024-03-04 C0001

claim      line provider member day        code
here       1    p1       m14    2024-03-04 P0001
there      1    p2       m14    2024-03-04 C0001

claim      line member day        code  allowed paid
denied     1    m15    2024-03-04 P0001 0       0
denied     2    m15    2024-03-04 C0001 0       0
resent     1    m15    2024-03-04 C0001 10      10
apart_1    1    m16    2024-03-04 P0001 20      20
apart_2    1    m16    2024-03-04 C0001 10      10

claim     line version freq known      member day        code
corrected 1    1       1    2024-03-04 m17    2024-03-04 P0001
corrected 2    1       1    2024-03-04 m17    2024-03-04 C0001
corrected 1    2       7    2024-03-09 m17    2024-03-04 P0001
"""
EDITS = [
    ("practitioner", "P0001", "C0001", date(2018, 1, 1), None, "1", "t"),
    ("practitioner", "P0001", "C0002", date(2018, 1, 1), None, "1", "t"),
    ("practitioner", "P0001", "C0003", date(2018, 1, 1), None, "0", "t"),
    ("practitioner", "P0001", "C0004", date(2018, 1, 1), date(2024, 6, 30), "1", "t"),
    ("practitioner", "P0001", "C0005", date(2018, 1, 1), None, "9", "t"),
]


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, tuple[int, int]]:
    edits = spark.createDataFrame(EDITS, TABLES["ncci_edits"].ddl)
    with interpreted(spark):
        rows = by_key(bundled_lines(line_signals(history(spark, LINES).known(date(2024, 12, 31))), edits), "claim_id")
    return {claim: (row["bundled_lines"], row["bundled_by_modifier_lines"]) for claim, row in rows.items()}


def test_every_part_beside_its_whole_counts_once(found: dict[str, tuple[int, int]]) -> None:
    assert found["plain"] == (2, 0)


def test_a_modifier_counts_only_where_the_edit_allows_it(found: dict[str, tuple[int, int]]) -> None:
    assert found["lifted"] == (0, 1)
    assert found["never"] == (1, 0)
    assert found["no_lift"] == (1, 0)


def test_modifiers_of_the_first_code_count_since_july_2019(found: dict[str, tuple[int, int]]) -> None:
    assert (found["first_59"], found["first_old"]) == ((0, 1), (1, 0))


def test_edits_hold_on_their_days_alone(found: dict[str, tuple[int, int]]) -> None:
    assert found["last_day"] == (1, 0)
    assert not {"deleted", "before", "undone"} & set(found)


def test_pairs_are_of_one_provider_member_day_and_setting(found: dict[str, tuple[int, int]]) -> None:
    assert not {"parts_only", "other_day", "facility", "here", "there"} & set(found)


def test_claims_of_one_day_are_seen_together_but_not_what_was_denied_or_replaced(
    found: dict[str, tuple[int, int]],
) -> None:
    assert found["apart_2"] == (1, 0)
    assert not {"apart_1", "denied", "resent", "corrected"} & set(found)

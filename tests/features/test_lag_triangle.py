"""What became known of each service month, and when."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.known import History
from features.lag_triangle import lag_triangle
from tests.features.spec import by_key, history

LINES = """
claim    version freq day        known      allowed
prompt   1       1    2024-01-10 2024-01-25 100
late     1       1    2024-01-20 2024-03-02 40
changed  1       1    2024-02-01 2024-02-10 70
changed  2       7    2024-02-01 2024-03-15 50
void     1       1    2024-02-03 2024-02-20 30
void     2       8    2024-02-03 2024-03-20 30
unknown  1       1    2024-02-05 2024-04-02 999
ancient  1       1    2020-01-05 2020-02-02 999
overtook 2       7    2024-01-05 2024-01-31 8
overtook 1       1    2024-01-05 2024-02-10 9
"""
FILLS = "claim member day allowed paid known\nfill m1 2024-03-05 - 5 2024-03-05"
Cells = dict[tuple[str, date, int], Row]


@pytest.fixture(scope="module")
def book(spark: SparkSession) -> History:
    return history(spark, LINES, FILLS)


@pytest.fixture(scope="module")
def cells(book: History) -> Cells:
    return by_key(lag_triangle(book, date(2024, 3, 31)), "claim_type", "service_month_end", "lag_months")


def _amounts(cells: Cells, kind: str, month: date) -> dict[int, tuple[float, float]]:
    return {
        lag: (float(row["allowed_amount"]), float(row["cumulative_amount"]))
        for (its, end, lag), row in sorted(cells.items())
        if (its, end) == (kind, month)
    }


def test_a_late_claim_stands_at_its_lag(cells: Cells) -> None:
    assert _amounts(cells, "professional", date(2024, 1, 31)) == {0: (108.0, 108.0), 2: (40.0, 148.0)}


def test_a_correction_and_a_void_take_the_former_amount_back(cells: Cells) -> None:
    assert _amounts(cells, "professional", date(2024, 2, 29)) == {0: (100.0, 100.0), 1: (-50.0, 50.0)}


def test_a_fill_is_of_its_own_kind_at_the_amount_paid(cells: Cells) -> None:
    assert _amounts(cells, "pharmacy", date(2024, 3, 31)) == {0: (5.0, 5.0)}


def test_what_is_too_old_or_not_yet_known_is_left_out(cells: Cells) -> None:
    assert sum(float(row["allowed_amount"]) for row in cells.values()) == 108 + 40 + 50 + 5


@pytest.mark.parametrize("as_of", [date(2024, 2, 29), date(2024, 3, 15), date(2024, 4, 30)])
def test_the_cells_sum_to_the_final_lines(book: History, as_of: date) -> None:
    cells = lag_triangle(book, as_of).collect()
    lines = book.known(as_of).lines.where("service_from > '2021-06-30'").collect()
    assert sum(float(row["allowed_amount"]) for row in cells) == pytest.approx(sum(row["cost"] for row in lines))


def test_months_end_on_the_day_of_as_of(book: History) -> None:
    cells = by_key(lag_triangle(book, date(2024, 3, 15)), "claim_type", "service_month_end", "lag_months")
    assert {end for _, end, _ in cells} == {date(2024, 1, 15), date(2024, 2, 15), date(2024, 3, 15)}
    assert ("professional", date(2024, 2, 15), 1) in cells, "the correction of 15 March is a month late"

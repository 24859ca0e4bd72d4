from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.table import Column
from models.fraud.reasons import MOST_REASONS, NOTHING_UNUSUAL, REASON_TYPE, reasons_of, schemes_of, sentences

PAID = Column(
    "paid", "double", "Paid", "feature", "USD", code="PAID_HIGH", reason="Paid {value}; {expected} is typical"
)
DAYS = Column("days", "double", "Days in hospital", "feature", "days", code="LONG_STAY", reason="{value} days")
BARE = Column("odd_units", "double", "Odd units", "feature", "units")
COLUMNS = (PAID, DAYS, BARE)


def reasons(contributions: list[float], values: list[float], most: int = MOST_REASONS) -> list[dict[str, object]]:
    found = reasons_of(COLUMNS, np.array([values]), np.array([[100.0, 2.0, 1.0]]), np.array([contributions]), most)
    assert found.type.value_type == REASON_TYPE
    return list(found.to_pylist()[0])


def test_the_strongest_comes_first_in_words_and_numbers() -> None:
    first, second = reasons([0.5, 0.75, -2.0], [1234.4, 9.0, 5.0])
    assert first == {"code": "LONG_STAY", "text": "9 days", "value": 9.0, "expected": 2.0, "contribution": 0.75}
    assert second["text"] == "Paid $1,234; $100 is typical"
    assert (second["code"], second["value"], second["expected"]) == ("PAID_HIGH", 1234.4, 100.0)


def test_what_lowers_the_score_is_no_reason() -> None:
    (only,) = reasons([-1.0, -0.5, 0.0], [1.0, 1.0, 1.0])
    assert only["code"] == NOTHING_UNUSUAL
    assert (only["value"], only["expected"], only["contribution"]) == (None, None, 0.0)
    assert str(only["text"])


def test_no_more_than_asked_for_and_equals_in_the_catalog_s_order() -> None:
    assert [one["code"] for one in reasons([0.2, 0.2, 0.2], [1.0, 1.0, 1.0], most=2)] == ["PAID_HIGH", "LONG_STAY"]


def test_a_missing_value_that_raises_the_score_says_so() -> None:
    (only,) = reasons([0.0, 0.4, 0.0], [1.0, np.nan, 1.0])
    assert only["text"] == "Not known, and that is itself a sign: days in hospital"
    assert only["value"] is None


def test_a_feature_without_a_sentence_has_one_made_for_it() -> None:
    (only,) = reasons([0.0, 0.0, 0.4], [1.0, 1.0, 3.0])
    assert (only["code"], only["text"]) == ("ODD_UNITS", "Odd units: 3; 1 is typical")


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [
        ("USD", 1234567.8, "$1,234,568"),
        ("USD", -60.0, "-$60"),
        ("share 0..1", 0.25, "25%"),
        ("share 0..1", 0.034, "3.4%"),
        ("share 0..1", 0.0, "0%"),
        ("lines", 12000.0, "12,000"),
        ("ratio", 0.1234, "0.12"),
        ("ratio", 3.456, "3.5"),
        ("ratio", 345.6, "346"),
    ],
)
def test_numbers_are_written_as_people_write_them(unit: str, value: float, said: str) -> None:
    column = Column("x", "double", "X", "feature", unit, reason="{value} against {expected}")
    assert sentences(column, np.array([value]), np.array([np.nan])) == [f"{said} against not known"]


def scheme(**contributions: float) -> str | None:
    columns = [Column(code.lower(), "double", code, "feature", code=code) for code in contributions]
    return schemes_of(columns, np.array([list(contributions.values())]))[0]


def test_a_scheme_is_named_when_the_reasons_agree() -> None:
    assert scheme(VISIT_LEVEL_HIGH=0.5, HIGH_LEVEL_VISITS=0.3, PAID_HIGH=0.6) == "upcoding"
    assert scheme(SERVICE_AFTER_DEATH=1.0, VISIT_LEVEL_HIGH=-5.0) == "services_after_death"


def test_no_scheme_is_named_when_they_do_not() -> None:
    assert scheme(VISIT_LEVEL_HIGH=0.5, PAID_HIGH=0.6) is None
    assert scheme(VISIT_LEVEL_HIGH=0.4, DUPLICATE_BILLING=0.4, IMPOSSIBLE_DAY=0.4) is None
    assert scheme(VISIT_LEVEL_HIGH=-0.5, PAID_HIGH=-0.6) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 7), st.integers(1, 5))
def test_every_row_has_reasons_and_they_only_raise(seed: int, rows: int, most: int) -> None:
    chance = np.random.default_rng(seed)
    contributions = chance.normal(-0.5, 1, (rows, 3)).round(chance.integers(0, 6))
    values = np.where(chance.random((rows, 3)) < 0.2, np.nan, chance.normal(0, 1e4, (rows, 3)))
    found = reasons_of(COLUMNS, values, values, contributions, most).to_pylist()
    assert len(found) == rows
    for several, added in zip(found, contributions, strict=True):
        said = [one["contribution"] for one in several]
        raises = sorted((one for one in added if one > 1e-3), reverse=True)[:most]
        assert said == pytest.approx(raises or [0.0])
        assert all(one["text"] and one["code"] for one in several)


def test_what_is_usual_among_peers_is_called_so() -> None:
    assert sentences(PAID, np.array([100.0]), np.array([100.2])) == ["Paid $100; the same is typical of its peers"]

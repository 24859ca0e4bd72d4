"""Beneficiary summaries become members and spans of coverage."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.sources.delivered import Taken
from tests.sources.desynpuf.files import name_of

PART = "Beneficiary_Summary_File"


def of(book: Taken, table: str, person: str) -> list[dict[str, Any]]:
    return [row for row in book.tables[table] if row["member_id"] == person]


def spans(book: Taken, person: str, year: int) -> list[tuple[str, str, bool, bool]]:
    found = [
        (
            row["enrollment_start_date"].strftime("%m-%d"),
            row["enrollment_end_date"].strftime("%m-%d"),
            row["medical_coverage"],
            row["pharmacy_coverage"],
        )
        for row in of(book, "eligibility", person)
        if row["enrollment_start_date"].year == year
    ]
    return sorted(found)


def test_a_member_is_described_by_the_last_year_and_known_from_the_end_of_the_first(book: Taken) -> None:
    (member,) = of(book, "members", "B1")
    assert member == {
        "member_id": "B1",
        "birth_date": date(1940, 2, 15),
        "death_date": date(2010, 3, 10),
        "gender": "male",
        "state": "CA",
        "known_date": date(2008, 12, 31),
        "source": "desynpuf",
        "batch_id": "b1",
        "file_name": name_of(PART, "1", 2010),
        "row_number": 2,
    }


def test_a_state_code_may_lack_its_zero_and_an_unknown_sex_is_said_to_be(book: Taken) -> None:
    (member,) = of(book, "members", "B2")
    assert (member["state"], member["gender"]) == ("CT", "unknown")


@pytest.mark.parametrize(
    ("person", "year", "expected"),
    [
        ("B1", 2008, [("01-01", "12-31", True, True)]),
        ("B1", 2009, [("01-01", "06-30", True, True), ("07-01", "12-31", True, False)]),
        ("B1", 2010, [("01-01", "03-31", True, True)]),
        ("B2", 2008, []),
        ("B2", 2009, [("01-01", "03-31", True, True), ("04-01", "12-31", False, True)]),
        ("B2", 2010, [("01-01", "12-31", True, False)]),
    ],
    ids=["all year", "drug plan for half", "until death", "not covered", "drug plan for longer", "no drug plan"],
)
def test_covered_months_run_from_january(
    book: Taken, person: str, year: int, expected: list[tuple[str, str, bool, bool]]
) -> None:
    assert spans(book, person, year) == expected


def test_coverage_is_known_at_the_end_of_its_year(book: Taken) -> None:
    for row in book.tables["eligibility"]:
        assert row["known_date"] == date(row["enrollment_start_date"].year, 12, 31)


def test_claims_are_complete_where_a_sample_brings_them(book: Taken) -> None:
    complete = {row["member_id"]: row["claims_complete"] for row in book.tables["eligibility"]}
    assert complete == {"B1": True, "B2": True, "C1": True, "D1": False}


def test_a_beneficiary_of_two_samples_is_kept_once_where_the_claims_are(book: Taken) -> None:
    assert book.reasons(name_of(PART, "2", 2008)) == {2: "duplicate_beneficiary"}
    assert book.reasons(name_of(PART, "3_first10k", 2010).lower()) == {3: "duplicate_beneficiary"}


def test_what_cannot_be_a_person_is_rejected(book: Taken) -> None:
    assert book.reasons(name_of(PART, "1", 2009)) == {4: "bad_date", 5: "bad_date", 6: "bad_number", 7: "missing_value"}
    assert sorted(row["member_id"] for row in book.tables["members"]) == ["B1", "B2", "C1", "D1"]

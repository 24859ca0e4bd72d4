"""What is one name however it is written, and what only looks like one."""

from __future__ import annotations

import pytest

from models.linkage.names import comparable

SAME = """
Sunrise Family Clinic, LLC  | CLINIC  SUNRISE FAMILY
A.B.C. Medical, Inc.        | ABC MED
St. Mary's Hosp. of Erie    | SAINT MARYS HOSPITAL ERIE
Smith, John A., M.D.        | Dr John A Smith
Núñez Pediatrics P.A.       | NUNEZ PEDS PA
Valley Ortho & Rehab Assoc  | Valley Orthopaedic and Rehabilitation Associates
"""
DIFFERENT = """
Corner Pharmacy #101 | Corner Pharmacy #102
John A Smith         | John B Smith
John Smith Jr.       | John Smith Sr.
Harbor Dental        | Harbor Medical
"""


def _pairs(text: str) -> list[list[str]]:
    return [[name.strip() for name in line.split("|")] for line in text.strip().splitlines()]


@pytest.mark.parametrize(("one", "other"), _pairs(SAME))
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert comparable(one) == comparable(other) is not None


@pytest.mark.parametrize(("one", "other"), _pairs(DIFFERENT))
def test_two_names(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@pytest.mark.parametrize("name", ["", "  ", "-", "#12", "X"])
def test_nothing_to_compare(name: str) -> None:
    assert comparable(name) is None


def test_a_name_of_small_words_keeps_them() -> None:
    assert comparable("The Company") is not None

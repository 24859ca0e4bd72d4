"""Codes of a generated book are ones that were valid throughout the years it may cover."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.codes import finding
from sources.synthetic import codes
from sources.synthetic.conditions import CONDITIONS

DAYS = [date(2018, 10, 1), date(2022, 1, 1), date(2023, 12, 31), date(2025, 12, 31)]
DIAGNOSES = {
    *codes.ACUTE_DIAGNOSES,
    *codes.SCREENING_DIAGNOSES,
    *codes.INJURY_DIAGNOSES,
    *(code for condition in CONDITIONS for code in condition.diagnoses),
}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_codes_are_valid(day: date) -> None:
    systems = {"hcpcs": codes.FEES, "ms-drg": codes.DRGS, "revenue-code": codes.REVENUE, "icd-10-cm": DIAGNOSES}
    found = {(system, str(code)): finding(system, str(code), day) for system in systems for code in systems[system]}
    assert {code: fault for code, fault in found.items() if fault} == {}

"""Codes and the days of service on which they are valid."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from catalog.codes import FINDINGS, SYSTEMS, Span, faults, finding
from catalog.codes.hcc import after_hierarchies, condition_categories, label, mapping
from catalog.codes.icd_hierarchy import equivalents, levels
from catalog.codes.span import spans_in

ON_A_DAY = """
system           code    day        finding
icd-9-cm         25000   2015-09-30 -
icd-9-cm         25000   2015-10-01 expired
icd-9-cm         2500    2010-01-01 incomplete
icd-9-cm         0381    2008-01-01 -
icd-9-cm         E119    2016-01-01 wrong_system
icd-9-cm         99999   2010-01-01 unknown
icd-10-cm        E119    2015-09-30 not_yet_effective
icd-10-cm        E119    2015-10-01 -
icd-10-cm        25000   2016-01-01 wrong_system
icd-10-cm        E11     2016-01-01 incomplete
icd-10-cm        S93401A 2024-01-01 -
icd-10-cm        R051    2016-09-30 not_yet_effective
icd-10-cm        R051    2024-01-01 -
icd-10-cm        M545    2020-01-01 -
icd-10-cm        M545    2023-10-01 expired
icd-10-cm        I109    2023-01-01 unknown
icd-10-cm        11      2024-06-01 unknown
ms-drg           470     2009-01-01 -
ms-drg           247     2023-09-30 -
ms-drg           247     2023-10-01 expired
ms-drg           018     2020-09-30 expired
ms-drg           018     2020-10-01 -
ms-drg           850     2020-01-01 not_yet_effective
ms-drg           579     2007-09-30 -
ms-drg           OTH     2009-01-01 unknown
place-of-service 11      1999-01-01 -
place-of-service 10      2021-12-31 not_yet_effective
place-of-service 10      2022-01-01 -
place-of-service 88      2024-01-01 unknown
revenue-code     0450    2020-01-01 -
revenue-code     0005    2020-01-01 unknown
hcpcs            99213   2020-01-01 -
hcpcs            0001U   2020-01-01 -
hcpcs            J1745   2020-01-01 -
hcpcs            J1745   1998-12-31 not_yet_effective
hcpcs            A9155   2025-03-31 -
hcpcs            A9155   2025-04-01 expired
hcpcs            J0000   2010-01-01 -
hcpcs            J0000   2020-01-01 expired
hcpcs            J0000   2026-06-01 -
hcpcs            D0120   2020-01-01 -
hcpcs            X1234   2003-12-31 -
hcpcs            X1234   2004-01-01 expired
hcpcs            I3C     2020-01-01 unknown
hcpcs            00000   2020-01-01 unknown
ndc              00001000101 2020-01-01 -
ndc              00000000000 2020-01-01 unknown
"""
CASES = [tuple(line.split()) for line in ON_A_DAY.strip().splitlines()[1:]]


@pytest.mark.parametrize(("system", "code", "day", "expected"), CASES)
def test_a_code_on_a_day(system: str, code: str, day: str, expected: str) -> None:
    assert (finding(system, code, date.fromisoformat(day)) or "-") == expected


def test_the_cases_show_every_system_and_finding() -> None:
    assert {case[0] for case in CASES} == set(SYSTEMS)
    assert {case[3] for case in CASES} == {*FINDINGS, "-"}


@pytest.mark.parametrize(
    ("year", "groups"),
    [(2008, 745), (2009, 746), (2011, 747), (2012, 751), (2015, 753), (2016, 758), (2017, 757), (2018, 754),
     (2019, 761), (2021, 767), (2024, 766), (2025, 773), (2026, 772)],
)  # fmt: skip
def test_there_are_as_many_groups_as_in_the_fiscal_year(year: int, groups: int) -> None:
    day = date(year - 1, 10, 1)
    assert sum(any(span.holds(day) for span in spans) for spans in spans_in("ms_drg.csv").values()) == groups


def test_lists_of_diagnoses_are_whole() -> None:
    valid = {system: SYSTEMS[system].spans for system in ("icd-9-cm", "icd-10-cm")}
    assert valid["icd-10-cm"]("A000") == (Span(date(2015, 10, 1), date.max),)
    assert valid["icd-9-cm"]("V9199") == (Span(date.min, date(2015, 9, 30)),)


@pytest.mark.parametrize("system", SYSTEMS)
def test_faults_of_a_code_do_not_overlap(system: str) -> None:
    for code in ("250", "25000", "E119", "018", "265", "570", "10", "0450", "X1234", "A9155", "J0000"):
        spans = [span for _, span in faults(system, code)]
        assert all(one.valid_until < two.valid_from for one, two in pairwise(spans))


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("E119", ["4", "E08-E13", "E11", "E119"]),
        ("S93401A", ["19", "S90-S99", "S93", "S934", "S9340", "S93401", "S93401A"]),
        ("E999", []),
    ],
)
def test_the_levels_of_a_diagnosis_lead_from_the_chapter_to_the_code(code: str, path: list[str]) -> None:
    assert [level.name for level in levels(code)] == path


def test_equivalents_go_both_ways() -> None:
    assert equivalents("icd-9-cm", "25000") == ("E119",)
    assert equivalents("icd-10-cm", "E119") == ("25000",)
    assert equivalents("icd-10-cm", "E0821") == ("24940", "58181")  # one code that two of the other make up
    assert equivalents("icd-9-cm", "V0481") == ("Z23",)
    assert equivalents("icd-9-cm", "X") == ()


def test_categories_of_diagnoses_follow_the_model() -> None:
    assert condition_categories("E119", "V24") == (19,)
    assert condition_categories("E119") == (38,)
    assert condition_categories("I132") == (226, 326)  # heart failure and kidney disease
    assert condition_categories("I10") == ()
    assert label(38) == "Diabetes with Glycemic, Unspecified, or No Complications"
    with pytest.raises(KeyError):
        condition_categories("E119", "V29")


def test_a_category_drops_those_below_it() -> None:
    assert after_hierarchies({37, 38}) == {37}
    assert after_hierarchies({18, 19, 85}, "V24") == {18, 85}
    assert after_hierarchies([]) == frozenset()


def test_as_many_categories_as_the_model_has() -> None:
    # CMS, announcement of payment year 2024: 115 payment categories in V28, 86 in V24.
    for version, count in (("V28", 115), ("V24", 86)):
        assert len({category for categories in mapping(version).values() for category in categories}) == count


def test_a_system_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        finding("loinc", "1-8", date(2024, 1, 1))

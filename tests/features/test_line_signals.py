"""What is odd about one claim line. Each test has its own members, so one table serves them all."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.line_signals import line_signals
from tests.features.spec import by_key, history

AS_OF = date(2024, 12, 31)
Signals = dict[str, Row]

LINES = """
claim     member provider day        known      code  modifier
first     m1     p1       2024-03-04 2024-03-20 97110 -
again     m1     p1       2024-03-04 2024-04-20 97110 -
meant     m1     p1       2024-03-04 2024-04-20 97110 76
next_day  m1     p1       2024-03-05 2024-04-20 97110 -
elsewhere m1     p2       2024-03-04 2024-05-20 97110 -
rival     m2     p1       2024-03-04 2024-03-20 97110 -

claim     member day        known      code  paid allowed
denied    m6     2024-03-04 2024-03-20 97110 0    0
sent_anew m6     2024-03-04 2024-06-20 97110 100  120
later     m6     2024-03-11 2024-06-20 97110 100  120

claim     version freq member day        known      code
corrected 1       1    m3     2024-03-04 2024-03-20 97110
corrected 2       7    m3     2024-03-04 2024-05-20 97110

claim     line member day        code
same_bill 1    m4     2024-03-04 97110
same_bill 2    m4     2024-03-04 97110
nameless  1    m4     2024-03-04 -
nameless2 1    m4     2024-03-04 -

claim     member day        code
month_1   m5     2024-01-01 98940
month_30  m5     2024-01-30 98940
month_31  m5     2024-01-31 98940

claim     member day
alive     dies   2024-05-31
dying_day dies   2024-06-01
after     dies   2024-06-02
not_yet   later  2024-12-30

claim     member day
covered   span   2024-06-30
lapsed    span   2024-07-01
drugs     rx     2024-06-30
stranger  none   2024-06-30

claim     type         member day        through    admitted   discharged place code
stay      inpatient    bed    2024-03-01 2024-03-10 2024-03-01 2024-03-10 21    -
second    inpatient    bed    2024-03-09 2024-03-12 2024-03-09 2024-03-12 21    -
third     inpatient    bed    2024-03-12 2024-03-14 2024-03-12 2024-03-14 21    -
office_in professional bed    2024-03-05 2024-03-05 -          -          11    99213
going_in  professional bed    2024-03-01 2024-03-01 -          -          11    99213
bedside   professional bed    2024-03-05 2024-03-05 -          -          21    99233
wheels    professional bed    2024-03-06 2024-03-06 -          -          -     K0001

claim    member provider code  units day        received   dx              modifier
monday   plain  p1       99214 -     2024-03-04 2024-03-14 I10,E119,I10    25
saturday plain  far      97140 6     2024-03-09 2024-03-09 -               -
tube     plain  nobody   80053 1     2024-03-05 -          Z00             -
infusion plain  p1       J1745 10    2024-03-06 2024-03-06 -               -
"""
FILLS = """
claim    member day        ndc         supply
fill_1   pills  2024-01-01 00001000101 30
fill_2   pills  2024-01-21 00001000101 30
fill_3   pills  2024-03-30 00001000101 30
other    pills  2024-01-21 00002000202 30
no_drugs span   2024-06-30 00001000101 30
"""
MEMBERS = """
member died       known
dies   2024-06-01 2024-07-01
later  2025-01-05 2024-12-31
plain  -          2020-01-01
"""
PROVIDERS = """
provider state
p1       OH
p2       OH
far      NY
"""
ELIGIBILITY = """
member start      end        medical_coverage pharmacy_coverage
span   2024-01-01 2024-06-30 true             false
rx     2024-01-01 2024-12-31 false            true
"""


@pytest.fixture(scope="module")
def signals(spark: SparkSession) -> Signals:
    known = history(spark, LINES, FILLS, MEMBERS, PROVIDERS, ELIGIBILITY).known(AS_OF)
    found = by_key(line_signals(known), "claim_line_id")
    return {line["claim_id"]: line for line in found.values()}


def flagged(signals: Signals, flag: str, *claims: str) -> set[str]:
    """Those of the claims that carry the flag."""
    return {claim for claim in claims if signals[claim][flag]}


def test_the_copy_known_later_is_the_duplicate(signals: Signals) -> None:
    claims = ("first", "again", "meant", "next_day", "elsewhere", "rival")
    assert flagged(signals, "duplicate", *claims) == {"again"}


def test_the_same_service_by_another_provider_is_a_near_duplicate(signals: Signals) -> None:
    claims = ("first", "again", "meant", "next_day", "elsewhere", "rival")
    assert flagged(signals, "near_duplicate", *claims) == {"elsewhere"}


def test_corrected_claims_repeated_lines_and_nameless_services_are_no_duplicates(signals: Signals) -> None:
    claims = ("corrected", "same_bill", "nameless", "nameless2")
    assert flagged(signals, "duplicate", *claims) == set()
    assert flagged(signals, "near_duplicate", *claims) == set()


def test_repeats_count_the_30_days_that_end_on_the_day(signals: Signals) -> None:
    repeats = {claim: signals[claim]["repeats_in_30_days"] for claim in ("month_1", "month_30", "month_31")}
    assert repeats == {"month_1": 1, "month_30": 2, "month_31": 2}
    assert signals["nameless"]["repeats_in_30_days"] is None


def test_what_was_denied_is_not_billed_twice_when_sent_again(signals: Signals) -> None:
    assert flagged(signals, "duplicate", "denied", "sent_anew") == set()


def test_the_interval_to_the_last_allowed_line_of_the_service(signals: Signals) -> None:
    """Modifier 76 says that the repeat is meant; the denied line of 4 March was resent and allowed."""
    claims = ("first", "again", "meant", "next_day", "elsewhere", "sent_anew", "later", "nameless2")
    found = {claim: signals[claim]["repeat_interval_days"] for claim in claims}
    assert found == {
        "first": None,
        "again": 0,
        "meant": None,
        "next_day": 1,
        "elsewhere": None,
        "sent_anew": None,
        "later": 7,
        "nameless2": None,
    }


def test_a_refill_against_the_days_of_the_last_fill(signals: Signals) -> None:
    found = [signals[fill]["refill_interval_ratio"] for fill in ("fill_1", "fill_2", "fill_3", "other", "first")]
    assert found == [None, pytest.approx(20 / 30), pytest.approx(69 / 30), None, None]


def test_service_after_death(signals: Signals) -> None:
    assert flagged(signals, "after_death", "alive", "dying_day", "after", "covered") == {"after"}


def test_a_death_after_the_day_looked_from_is_not_used(signals: Signals) -> None:
    assert not signals["not_yet"]["after_death"]


@pytest.mark.parametrize(
    ("claim", "outside"),
    [("covered", False), ("lapsed", True), ("drugs", True), ("no_drugs", True), ("stranger", None)],
    ids=["last day", "day after", "drug cover only", "fill without drug cover", "nothing known of the member"],
)
def test_outside_coverage(signals: Signals, claim: str, outside: bool | None) -> None:
    assert signals[claim]["outside_coverage"] is outside


def test_office_and_equipment_on_days_spent_wholly_in_hospital(signals: Signals) -> None:
    claims = ("office_in", "going_in", "bedside", "wheels", "stay")
    assert flagged(signals, "during_stay", *claims) == {"office_in", "wheels"}


def test_stays_overlap_when_they_share_a_night(signals: Signals) -> None:
    overlaps = {claim: signals[claim]["overlapping_stays"] for claim in ("stay", "second", "third", "office_in")}
    assert overlaps == {"stay": 1, "second": 1, "third": 0, "office_in": None}


def test_early_refill_counts_the_days_still_held(signals: Signals) -> None:
    days = {fill: signals[fill]["early_refill_days"] for fill in ("fill_1", "fill_2", "fill_3", "other", "first")}
    assert days == {"fill_1": 0, "fill_2": 10, "fill_3": 0, "other": 0, "first": None}


def test_what_a_line_says_by_itself(signals: Signals) -> None:
    monday, saturday, tube = (signals[claim] for claim in ("monday", "saturday", "tube"))
    assert [line["weekend"] for line in (monday, saturday, tube)] == [False, True, False]
    assert [line["days_to_receive"] for line in (monday, saturday, tube)] == [10, 0, None]
    assert [line["diagnosis_count"] for line in (monday, saturday, tube)] == [2, None, 1]
    assert [line["diagnosis_family"] for line in (monday, saturday, tube)] == ["I10", None, "Z00"]
    assert [line["timed_units"] for line in (monday, saturday, tube)] == [1.0, 6.0, None]
    assert flagged(signals, "laboratory", "monday", "tube", "wheels", "infusion", "fill_1") == {"tube"}
    assert flagged(signals, "drug", "monday", "tube", "wheels", "infusion", "fill_1") == {"infusion", "fill_1"}


def test_provider_and_member_of_different_states(signals: Signals) -> None:
    assert [signals[claim]["out_of_state"] for claim in ("monday", "saturday", "tube")] == [False, True, None]
    assert (signals["tube"]["provider_kind"], signals["tube"]["specialty"]) == ("unknown", "unknown")

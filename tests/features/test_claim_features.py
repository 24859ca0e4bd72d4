"""What is odd about a claim, by worked examples; tests/features/test_line_signals.py has those of single lines."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.claim_features import claim_features
from features.line_signals import line_signals
from tests.features.spec import by_key, history
from tests.features.tables import shipped_policies

AS_OF = date(2024, 12, 31)
Claims = dict[str, Row]

LINES = """
claim  line member provider physician day        code  modifier paid units charge allowed
sums   1    m1     p1       d1        2024-03-04 A0001 25       50   1     120    60
sums   2    m1     p1       d2        2024-03-05 B0001 -        100  4     300    150
sums   3    m1     p2       d2        2024-03-09 B0001 59       70   2     0      0

claim  line member provider physician day        code  paid units
usual1 1    m2     p3       d3        2024-04-01 B0001 50   2
usual2 1    m2     p4       d3        2024-04-02 B0001 50   2
usual3 1    m2     p5       d3        2024-04-03 B0001 50   2

claim  line member provider physician day        code  units
course 1    m3     p6       d6        2024-05-06 97110 8
course 2    m3     p6       d6        2024-05-07 97110 8
evening 1   m4     p7       d6        2024-05-06 97110 30
tests  1    m4     p7       d6        2024-05-06 80053 50

claim  member provider day
new_a  m5     p8       2024-06-03
new_b  m5     p8       2024-06-03
seen   m5     p8       2024-06-10
other  m5     p9       2024-06-10

claim   provider physician member day        code  dx
level_3 p3       -         m6     2024-07-01 99213 I10
level_3b p4      -         m6     2024-07-02 99213 E119
level_5 p5       -         m6     2024-07-03 99215 I10,E119

claim  type      line member drg admitted   discharged day        paid
short  inpatient 1    m7     470 2024-08-01 2024-08-03 2024-08-01 900
usual  inpatient 1    m8     470 2024-08-01 2024-08-05 2024-08-01 900
long   inpatient 1    m9     470 2024-08-01 2024-08-13 2024-08-01 900
long   inpatient 2    m9     470 2024-08-01 2024-08-13 2024-08-02 100

claim  line member day        code paid
twice  1    m10    2024-09-02 X1   10
twice2 1    m10    2024-09-02 X1   10
twice2 2    m10    2024-09-02 X2   10
""" + "\n".join(f"twenty {line} m11 2024-10-01 X3 {line}" for line in range(1, 26))  # fmt: skip
PROVIDERS = "provider specialty\n" + "\n".join(f"p{number} family" for number in range(1, 10))


@pytest.fixture(scope="module")
def claims(spark: SparkSession) -> Claims:
    known = history(spark, LINES, providers=PROVIDERS).known(AS_OF)
    signals = line_signals(known).localCheckpoint()
    return by_key(claim_features(signals, AS_OF, shipped_policies(spark)), "claim_id")


def values(claims: Claims, feature: str, *names: str) -> list[float | None]:
    return [claims[name][feature] for name in names]


def test_a_claim_is_the_sum_of_its_lines_and_named_by_the_costliest(claims: Claims) -> None:
    claim = claims["sums"]
    assert (claim["service_from"], claim["service_through"]) == (date(2024, 3, 4), date(2024, 3, 9))
    assert (float(claim["paid_amount"]), claim["total_paid"], claim["line_count"]) == (220.0, 220.0, 3.0)
    assert (claim["provider_id"], claim["physician_id"]) == ("p1", "d2")
    assert claim["peer_group"] == "professional/B00"
    assert [line.split("-")[1] for line in claim["claim_line_ids"]] == ["2", "3", "1"]
    assert claim["charge_to_allowed"] == 2.0
    assert claim["unbundling_modifier_share"] == pytest.approx(2 / 3)
    assert claim["weekend_share"] == pytest.approx(1 / 3)


def test_evidence_is_the_twenty_costliest_lines(claims: Claims) -> None:
    assert claims["twenty"]["line_count"] == 25
    assert [int(line.split("-")[1]) for line in claims["twenty"]["claim_line_ids"]] == list(range(25, 5, -1))


def test_a_claim_against_what_its_codes_are_usually_paid(claims: Claims) -> None:
    """B0001: providers' medians are 100, 70, 50, 50, 50 USD and 4, 2, 2, 2, 2 units; A0001 is too rare to compare."""
    claim = claims["sums"]
    assert claim["paid_vs_code_max"] == 2.0
    assert claim["paid_vs_code_total"] == 1.7
    assert claim["units_vs_code_max"] == 2.0
    assert claims["tests"]["paid_vs_code_total"] is None


def test_an_impossible_day_adds_up_the_physicians_units_under_all_providers(claims: Claims) -> None:
    """A course of treatment fills each of its days; a laboratory test takes no time of the physician."""
    assert values(claims, "physician_units_same_day", "course", "evening", "tests") == [38.0, 38.0, 38.0]
    assert values(claims, "physician_members_same_day", "course", "evening", "tests") == [2.0, 2.0, 2.0]
    assert values(claims, "physician_units_same_day", "usual1", "level_3") == [0.0, None]


def test_claims_of_one_day(claims: Claims) -> None:
    assert values(claims, "member_claims_same_day", "new_a", "new_b", "seen") == [2.0, 2.0, 2.0]
    assert values(claims, "provider_claims_same_day", "new_a", "seen", "other") == [2.0, 1.0, 1.0]


def test_a_day_against_the_average_day(claims: Claims) -> None:
    """p8 bills two claims on one of its two days; d3 renders none of its services by the hour."""
    assert values(claims, "provider_day_vs_usual", "new_a", "seen") == pytest.approx([2 / 1.5, 1 / 1.5])
    assert values(claims, "physician_day_vs_usual", "evening") == pytest.approx([2 / 1.5])
    assert values(claims, "physician_units_vs_usual", "evening", "usual1") == [pytest.approx(38 / 23), None]


def test_the_first_claims_with_a_provider_are_those_of_the_first_day(claims: Claims) -> None:
    assert values(claims, "first_claim_of_member", "new_a", "new_b", "seen", "other") == [1.0, 1.0, 0.0, 1.0]


def test_visit_level_against_specialty_and_diagnosis(claims: Claims) -> None:
    assert values(claims, "visit_level", "level_3", "level_5", "course") == [3.0, 5.0, None]
    assert values(claims, "visit_level_vs_specialty", "level_5", "level_3") == pytest.approx([4 / 3, -2 / 3])
    assert values(claims, "visit_level_vs_diagnosis", "level_5", "level_3", "level_3b") == [1.0, -1.0, 0.0]


def test_stay_against_the_usual_one_of_its_drg(claims: Claims) -> None:
    assert values(claims, "stay_days", "short", "usual", "long") == [2.0, 4.0, 12.0]
    assert values(claims, "stay_vs_drg", "short", "usual", "long", "course") == [0.5, 1.0, 3.0, None]


def test_flagged_lines_are_counted(claims: Claims) -> None:
    assert values(claims, "duplicate_lines", "twice", "twice2") == [0.0, 1.0]
    assert values(claims, "lines_outside_coverage", "twice") == [None]
    assert values(claims, "lines_after_death", "twice") == [0.0]


def test_how_many_of_the_specialty_bill_the_code(claims: Claims) -> None:
    """Two of the nine family practices bill 97110; five bill B0001, but one alone A0001, the rarer code of `sums`."""
    assert values(claims, "code_share_in_specialty", "course", "usual1", "sums") == pytest.approx([2 / 9, 5 / 9, 1 / 9])


def behind(claims: Claims, name: str) -> dict[str, list[str]]:
    """Reason code -> the numbers of the lines behind it, as the claim's line_evidence has them."""
    found = claims[name]["line_evidence"]
    return {entry["code"]: [line.split("-")[1] for line in entry["lines"]] for entry in found}


def test_a_reason_that_some_lines_are_behind_names_them(claims: Claims) -> None:
    """Of `sums`, line 2 is paid the most against its code, and lines 1 and 3 carry modifiers that lift a bundle."""
    assert behind(claims, "sums")["PAID_VS_CODE_PEERS"] == ["2"]
    assert behind(claims, "sums")["UNBUNDLING_MODIFIERS"] == ["3", "1"]
    assert behind(claims, "twice2")["DUPLICATE_BILLING"] == ["1"]


def test_a_reason_of_the_whole_claim_names_no_lines_of_its_own(claims: Claims) -> None:
    """A claim of one line has none to choose from; a stay's length is of all its lines."""
    assert behind(claims, "usual1") == {}
    assert "LONG_STAY" not in behind(claims, "long")
    assert all(set(entry["lines"]) < set(row["claim_line_ids"]) or row["line_count"] > 20
               for row in claims.values() for entry in row["line_evidence"])  # fmt: skip

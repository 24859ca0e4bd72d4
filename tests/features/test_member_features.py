"""What a member's history says, by worked examples."""

from __future__ import annotations

from datetime import date
from math import log

import pytest
from pyspark.sql import Row, SparkSession

from catalog import TABLES
from features.member_features import member_features
from tests.features.spec import by_key, history

AS_OF = date(2024, 12, 31)
Members = dict[str, Row]

LINES = """
claim  line type         member provider day        allowed paid code  place dx
prior  1    professional m1     p1       2023-12-31 500     400  99213 11    C509
jan    1    professional m1     p1       2024-01-01 100     80   99213 11    E119,I10
jan    2    professional m1     p1       2024-01-01 50      40   80053 11    E119,I10
june   1    outpatient   m1     p2       2024-06-15 -       250  -     23    I509
dec    1    professional m1     p1       2024-12-31 600     500  99214 11    E1121
next   1    professional m1     p1       2025-01-01 7777    7777 99214 11    C509
other  1    professional m2     p1       2024-05-01 30      20   99283 23    -
alone  1    professional m3     p9       2024-05-01 1       1    70450 -     -

claim  line type      member provider day        through    allowed drg dx
stay   1    inpatient bed    p3       2024-03-01 2024-03-03 9000    470 N186
stay   2    inpatient bed    p3       2024-03-03 2024-03-08 1000    470 N186
day    1    inpatient bed    p3       2024-10-01 2024-10-01 500     470 N186
again  1    inpatient back   p3       2023-12-20 2023-12-30 8000    470 -
again2 1    inpatient back   p3       2024-01-10 2024-01-12 700     470 -
passed 1    inpatient back   p4       2024-01-12 2024-01-20 600     470 -
home   1    outpatient back  p4       2024-02-19 2024-02-19 50      -   -
free   1    outpatient back  p4       2024-02-20 2024-02-20 40      -   -

claim  line member provider day        dx_type  dx    allowed
old_dx 1    nine   p8       2024-03-01 icd-9-cm 25000 10
"""
FILLS = """
claim member day        ndc         allowed provider
f1    m1     2024-02-01 00001000101 20      rx
f2    m1     2024-03-01 00001000102 20      rx
f3    m1     2024-04-01 00002000101 10      -
f4    nine   2024-04-01 99999000101 0       -
"""
MEMBERS = """
member born       gender  state
m1     1964-12-31 male    OH
m2     2006-12-31 female  NY
m3     2007-01-01 unknown -
bed    1939-01-01 female  OH
nine   1960-01-01 male    OH
"""
ELIGIBILITY = """
member   start      end        market   group_id
m1       2020-01-01 2029-12-31 small_group g1
m2       2024-07-01 2029-12-31 individual  -
m3       2020-01-01 2029-12-31 individual  -
bed      2020-01-01 2029-12-31 medicare    -
nine     2020-01-01 2029-12-31 medicare    -
back     2020-01-01 2029-12-31 medicare    -
stranger 2020-01-01 2029-12-31 medicare    -
left     2020-01-01 2024-12-30 medicare    -
"""
CLASSES = [
    ("fda-ndc", "000010001", "Insulin Analog", "product.txt"),
    ("fda-ndc", "000020001", "Corticosteroid", "product.txt"),
    ("fda-ndc", "000020001", "beta2-Adrenergic Agonist", "product.txt"),
]


@pytest.fixture(scope="module")
def members(spark: SparkSession) -> Members:
    known = history(spark, LINES, FILLS, MEMBERS, eligibility=ELIGIBILITY).known(date(2024, 12, 31))
    classes = spark.createDataFrame(CLASSES, TABLES["drug_classes"].ddl)
    return by_key(member_features(known, classes), "member_id")


def told(row: Row, *features: str) -> list[float | str | None]:
    return [row[feature] for feature in features]


def test_one_row_per_member_covered_that_day(members: Members) -> None:
    assert members.keys() == {"m1", "m2", "m3", "bed", "nine", "back", "stranger"}


def test_who_a_member_is(members: Members) -> None:
    assert told(members["m1"], "age", "age_band", "sex_male", "state", "market", "group_id") == [
        60.0,
        "55-64",
        1.0,
        "OH",
        "small_group",
        "g1",
    ]
    assert told(members["m2"], "age_band", "sex_male") == ["18-34", 0.0]
    assert told(members["m3"], "age_band", "sex_male") == ["0-17", None]
    assert told(members["bed"], "age_band") == ["85+"]
    assert told(members["stranger"], "age_band", "age", "state") == ["unknown", None, None]


def test_months_observed(members: Members) -> None:
    assert [members[name]["months_observed"] for name in ("m1", "m2")] == [12, 6]


def test_cost_is_what_was_allowed_or_else_paid(members: Members) -> None:
    kinds = ("cost_professional_12m", "cost_outpatient_12m", "cost_pharmacy_12m", "cost_inpatient_12m")
    assert told(members["m1"], *kinds) == [750.0, 250.0, 50.0, 0.0]
    assert told(members["m1"], "cost_12m", "cost_3m", "cost_prior_year") == [1050.0, 600.0, 500.0]


def test_shape_of_the_year(members: Members) -> None:
    """January 150, February to April 50 in drugs, June 250, December 600."""
    assert told(members["m1"], "active_months", "top_month_share") == pytest.approx([6, 600 / 1050])
    assert members["m1"]["cost_trend"] == pytest.approx(log(700) - log(550))


def test_visits_and_drugs(members: Members) -> None:
    """Drugs are counted by labeler and product: two package sizes are one drug."""
    assert told(members["m1"], "office_visits", "emergency_visits", "fills", "drug_count") == [2.0, 1.0, 3.0, 2.0]
    assert told(members["m1"], "provider_count", "diagnosis_category_count") == [3.0, 3.0]
    assert told(members["m2"], "office_visits", "emergency_visits") == [0.0, 1.0]


def test_how_many_classes_of_drugs_is_unknown_where_the_directory_knows_none_of_them(members: Members) -> None:
    assert [members[name]["drug_class_count"] for name in ("m1", "nine", "m2")] == [3.0, None, 0.0]


def test_a_stay_is_one_admission_however_many_lines(members: Members) -> None:
    assert told(members["bed"], "admissions", "inpatient_days") == [2.0, 7.0]


def test_a_transfer_is_no_episode_of_its_own(members: Members) -> None:
    """In January twice, once handed on, after a stay that ended on 30 December."""
    features = ("admissions", "inpatient_episodes", "readmissions", "days_since_discharge")
    assert told(members["back"], *features) == [2.0, 1.0, 1.0, 346.0]
    assert told(members["bed"], *features) == [2.0, 2.0, 0.0, 91.0]
    assert told(members["m1"], *features) == [0.0, 0.0, 0.0, None]


def test_post_acute_cost_is_that_of_the_thirty_days_after_a_discharge(members: Members) -> None:
    """January's readmission and its transfer follow the December stay, though that was before the look-back; of the
    visits in February the first is on the thirtieth day."""
    assert told(members["back"], "cost_post_acute_12m") == [700.0 + 600.0 + 50.0]
    assert told(members["bed"], "cost_post_acute_12m") == [0.0]


def test_chronic_conditions_of_the_year_in_either_revision(members: Members) -> None:
    flags = ("has_diabetes", "has_heart_failure", "has_cancer", "condition_count")
    # The third is kidney disease, by diabetes with nephropathy.
    assert told(members["m1"], *flags) == [1.0, 1.0, 0.0, 3.0]
    assert told(members["nine"], *flags) == [1.0, 0.0, 0.0, 1.0]
    assert told(members["bed"], "has_end_stage_kidney") == [1.0]


def test_panel_cost_is_that_of_the_other_members_of_ones_providers(members: Members) -> None:
    assert [members[name]["panel_mean_cost"] for name in ("m1", "m2", "m3")] == [30.0, 1050.0, None]


def test_a_member_without_history_cost_nothing(members: Members) -> None:
    assert told(members["stranger"], "cost_12m", "admissions", "condition_count", "cost_trend") == [0.0] * 4
    assert told(members["stranger"], "top_month_share", "panel_mean_cost") == [None, None]

"""How providers bill, by worked examples."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from features.care_graph import care_graph
from features.line_signals import line_signals
from features.look_back import look_back
from features.provider_features import provider_features
from tests.features.spec import by_key, history

AS_OF = date(2024, 12, 31)
Providers = dict[str, Row]

LINES = """
claim  line provider member physician referrer day        code  paid dx
clinic1 1   clinic   m1     d1        r1       2024-01-10 99214 300  I10,E119
clinic1 2   clinic   m1     d1        r1       2024-01-10 80053 100  I10,E119
clinic2 1   clinic   m1     d2        r2       2024-12-07 99212 0    I10
clinic3 1   clinic   m2     d1        -        2024-12-09 J1745 100  -
old     1   clinic   m9     d9        -        2023-12-31 99215 9999 -

claim  line provider member physician day        code  units
day_1  1    busy     m1     d1        2024-05-06 97110 8
day_1  2    busy     m1     d1        2024-05-06 97140 8
day_2  1    busy     m2     d1        2024-05-06 97110 8
day_3  1    busy     m3     d2        2024-05-06 97110 4
day_4  1    busy     m1     d1        2024-05-07 97110 8
free   1    -        m1     d1        2024-05-07 97110 8

claim  type      line provider member admitted   discharged day        drg
stay   inpatient 1    ward     m4     2024-02-01 2024-02-05 2024-02-01 470
stay   inpatient 2    ward     m4     2024-02-01 2024-02-05 2024-02-02 470
stay2  inpatient 1    ward     m5     2024-02-01 2024-02-03 2024-02-01 470

claim  provider member day
late   grave    dead   2024-07-01
soon   grave    dead   2024-05-01
""" + "\n".join(
    ["", "claim provider member day"]
    + [f"grow{n} growing m{n} 2024-{1 + n:02}-15" for n in range(9)]  # one a month from January to September
    + [f"grow{n} growing m{n} 2024-11-{n:02}" for n in range(9, 18)]  # then nine in three months
)
MEMBERS = "member died\ndead 2024-06-01\nm1 -"
PROVIDERS = "provider kind state\nclinic practice OH\nbusy practice NY"


@pytest.fixture(scope="module")
def providers(spark: SparkSession) -> Providers:
    known = history(spark, LINES, members=MEMBERS, providers=PROVIDERS).known(AS_OF)
    year = look_back(line_signals(known), AS_OF).localCheckpoint()
    graph = care_graph(year, AS_OF).localCheckpoint()
    return by_key(provider_features(year, graph, known.providers, AS_OF), "provider_id")


def told(row: Row, *features: str) -> list[float | None]:
    return [row[feature] for feature in features]


def test_one_row_per_provider_with_a_line_in_the_year(providers: Providers) -> None:
    assert providers.keys() == {"clinic", "busy", "ward", "grave", "growing"}


def test_volumes_and_means(providers: Providers) -> None:
    clinic = providers["clinic"]
    assert told(clinic, "claim_count", "claim_volume", "member_volume", "physician_volume") == [3, 3.0, 2.0, 2.0]
    assert told(clinic, "total_paid", "paid_per_member", "claims_per_member") == [500.0, 250.0, 1.5]
    assert told(clinic, "lines_per_claim", "members_per_physician") == pytest.approx([4 / 3, 1.0])
    assert providers["grave"]["members_per_physician"] is None


def test_shares_of_what_was_paid(providers: Providers) -> None:
    shares = ("top_member_paid_share", "laboratory_paid_share", "drug_paid_share", "inpatient_paid_share")
    assert told(providers["clinic"], *shares) == pytest.approx([0.8, 0.2, 0.2, 0.0])
    assert providers["ward"]["inpatient_paid_share"] == 1.0


def test_shares_of_lines_visits_members_and_referrals(providers: Providers) -> None:
    clinic = providers["clinic"]
    assert told(clinic, "weekend_share", "zero_paid_share", "top_code_share", "code_count") == [0.25, 0.25, 0.25, 4.0]
    assert told(clinic, "mean_visit_level", "high_level_visit_share") == [3.0, 0.5]
    assert told(clinic, "single_claim_member_share", "new_member_share") == [0.5, 0.5]
    assert told(clinic, "top_referrer_share", "mean_diagnosis_count") == pytest.approx([2 / 3, 1.5])
    assert told(providers["busy"], "mean_visit_level", "top_referrer_share") == [None, None]


def test_the_fullest_day(providers: Providers) -> None:
    """On 6 May three members, and 24 units under d1, more than a day has quarter hours to spare."""
    assert told(providers["busy"], "max_members_in_day", "max_physician_units_in_day") == [3.0, 24.0]


def test_lines_that_cannot_be(providers: Providers) -> None:
    assert providers["grave"]["after_death_lines"] == 1.0
    assert providers["busy"]["out_of_state_share"] == 1.0
    assert providers["ward"]["out_of_state_share"] is None
    assert providers["clinic"]["outside_coverage_share"] is None


def test_stays_are_claims_not_lines(providers: Providers) -> None:
    assert told(providers["ward"], "mean_stay_days") == [3.0]
    assert told(providers["clinic"], "mean_stay_days", "longest_stay_days", "inpatient_days") == [None] * 3
    assert told(providers["ward"], "longest_stay_days", "inpatient_days") == [4.0, 6.0]
    assert told(providers["ward"], "stay_days_p90") == pytest.approx([3.8])  # of 4 and 2 days


def test_claims_are_measured_whole_and_by_month(providers: Providers) -> None:
    """The clinic's claims: 400 in January, 0 and 100 in December."""
    paid = ("claim_paid_median", "claim_paid_p90", "largest_claim_paid")
    assert told(providers["clinic"], *paid) == pytest.approx([100.0, 340.0, 400.0])
    assert told(providers["clinic"], "busiest_month_claims", "active_months") == [2.0, 2.0]
    assert told(providers["growing"], "busiest_month_claims", "active_months") == [9.0, 10.0]


def test_growth_compares_the_last_three_months_with_the_nine_before(providers: Providers) -> None:
    """Three claims a month after one, each plus half a claim."""
    assert providers["growing"]["growth"] == pytest.approx(3.5 / 1.5)
    assert providers["clinic"]["growth"] is None


def test_providers_nobody_described_are_unknown(providers: Providers) -> None:
    assert told(providers["ward"], "provider_kind", "specialty", "peer_group", "state") == ["unknown"] * 3 + [None]
    assert told(providers["clinic"], "provider_kind", "specialty", "peer_group") == ["practice", "family", "practice"]

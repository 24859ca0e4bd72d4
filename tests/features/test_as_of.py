"""As-of invariance: what became known after the day looked from changes no row of any feature table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.features.made_up import AS_OF, CLAIMS, CODES, MEMBERS, PROVIDERS, Texts, block, with_more
from tests.features.spec import history
from tests.features.tables import Tables, feature_tables

TABLES = ("claim_features", "provider_features", "member_features", "care_graph", "neighbour_features")

# Services and deaths may lie long before the day; it is the knowledge of them that comes later.
days = st.dates(date(2023, 1, 1), AS_OF)
knowledge = st.integers(1, 400).map(lambda later: AS_OF + timedelta(later))
members, providers = st.sampled_from([*MEMBERS, "newborn"]), st.sampled_from([*PROVIDERS, "newcomer"])
amounts = st.sampled_from([0, 75, 90_000])
some = {"min_size": 1, "max_size": 4}


@st.composite
def later_rows(draw: st.DrawFn) -> Texts:
    """Rows for every canonical table, none of them known by AS_OF."""
    rows = st.tuples
    claims = st.lists(rows(members, providers, days, knowledge, st.sampled_from(CODES), amounts), **some)
    frequencies = st.sampled_from([7, 8])
    versions = st.lists(rows(st.sampled_from(CLAIMS), st.integers(3, 5), frequencies, days, knowledge), **some)
    fills = st.lists(rows(members, days, knowledge), **some)
    people = st.lists(rows(st.sampled_from(MEMBERS), days, st.sampled_from(["OH", "CA"]), knowledge), **some)
    described = st.lists(rows(providers, st.sampled_from(["facility", "supplier"]), knowledge), **some)
    spans = st.lists(rows(members, st.sampled_from(["2023-01-01", "2024-03-01"]), days, knowledge), **some)

    new_claims = [[f"new{number}", *claim] for number, claim in enumerate(draw(claims))]
    new_fills = [[f"new_fill{number}", *fill] for number, fill in enumerate(draw(fills))]
    return {
        "lines": block("claim member provider day known code paid batch_id", _late(new_claims))
        + "\n\n"
        + block("claim version freq day known batch_id", _late(draw(versions))),
        "fills": block("claim member day known batch_id", _late(new_fills)),
        "members": block("member died state known batch_id", _late(draw(people))),
        "providers": block("provider kind known batch_id", _late(draw(described))),
        "eligibility": block("member start end known batch_id", _late(draw(spans))),
    }


def _late(rows: list) -> list[list[object]]:
    return [[*row, "late"] for row in rows]


@pytest.mark.slow
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(more=later_rows())
def test_later_knowledge_changes_no_feature(spark: SparkSession, made_up: Texts, tables: Tables, more: Texts) -> None:
    later = feature_tables(history(spark, **with_more(made_up, more)), AS_OF)
    for table in TABLES:
        assert later.comparable(table) == tables.comparable(table)


def test_the_same_rows_known_a_day_earlier_do_count(spark: SparkSession, made_up: Texts, tables: Tables) -> None:
    more = {"lines": f"claim member provider day known\nnew m1 p1 2024-10-01 {AS_OF}"}
    now = history(spark, **with_more(made_up, more)).known(AS_OF).lines.select("claim_id").collect()
    assert {row["claim_id"] for row in now} - {row["claim_id"] for row in tables.rows["claim_features"]} == {"new"}

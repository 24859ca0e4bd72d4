"""What billed codes mean."""

from __future__ import annotations

import pytest
from pyspark.sql import Row, SparkSession

from features import codes
from tests.features.spec import by_key, history

LINES = """
claim     type         day        code  place revenue modifier drg
office    professional 2024-01-01 99214 11    -       -        -
new       professional 2024-01-01 99202 11    -       25       -
hospital  professional 2024-01-01 99223 21    -       -        -
emergency professional 2024-01-01 99285 -     -       -        -
er_room   outpatient   2024-01-01 -     -     0450    -        -
clinic    outpatient   2024-01-01 -     -     0510    -        -
er_place  professional 2024-01-01 70450 23    -       26       -
therapy   professional 2024-01-01 97110 12    -       59       -
lab       professional 2024-01-01 80053 81    -       91       -
wheels    professional 2024-01-01 K0001 -     -       RR       -
ambulance professional 2024-01-01 A0429 -     -       -        -
infusion  professional 2024-01-01 J1745 -     -       -        -
stay      inpatient    2024-01-01 -     -     -       -        470
"""
FILLS = "claim day\nfill 2024-01-01"


@pytest.fixture(scope="module")
def lines(spark: SparkSession) -> dict[str, Row]:
    found = history(spark, LINES, FILLS).lines.select(
        "claim_id",
        codes.visit_level().alias("level"),
        codes.code_family().alias("family"),
        *[
            getattr(codes, name)().alias(name)
            for name in (
                "is_office_visit",
                "is_emergency",
                "is_timed_service",
                "is_equipment",
                "is_laboratory",
                "is_drug",
                "is_home_or_office",
                "repeats_by_intent",
                "lifts_bundling",
            )
        ],
    )
    return by_key(found, "claim_id")


@pytest.mark.parametrize(
    ("condition", "claims"),
    [
        ("is_office_visit", {"office", "new"}),
        ("is_emergency", {"emergency", "er_room", "er_place"}),
        ("is_timed_service", {"office", "new", "hospital", "emergency", "therapy"}),
        ("is_equipment", {"wheels"}),
        ("is_laboratory", {"lab"}),
        ("is_drug", {"infusion", "fill"}),
        ("is_home_or_office", {"office", "new", "therapy", "wheels"}),
        ("repeats_by_intent", {"er_place", "lab"}),
        ("lifts_bundling", {"new", "therapy"}),
    ],
)
def test_lines_that_meet(lines: dict[str, Row], condition: str, claims: set[str]) -> None:
    assert {claim for claim, line in lines.items() if line[condition]} == claims
    assert all(line[condition] is not None for line in lines.values())


def test_levels_of_visits(lines: dict[str, Row]) -> None:
    levels = {claim: line["level"] for claim, line in lines.items() if line["level"] is not None}
    assert levels == {"office": 4, "new": 2, "emergency": 5}


def test_families_of_codes(lines: dict[str, Row]) -> None:
    families = {claim: lines[claim]["family"] for claim in ("office", "er_room", "stay", "fill")}
    assert families == {"office": "992", "er_room": "045", "stay": "470", "fill": "drug"}

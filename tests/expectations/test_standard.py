"""Checks shared by several tables: each spoilt row fails the checks named beside it, and a plain row none."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from expectations.check import Check
from expectations.run import run_suite
from expectations.standard import claim_versions, scores, standard
from tests.expectations.rows import rows

REASON = "'value', 9D, 'expected', 1D, 'contribution', {0}, 'evidence', array('l1')"


def _reasons(code: str = "'UNITS'", text: str = "'Bills 9 units'", contribution: str = "0.4D") -> dict[str, str]:
    rest = REASON.format(contribution)
    return {"reasons": f"array(named_struct('code', {code}, 'text', {text}, {rest}))"}


NOT_READABLE = "every reason has a code and a sentence"
UNFILLED = "no sentence has an unfilled place"
NO_PROBABILITY = {"fraud_probability": "null", "expected_recovery": "null", "recovery_rank": "null"}
SPOILT_SCORES = [
    ({"fraud_rank": "0"}, {"fraud_rank is at least 1"}),
    ({"fraud_probability": "1.01D"}, {"fraud_probability is at least 0 and at most 1"}),
    ({"fraud_probability": "double('NaN')"}, {"fraud_probability is at least 0 and at most 1"}),
    ({"score_basis": "'guessed'"} | NO_PROBABILITY, {"score_basis is one of supervised, unsupervised"}),
    (NO_PROBABILITY, {"a supervised score has a probability and an unsupervised one has none"}),
    ({"score_basis": "'unsupervised'"}, {"a supervised score has a probability and an unsupervised one has none"}),
    ({"expected_recovery": "null"}, {"expected_recovery goes with a probability"}),
    ({"recovery_rank": "null"}, {"recovery_rank goes with a probability"}),
    ({"recovery_rank": "0"}, {"recovery_rank is at least 1"}),
    ({"recovery_share": "1.5D", "recovery_basis": "'investigations'"}, {"recovery_share is at least 0 and at most 1"}),
    ({"recovery_share": "0.5D"}, {"an assumed recovery_share is the whole"}),
    ({"recovery_basis": "'guessed'"}, {"recovery_basis is one of investigations, assumed"}),
    ({"review_lane": "'fast'"}, {"review_lane is one of patient_harm, money"}),
    ({"reasons": "array()"}, {"every score has a reason"}),
    ({"reasons": "null"}, {"reasons is filled"}),
    (_reasons(code="null"), {NOT_READABLE}),
    (_reasons(text="''"), {NOT_READABLE}),
    (_reasons(contribution="double('NaN')"), {NOT_READABLE}),
    (_reasons(text="'Bills {value} units'"), {UNFILLED}),
    (_reasons(text="'Bills nan units'"), {UNFILLED}),
    ({"provider_id": "null"}, {"provider_id is filled"}),
]
SPOILT_VERSIONS = [
    ({"claim_frequency_code": "'5'"}, {"claim_frequency_code is one of 1, 7, 8"}),
    ({"claim_version": "0"}, {"claim_version is at least 1 and at most 99"}),
    ({"received_date": "date'2025-06-19'", "paid_date": "date'2025-06-18'"}, {"received_date is on or before"}),
    ({"paid_amount": "101", "allowed_amount": "100"}, {"paid_amount is at most allowed_amount"}),
    ({"allowed_amount": "101"}, {"allowed_amount is at most charge_amount"}),
    ({"paid_amount": "-1"}, {"paid_amount is not negative"}),
    ({"paid_amount": "-1", "claim_frequency_code": "'8'"}, set()),
    ({"charge_amount": "20000001"}, {"charge_amount is at least"}),
]


def _counts(
    spark: SparkSession, table: str, checks: tuple[Check, ...], changes: list[dict[str, str]]
) -> dict[str, int]:
    """Rows that fail, by check; only checks that fail."""
    report = run_suite(table, rows(spark, table, *changes), checks)
    return {o.check.name: int(o.observed.split()[0]) for o in report.outcomes if o.status != "passed"}


@pytest.mark.parametrize(
    ("table", "own", "checks", "spoilt"),
    [
        ("scored_providers", {"fraud_rank": "{}", "recovery_rank": "{}", "provider_id": "'p{}'"}, scores(),
         SPOILT_SCORES),
        ("claim_lines", {"claim_line_id": "'l{}'", "charge_amount": "100", "allowed_amount": "100"}, claim_versions(),
         SPOILT_VERSIONS),
    ],
    ids=["scores", "claim versions"],
)  # fmt: skip
def test_spoilt_rows_are_found(
    spark: SparkSession, table: str, own: dict[str, str], checks: tuple[Check, ...],
    spoilt: list[tuple[dict[str, str], set[str]]],
) -> None:  # fmt: skip
    plain = [{name: sql.format(n) for name, sql in own.items()} for n in range(1, 100)]
    changes = [plain[0]] + [plain[n] | change for n, (change, _) in enumerate(spoilt, 1)]
    found = _counts(spark, table, standard(TABLES[table]) + checks, changes)
    expected = [name for _, names in spoilt for name in names]
    starts = {name: sum(other == name for other in expected) for name in expected}
    assert {next((s for s in starts if name.startswith(s)), name): count for name, count in found.items()} == starts


def test_ranks_are_given_once(spark: SparkSession) -> None:
    changes = [{"provider_id": "'p1'"}, {"provider_id": "'p2'"}]
    twice = {"fraud_rank names one row": 2, "recovery_rank names one row": 2}
    assert _counts(spark, "scored_providers", scores(), changes) == twice


def test_features_lie_in_the_range_of_their_unit(spark: SparkSession) -> None:
    features = {c.name: c for c in TABLES["provider_features"].columns if c.role == "feature"}
    shares = [name for name, c in features.items() if c.unit == "share 0..1"]
    spoilt = {name: "1.5D" if name in shares else "double('NaN')" for name, c in features.items() if c.type == "double"}
    report = run_suite(
        "provider_features", rows(spark, "provider_features", spoilt), standard(TABLES["provider_features"])
    )
    failed = {o.check.expectation.configuration.kwargs["column"]: o.status for o in report.outcomes if o.observed}
    assert failed == {name: "warned" if name in shares and "paid" in name else "stopped" for name in spoilt}

"""Each kind of check passes on rows that keep it and fails on a row that breaks it."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from catalog.errors import CheckStopped
from expectations.check import WARN, as_many_rows_as, between, filled, has_rows, holds, matches, one_of, refers, unique
from expectations.run import Report, run_suite
from tests.expectations.rows import rows

# A kind of check, a row that breaks it and no other, in Spark SQL, and how many rows the check then counts.
KINDS = {
    "filled": (filled("file_name"), {"file_name": "null"}, 1),
    "unique": (unique("provider_id"), {"provider_id": "'p0'"}, 2),
    "unique together": (unique("provider_kind", "specialty"), {"specialty": "'s0'"}, 2),
    "one of": (one_of("source", "synthetic", "canonical"), {"source": "'elsewhere'"}, 1),
    "between": (between("row_number", 1, 9), {"row_number": "10"}, 1),
    "between, one-sided": (between("row_number", 1, None), {"row_number": "0"}, 1),
    "matches": (matches("state", "^[A-Z]{2}$", "has two letters"), {"state": "'ohio'"}, 1),
    "holds": (holds("in order", "effective_date <= known_date"), {"effective_date": "date'2099-01-01'"}, 1),
    "holds, warns": (holds("early", "known_date < date'2026-01-01'", WARN), {"known_date": "date'2026-01-01'"}, 1),
    "refers": (refers("batch_id", "members", "batch_id", WARN), {"batch_id": "'july'"}, 1),
}
SUITE = (*(check for check, _, _ in KINDS.values()), has_rows(), as_many_rows_as("members"))


def _run(spark: SparkSession, *changes: dict[str, str], members: int = 1) -> Report:
    """The suite on rows of `providers`, each with its own id and specialty unless it says otherwise."""
    own = [{"provider_id": f"'p{n}'", "specialty": f"'s{n}'"} | change for n, change in enumerate(changes)]
    related = {"members": rows(spark, "members", *[{}] * members)}
    return run_suite("providers", rows(spark, "providers", *own), SUITE, related.get)


@pytest.fixture(scope="module")
def broken(spark: SparkSession) -> Report:
    """One plain row and one for each kind."""
    return _run(spark, {}, *(row for _, row, _ in KINDS.values()))


def test_rows_that_keep_every_check_pass(spark: SparkSession) -> None:
    kept = _run(spark, {}, {"state": "'OH'", "effective_date": "date'2025-01-01'"}, members=2)
    assert [outcome.check.name for outcome in kept.outcomes if outcome.status != "passed"] == []
    assert kept.stopped == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_breaks_it_fails_it(broken: Report, kind: str) -> None:
    check, _, count = KINDS[kind]
    (outcome,) = [outcome for outcome in broken.outcomes if outcome.check is check]
    assert outcome.status == ("stopped" if check.on_fail == "STOP" else "warned")
    # `between, one-sided` is broken by the row of zero only; `between` by that row and its own.
    assert outcome.observed.startswith(f"{2 if kind == 'between' else count} rows fail (")


def test_counts_of_rows(spark: SparkSession, broken: Report) -> None:
    as_many = broken.outcomes[-1]
    assert (as_many.status, as_many.observed) == ("stopped", "11 rows")
    nothing = _run(spark)
    assert [(o.check.name, o.observed) for o in nothing.stopped] == [
        ("the table has rows", "0 rows"), ("there are as many rows as in members", "0 rows"),
    ]  # fmt: skip


def test_mostly_counts_filled_rows_only(spark: SparkSession) -> None:
    checks = [matches("state", "^[A-Z]{2}$", "is short", "STOP", mostly) for mostly in (0.5, 0.6)]
    providers = rows(spark, "providers", {"state": "'OH'"}, {"state": "'ohio'"}, {}, {})
    assert [o.status for o in run_suite("providers", providers, checks).outcomes] == ["passed", "stopped"]


@pytest.mark.parametrize("value", ["double('NaN')", "double('Infinity')", "-double('Infinity')"])
def test_a_number_that_is_none_is_not_between(spark: SparkSession, value: str) -> None:
    features = rows(spark, "member_features", {"cost_12m": value})
    (outcome,) = run_suite("member_features", features, [between("cost_12m", -1e15, 1e15)]).outcomes
    assert outcome.status == "stopped"


def test_a_check_that_cannot_run_does_not_pass(spark: SparkSession) -> None:
    (outcome,) = run_suite("providers", rows(spark, "providers", {}), [filled("no_such_column")]).outcomes
    assert (outcome.status, outcome.observed) == ("stopped", "could not be evaluated")


def test_a_check_of_a_table_the_lake_lacks_is_left_out_and_told(spark: SparkSession) -> None:
    check = refers("source", "members", "source", WARN)
    report = run_suite("providers", rows(spark, "providers", {}), [has_rows(), check])
    assert report.left_out == (check,)
    assert [outcome.check.name for outcome in report.outcomes] == ["the table has rows"]


@pytest.mark.parametrize("suite", [[], [as_many_rows_as("members")]], ids=["empty", "nothing left"])
def test_an_empty_suite_stops(spark: SparkSession, suite: list) -> None:
    with pytest.raises(CheckStopped, match=r"providers has no checks.*write some in expectations/providers.py"):
        run_suite("providers", rows(spark, "providers", {}), suite)

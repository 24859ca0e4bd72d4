"""Runs a suite on a Spark frame. What comes out holds counts and shares only, never a cell's value."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.interfaces import Batch
from pyspark.sql import functions as F
from pyspark.storagelevel import StorageLevel

from catalog import TABLES
from catalog.errors import CheckStopped
from expectations.check import Check

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Finding out whether a check holds is one pass for the whole suite. How often a failed one fails costs a pass of its
# own, for failed checks only, and no failing value leaves Spark with it.
_WHETHER = {"result_format": "BOOLEAN_ONLY"}
_HOW_OFTEN = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_AGGREGATES = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent")


@dataclass(frozen=True)
class Outcome:
    """What became of one check: `status` is passed, warned or stopped; `observed` is a count or a share, or empty."""

    check: Check
    status: str
    observed: str


@dataclass(frozen=True)
class Report:
    """One suite run on one table. `left_out` are checks whose other table the lake does not hold."""

    table: str
    row_count: int
    outcomes: tuple[Outcome, ...]
    left_out: tuple[Check, ...]
    result: ExpectationSuiteValidationResult

    @property
    def stopped(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status == "stopped"]

    def count(self, status: str) -> int:
        return sum(outcome.status == status for outcome in self.outcomes)


def run_suite(
    table: str, rows: DataFrame, suite: Sequence[Check], related: Callable[[str], DataFrame | None] = lambda _: None
) -> Report:
    """Run `suite` on `rows` of `table`. `related` gives the rows of another table that a check needs, or None.

    Raises CheckStopped for a suite without checks: it would pass whatever the table holds.
    """
    others = {name: related(name) for name in {check.other_table for check in suite} if name}
    checks = [check for check in suite if not check.other_table or others[check.other_table] is not None]
    if not checks:
        raise CheckStopped(
            f"{table} has no checks, so nothing is known about it; write some in expectations/{table}.py"
        )
    counts = {f"rows_of_{c.rows_of}": _count(others[c.rows_of]) for c in checks if c.rows_of}
    frame = _prepared(table, rows, checks, others).persist(StorageLevel.MEMORY_AND_DISK)
    try:
        batch, row_count = _batch(table, frame), frame.count()
        result = batch.validate(_gx_suite(table, checks), result_format=_WHETHER, expectation_parameters=counts)
        _add_observed(batch, result, counts, row_count)
    finally:
        frame.unpersist()
    found = {_name(each): each for each in result.results}
    outcomes = tuple(_outcome(check, found[check.name]) for check in checks)
    return Report(table, row_count, outcomes, tuple(check for check in suite if check not in checks), result)


def _prepared(table: str, rows: DataFrame, checks: list[Check], others: dict[str, DataFrame | None]) -> DataFrame:
    """The columns that checks look at, with those derived from them and those that tell of another table."""
    derived = {name: F.expr(sql) for check in checks for name, sql in check.derived}
    frame = rows.withColumns(derived) if derived else rows
    for check in checks:
        reference = check.reference
        if reference is None:
            continue
        other = others[reference.other]
        assert other is not None  # noqa: S101 - checks without their other table were left out above
        known = other.select(F.col(reference.other_column).alias("_known")).where("_known is not null").distinct()
        joined = frame.join(known, F.col(reference.column) == F.col("_known"), "left")
        flag = F.when(F.col(reference.column).isNotNull(), F.col("_known").isNotNull())
        frame = joined.withColumn(reference.flag, flag).drop("_known")
    # Nested columns are looked at through derived ones only, and are what costs memory to keep.
    nested = [c.name for c in TABLES[table].columns if c.type.startswith(("array", "map"))]
    used = {kwargs.get("column") for kwargs in (check.expectation.configuration.kwargs for check in checks)}
    return frame.withColumns({name: F.when(F.col(name).isNotNull(), True) for name in nested if name in used}).drop(
        *[name for name in nested if name not in used]
    )


def _batch(table: str, frame: DataFrame) -> Batch:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset(table)
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})


def _gx_suite(table: str, checks: Sequence[Check]) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(table, expectations=[check.expectation.copy() for check in checks])


def _add_observed(batch: Batch, result: Any, parameters: dict[str, int], row_count: int) -> None:
    """Put counts and shares, and nothing else, into the results of failed checks."""
    failed = [each for each in result.results if not each.success]
    again = {}
    for each in failed:
        if each.exception_info.get("raised_exception"):  # its message may quote a value
            each.exception_info = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
            each.result = {"details": {"not_evaluated": True}}
        elif each.expectation_config.type.startswith("expect_table_"):
            each.result = {"observed_value": row_count}
        else:
            again[_name(each)] = each
    if again:
        suite = gx.ExpectationSuite("failed", [each.expectation_config.to_domain_obj() for each in again.values()])
        counted = batch.validate(suite, result_format=_HOW_OFTEN, expectation_parameters=parameters)
        for each in counted.results:
            numbers = {name: each.result[name] for name in _AGGREGATES if name in each.result}
            again[_name(each)].result = numbers


def _name(result: Any) -> str:
    return str(result.expectation_config.description)


def _outcome(check: Check, found: ExpectationValidationResult) -> Outcome:
    if found.success:
        return Outcome(check, "passed", "")
    return Outcome(check, "stopped" if check.on_fail == "STOP" else "warned", observed(found.result))


def observed(result: dict[str, Any]) -> str:
    """A failed check's aggregates in words."""
    if "observed_value" in result:
        return f"{result['observed_value']:,} rows"
    if "unexpected_count" in result:
        share = result.get("unexpected_percent") or 0.0
        return f"{result['unexpected_count']:,} rows fail ({share:.3g} %)"
    return "could not be evaluated"


def _count(frame: DataFrame | None) -> int:
    return 0 if frame is None else frame.count()

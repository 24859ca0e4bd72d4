"""A check: one Great Expectations expectation, a readable name, and whether its failure stops or warns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

OnFail = Literal["STOP", "WARN"]
STOP: OnFail = "STOP"
WARN: OnFail = "WARN"


@dataclass(frozen=True)
class Reference:
    """Rows of `column` should be found in `other_column` of another table; `flag` is the column that tells."""

    flag: str
    column: str
    other: str
    other_column: str


@dataclass(frozen=True)
class Check:
    """One expectation of one table.

    `derived` are columns the expectation needs beside the table's own, as (name, Spark SQL over one row).
    `reference` needs another table, and so does `rows_of`, whose row count becomes the parameter `rows_of`;
    a check whose other table the lake does not hold is left out, and the job says so.
    """

    name: str
    expectation: Expectation
    on_fail: OnFail = STOP
    derived: tuple[tuple[str, str], ...] = ()
    reference: Reference | None = None
    rows_of: str = ""

    @property
    def other_table(self) -> str:
        return self.reference.other if self.reference else self.rows_of


def has_rows() -> Check:
    return expect("the table has rows", gxe.ExpectTableRowCountToBeBetween, min_value=1)


def filled(column: str, on_fail: OnFail = STOP, mostly: float = 1.0) -> Check:
    share = "" if mostly == 1.0 else f" in at least {mostly:.1%} of rows"
    return expect(
        f"{column} is filled{share}", gxe.ExpectColumnValuesToNotBeNull, on_fail, column=column, mostly=mostly
    )


def unique(*columns: str) -> Check:
    """No two rows share the same values of `columns`."""
    name = f"{', '.join(columns)} names one row"
    if len(columns) == 1:
        return expect(name, gxe.ExpectColumnValuesToBeUnique, column=columns[0])
    return expect(name, gxe.ExpectCompoundColumnsToBeUnique, column_list=list(columns))


def one_of(column: str, *values: str, on_fail: OnFail = STOP) -> Check:
    name = f"{column} is one of {', '.join(values)}"
    return expect(name, gxe.ExpectColumnValuesToBeInSet, on_fail, column=column, value_set=list(values))


def between(column: str, low: float | None, high: float | None, on_fail: OnFail = STOP, mostly: float = 1.0) -> Check:
    """Nulls pass, NaN and infinity do not: Spark orders NaN above every number."""
    bounds = " and ".join(
        ([f"at least {_number(low)}"] if low is not None else [])
        + ([f"at most {_number(high)}"] if high is not None else [])
    )
    return expect(
        f"{column} is {bounds}{_mostly(mostly)}", gxe.ExpectColumnValuesToBeBetween, on_fail,
        column=column, min_value=low, max_value=high, mostly=mostly,
    )  # fmt: skip


def matches(column: str, regex: str, words: str, on_fail: OnFail = WARN, mostly: float = 1.0) -> Check:
    name = f"{column} {words}{_mostly(mostly)}"
    return expect(name, gxe.ExpectColumnValuesToMatchRegex, on_fail, column=column, regex=regex, mostly=mostly)


def holds(name: str, sql: str, on_fail: OnFail = STOP, mostly: float = 1.0) -> Check:
    """A condition over one row, in Spark SQL. As with SQL's own CHECK, a row where it is unknown passes."""
    flag = re.sub(r"\W+", "_", name)
    check = expect(name + _mostly(mostly), gxe.ExpectColumnValuesToBeInSet, on_fail, column=flag, value_set=[True],
                  mostly=mostly)  # fmt: skip
    return Check(check.name, check.expectation, on_fail, derived=((flag, sql),))


def refers(column: str, other: str, other_column: str, on_fail: OnFail, mostly: float = 1.0) -> Check:
    """`column`, where it is filled, is found in `other_column` of the table `other`."""
    flag = f"{column}_in_{other}"
    name = f"{column} is in {other}{_mostly(mostly)}"
    check = expect(name, gxe.ExpectColumnValuesToBeInSet, on_fail, column=flag, value_set=[True], mostly=mostly)
    return Check(name, check.expectation, on_fail, reference=Reference(flag, column, other, other_column))


def as_many_rows_as(other: str) -> Check:
    name = f"there are as many rows as in {other}"
    check = expect(name, gxe.ExpectTableRowCountToEqual, value={"$PARAMETER": "rows_of_" + other})
    return Check(name, check.expectation, rows_of=other)


def expect(name: str, expectation: type[Expectation], on_fail: OnFail = STOP, **kwargs: Any) -> Check:
    """A check of any Great Expectations expectation, with its arguments."""
    severity = FailureSeverity.CRITICAL if on_fail == STOP else FailureSeverity.WARNING
    return Check(name, expectation(description=name, severity=severity, **kwargs), on_fail)


def _number(value: float) -> str:
    return f"{round(value):,}" if abs(value) < 1e12 and abs(value - round(value)) < 1e-6 else f"{value:,g}"


def _mostly(mostly: float) -> str:
    return "" if mostly == 1.0 else f" (at least {mostly * 100:g} % of the filled rows)"

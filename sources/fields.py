"""Delivered text to typed values, with a reason where the text is not one.

Nothing becomes null silently: every parser comes with the failure it can end in. A failure is a struct of
`reason` (stable) and `detail` (the column and what is wrong with it, never the value).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column
from pyspark.sql import functions as F

Type = Literal["text", "list", "date", "int", "double", "boolean", "money"]

# Spark reads "NaN", "Infinity" and "1e9" as numbers; a claim does not.
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
_INTEGER = r"^[+-]?[0-9]+$"
_PLAUSIBLE = ("1850-01-01", "9999-12-31")

_FAILURES: dict[str, tuple[str, str]] = {
    "date": ("bad_date", "is not a date of the calendar written as {format}"),
    "int": ("bad_number", "is not a whole number that fits"),
    "double": ("bad_number", "is not a number that fits"),
    "boolean": ("bad_value", "is neither true nor false"),
    "money": ("bad_amount", "is not an amount in dollars and cents that fits decimal(14,2)"),
}


@dataclass(frozen=True)
class Field:
    """One delivered column. Amounts with more than two decimals are rounded half up to cents."""

    name: str
    type: Type = "text"
    required: bool = False
    date_format: str = "yyyy-MM-dd"

    @property
    def value(self) -> Column:
        """The typed value; null where the text is empty or does not parse."""
        text = F.col(f"`{self.name}`")
        match self.type:
            case "list":
                return F.filter(F.transform(F.split(text, r"\|"), _trimmed), lambda item: item != "")
            case "date":
                day = F.to_date(F.try_to_timestamp(text, F.lit(self.date_format)))
                return F.when(day.between(*[F.lit(bound).cast("date") for bound in _PLAUSIBLE]), day)
            case "int":
                return F.when(text.rlike(_INTEGER), text.try_cast("int"))
            case "double":
                # Four hundred digits are a number to the pattern and Infinity to a double.
                number = F.when(text.rlike(_NUMBER), text.try_cast("double"))
                return F.when(F.abs(number) < F.lit(float("inf")), number)
            case "boolean":
                return F.when(F.lower(text) == "true", True).when(F.lower(text) == "false", False)
            case "money":
                return F.when(text.rlike(_NUMBER), text.try_cast("decimal(14,2)"))
            case _:
                return text

    @property
    def failure(self) -> Column:
        """Why the text is not a value; null where it is one, or is empty and may be."""
        text = F.col(f"`{self.name}`")
        reasons = []
        if self.required:
            reasons.append(F.when(text.isNull(), failed("missing_value", f"{self.name} is empty")))
        if self.type in _FAILURES:
            reason, wrong = _FAILURES[self.type]
            wrong = wrong.format(format=self.date_format.upper())
            reasons.append(F.when(text.isNotNull() & self.value.isNull(), failed(reason, f"{self.name} {wrong}")))
        return F.coalesce(*reasons, no_failure())


def _trimmed(item: Column) -> Column:
    # Of one argument: Spark would pass F.trim the item's index as the characters to trim.
    return F.trim(item)


def failed(reason: str, detail: str | Column) -> Column:
    """A failure: why a row cannot be taken."""
    text = F.lit(detail) if isinstance(detail, str) else detail
    return F.struct(F.lit(reason).alias("reason"), text.alias("detail"))


def no_failure() -> Column:
    return F.lit(None).cast("struct<reason:string,detail:string>")


def first_failure(fields: list[Field], *more: Column) -> Column:
    """The first failure of a row: what made it unreadable as text, then its fields in order, then `more`."""
    return F.coalesce(F.col("broken"), *[field.failure for field in fields], *more, no_failure())


def whole_row_only(amount: Column) -> Column:
    """An amount of a row that is whole: in a truncated row the last figure may be cut in two, so none is read."""
    return F.when(F.col("broken").isNull(), amount).try_cast("decimal(14,2)")


def does_not_fit(amount: Column, what: str) -> Column:
    """The failure of an amount made of several: each may fit where their sum does not."""
    too_large = amount.isNotNull() & amount.try_cast("decimal(14,2)").isNull()
    return F.when(too_large, failed("bad_amount", f"{what} do not fit decimal(14,2) together"))

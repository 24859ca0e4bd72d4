"""Calendar months before and after a day."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from pyspark.sql import Column
from pyspark.sql import functions as F


def months_from(day: date, months: int) -> date:
    """The same day some months later (earlier if negative), or that month's last day: 31 March - 1 = 28 February."""
    return day + relativedelta(months=months)


def within(column: str, after: date, until: date) -> Column:
    """True where the date lies in (after, until]."""
    return (F.col(column) > F.lit(after)) & (F.col(column) <= F.lit(until))

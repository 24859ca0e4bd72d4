"""Sums and means of doubles that do not depend on the order of rows.

Adding doubles rounds at each step, so their sum depends on who comes first, and a cluster hands rows on in the order in
which they arrive (Goldberg 1991, "What Every Computer Scientist Should Know About Floating-Point Arithmetic"). Whole
numbers add up to the same in any order: a value is counted in steps of a decimal place, added, and told as a double
again. A table made on a cluster, or made again after a worker died, then equals the first to the last bit.

The mean of whole numbers (`F.avg` of a flag or a count) is exact as it is.
"""

from __future__ import annotations

from pyspark.sql import Column, WindowSpec
from pyspark.sql import functions as F

MONEY_PLACES = 6
"""Decimal places kept of US dollars and of units: a sum may reach 9.2e12."""

RATIO_PLACES = 9
"""Decimal places kept of a ratio: a sum may reach 9.2e9."""


def exact_sum(value: Column, places: int = MONEY_PLACES, over: WindowSpec | None = None) -> Column:
    """Sum of `value` rounded to `places` decimal places, as a double; null where no value is known.

    Beyond 9.2e18 steps Spark fails (arithmetic overflow) rather than tell a wrong sum; Sail 0.7.2 does not notice. At
    MONEY_PLACES that is more than any country spends on health.
    """
    return _over(F.sum(_steps(value, places)), over) / F.lit(10.0**places)


def exact_mean(value: Column, places: int = RATIO_PLACES, over: WindowSpec | None = None) -> Column:
    """Mean of the known values, each rounded to `places` decimal places; null where none is known."""
    known = F.nullif(_over(F.count(value), over), F.lit(0))
    return exact_sum(value, places, over) / known


def _steps(value: Column, places: int) -> Column:
    return F.floor(value.cast("double") * F.lit(10.0**places) + 0.5).cast("bigint")


def _over(total: Column, window: WindowSpec | None) -> Column:
    return total if window is None else total.over(window)

"""No step loses or doubles a claim: rows and dollars going in are those coming out, or nothing is written."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog.errors import Unreconciled

Totals = tuple[int, Decimal]
"""How many, and USD paid."""


def totals(frame: DataFrame, count: Column | None = None, paid: str = "paid_amount") -> Totals:
    """What a frame holds: its rows, or what `count` counts, and the sum of the column `paid`."""
    (row,) = frame.agg(
        (F.count("*") if count is None else count).alias("count"),
        F.sum(F.col(paid).cast("decimal(14,2)")).alias("paid"),
    ).collect()
    return row["count"] or 0, row["paid"] or Decimal(0)


def check_conserved(table: str, going_in: Totals, coming_out: Totals, of: str = "claims") -> None:
    """Raises Unreconciled, with both figures, when a step would write other totals than it read."""
    if going_in != coming_out:
        raise Unreconciled(
            f"{table} would hold {coming_out[0]} {of} and {coming_out[1]} USD where {going_in[0]} {of} and "
            f"{going_in[1]} USD went in, so a join lost or doubled rows: check claim_lines for repeated claim_line_id "
            "and providers and members for repeated ids, and run the job again. Nothing was written"
        )

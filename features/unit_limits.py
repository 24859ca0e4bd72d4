"""Units above what is likely (medically unlikely edits, MUE).

Source: CMS, "NCCI Policy Manual for Medicare Services", chapter I, V: an adjudication indicator of 1 limits the units
of each line, 2 (by policy) and 3 (clinical) those of one provider for one member on one day. Units of a line that spans
several days are spread evenly over them.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.exact_sums import exact_sum
from features.line_evidence import evidence_entry
from features.policy_lines import policy_lines

_LINE = ("claim_id", "claim_line_id")


def units_above_limit(signals: DataFrame, limits: DataFrame) -> DataFrame:
    """One row per claim with units above a limit: `units_above_limit` and `evidence` (see line_evidence), their lines.

    Where a day's units come on several claims, those above the limit are of the claim known later. Denied lines do
    not count.
    """
    limit = F.struct("valid_from", "valid_until", "max_units", "adjudication_indicator")
    by_code = limits.groupBy("setting", F.col("hcpcs_code").alias("code")).agg(F.collect_list(limit).alias("limits"))
    lines = (
        policy_lines(signals)
        .where("units > 0")
        .join(F.broadcast(by_code), ["setting", "code"])
        # Loaded quarters may overlap: the one that began last holds, and no line is doubled.
        .withColumn("limit", F.array_max(F.filter("limits", _holds_on_day)))
        .where(F.col("limit").isNotNull())
        .select("*", "limit.max_units", "limit.adjudication_indicator", (F.col("units") / F.col("days")).alias("daily"))
        .drop("limits", "limit", "hcpcs_modifier_1")
    )
    of_lines = F.col("adjudication_indicator") == "1"
    by_line = lines.where(of_lines).select(*_LINE, (F.col("daily") - F.col("max_units")).alias("above"))
    above = by_line.where("above > 0").unionByName(_above_in_day(lines.where(~of_lines)))
    return above.groupBy("claim_id").agg(
        exact_sum(F.col("above")).alias("units_above_limit"),
        F.array(evidence_entry("units_above_limit", F.collect_set("claim_line_id"))).alias("evidence"),
    )


def _holds_on_day(limit: Column) -> Column:
    ends = F.coalesce(limit["valid_until"], F.col("day"))
    return F.col("day").between(limit["valid_from"], ends)


def _above_in_day(lines: DataFrame) -> DataFrame:
    """_LINE and `above` of lines that carry a day's units over its limit, in the order they became known."""
    same_day = ["visit", "setting", "code"]
    # Few days are above their limit; only their lines are sorted.
    full = (
        lines.groupBy(*same_day)
        .agg(exact_sum(F.col("daily")).alias("units_of_day"), F.min("max_units").alias("most"))
        .where("units_of_day > most")
        .select(*same_day)
    )
    order = Window.partitionBy(*same_day).orderBy("known_date", "claim_id", "claim_line_id")
    so_far = exact_sum(F.col("daily"), over=order.rowsBetween(Window.unboundedPreceding, 0))
    return (
        lines.join(full, same_day, "left_semi")
        .withColumn("above", F.least(so_far - F.col("max_units"), F.col("daily")))
        .where("above > 0")
        .select(*_LINE, "above")
    )

"""Lines billed beside a service that they are part of (NCCI procedure-to-procedure edits).

Source: CMS, "NCCI Policy Manual for Medicare Services", chapter I, D and E (edits, modifier indicators, NCCI-associated
modifiers); Transmittal 2259, CR 11168 (from 2019-07-01 modifiers 59 and X count on either code). Edits are of one
provider, member and day; the billing provider stands for the provider here. Only the first modifier of a line is known.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.line_evidence import evidence_entry
from features.policy_lines import policy_lines

MODIFIERS = (
    *("24", "25", "57", "27", "58", "78", "79", "91", "59", "XE", "XP", "XS", "XU"),
    *("LT", "RT", "LC", "LD", "LM", "RC", "RI", "E1", "E2", "E3", "E4", "FA", "TA"),
    *(f"{side}{digit}" for side in "FT" for digit in range(1, 10)),
)
"""NCCI-associated modifiers: they let the second code through where the edit's indicator is 1."""

_DISTINCT = ("59", "XE", "XP", "XS", "XU")
_EITHER_CODE_SINCE = "2019-07-01"


def bundled_lines(signals: DataFrame, edits: DataFrame) -> DataFrame:
    """One row per claim with such lines: `bundled_lines`, `bundled_by_modifier_lines` (an allowed modifier let them
    through) and `evidence` (see line_evidence), the lines of each.

    Denied lines neither count nor bundle others, so a bill that was denied and sent again is no pair with itself.
    Each line counts once, however many codes it is part of.
    """
    used = edits.where("modifier_indicator in ('0', '1') and column_1 <> column_2")
    codes = used.select("setting", F.explode(F.array("column_1", "column_2")).alias("code")).distinct()
    lines = (
        policy_lines(signals)
        .where(F.col("setting") != "dme")
        .join(F.broadcast(codes), ["setting", "code"])
        .withColumn("lets_through", _has(MODIFIERS))
    )
    pairs = _pairs(lines).join(F.broadcast(_in_book(used, lines)), ["setting", "column_1", "column_2"])
    holds = F.col("day").between(F.col("effective_date"), F.coalesce("deletion_date", "day"))
    by_first = F.col("distinct_1") & (F.col("day") >= F.lit(_EITHER_CODE_SINCE).cast("date"))
    strict = (F.col("modifier_indicator") == "0") | ~by_first
    found = (
        pairs.where(holds)
        .groupBy("visit", "setting", F.col("column_2").alias("code"))
        .agg(F.max(F.col("modifier_indicator") == "0").alias("never"), F.max(strict).alias("strict"))
    )
    # Pairs that the first code's modifier lets through leave `strict` false; else the line's own modifier decides.
    through = ~F.col("never") & (F.col("lets_through") | ~F.col("strict"))
    return (
        lines.join(found, ["visit", "setting", "code"])
        .groupBy("claim_id")
        .agg(
            F.count_if(~through).alias("bundled_lines"),
            F.count_if(through).alias("bundled_by_modifier_lines"),
            F.array(
                evidence_entry("bundled_lines", F.collect_list(F.when(~through, F.col("claim_line_id")))),
                evidence_entry("bundled_by_modifier_lines", F.collect_list(F.when(through, F.col("claim_line_id")))),
            ).alias("evidence"),
        )
    )


def _pairs(lines: DataFrame) -> DataFrame:
    """Two different codes of one visit: few columns, and only of visits with several codes that edits name."""
    code = F.struct("code", F.coalesce(_has(_DISTINCT), F.lit(False)).alias("distinct"))
    visits = (
        lines.groupBy("visit", "setting")
        .agg(F.collect_set(code).alias("codes"), F.min("day").alias("day"))
        .where(F.size("codes") > 1)
    )
    first = visits.select("*", F.explode("codes").alias("one"))
    both = first.select("*", F.explode("codes").alias("two")).where(F.col("one.code") != F.col("two.code"))
    return both.select(
        "visit",
        "setting",
        "day",
        F.col("one.code").alias("column_1"),
        F.col("one.distinct").alias("distinct_1"),
        F.col("two.code").alias("column_2"),
    )


def _in_book(edits: DataFrame, lines: DataFrame) -> DataFrame:
    """Edits of codes that the book bills: the official table has millions, a book needs some thousands."""
    billed = lines.select("setting", "code").distinct()
    for column in ("column_1", "column_2"):
        edits = edits.join(F.broadcast(billed.withColumnRenamed("code", column)), ["setting", column], "left_semi")
    return edits


def _has(modifiers: tuple[str, ...]) -> Column:
    return F.coalesce(F.col("hcpcs_modifier_1").isin(*modifiers), F.lit(False))

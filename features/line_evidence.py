"""Which lines of a claim stand behind a feature of it, so that a reason can name the lines that prove it."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog import TABLES

MAX_EVIDENCE = 20
"""Lines named per claim and reason; the costliest are enough to open a claim."""

EVIDENCE_TYPE = "array<struct<code:string,lines:array<string>>>"

FLAGGED = {
    "duplicate_lines": "duplicate",
    "near_duplicate_lines": "near_duplicate",
    "lines_during_stay": "during_stay",
    "lines_after_death": "after_death",
    "lines_outside_coverage": "outside_coverage",
    "unbundling_modifier_share": "lifts_bundling",
    "out_of_state": "out_of_state",
}
"""Feature -> the flag of the lines that it counts."""

HIGHEST = {
    "paid_vs_code_max": "paid_ratio",
    "units_vs_code_max": "units_ratio",
    "visit_level": "visit_level",
    "visit_level_vs_specialty": "visit_level",
    "visit_level_vs_diagnosis": "visit_level",
    "repeats_in_30_days": "repeats_in_30_days",
    "early_refill_days": "early_refill_days",
    "daily_quantity_vs_drug": "daily_quantity_ratio",
}
"""Feature -> the signal of lines whose highest it is."""

LOWEST = {
    "code_share_in_specialty": "code_share_in_specialty",
    "repeat_interval_days": "repeat_interval_days",
    "sooner_repeat_share": "sooner_repeat_share",
    "refill_interval_ratio": "refill_interval_ratio",
}
"""Feature -> the signal of lines whose lowest it is."""

SIGNALS = tuple(dict.fromkeys([*FLAGGED.values(), *HIGHEST.values(), *LOWEST.values()]))
"""What `evidence_of` reads of each line."""


def evidence_of(lines: str) -> Column:
    """EVIDENCE_TYPE of the array column `lines` (structs of claim_line_id and SIGNALS, costliest first).

    An entry stands for a reason code that some of the lines are behind and others are not; behind every other reason
    is the whole claim.
    """
    kept = [_entry(lines, name, _has(flag)) for name, flag in FLAGGED.items()]
    for names, best in ((HIGHEST, F.array_max), (LOWEST, F.array_min)):
        for name, signal in names.items():
            kept.append(_entry(lines, name, _equals(signal, best(of_each(lines, signal)))))
    some = F.filter(F.array(*kept), lambda one: F.size(one["lines"]).between(1, F.size(lines) - 1))
    shown = F.transform(
        some, lambda one: F.struct(one["code"].alias("code"), F.slice(one["lines"], 1, MAX_EVIDENCE).alias("lines"))
    )
    return F.when(F.size(lines) > 1, shown).otherwise(F.array().cast(EVIDENCE_TYPE))


def evidence_entry(feature: str, lines: Column) -> Column:
    """Struct of the feature's reason code and `lines` (array of claim_line_id)."""
    return F.struct(F.lit(TABLES["claim_features"].column(feature).code).alias("code"), lines.alias("lines"))


def with_found(claims: DataFrame, found: str) -> DataFrame:
    """`line_evidence` with the entries of the column `found` added (EVIDENCE_TYPE or null; entries and lines in any
    order)."""
    entries = F.coalesce(found, F.array().cast(EVIDENCE_TYPE))
    ordered = F.transform(F.array_sort(entries), _in_order)
    some = F.filter(ordered, lambda one: (F.size(one["lines"]) > 0) & (F.size(one["lines"]) < F.col("line_count")))
    both = F.concat(F.col("line_evidence").cast(EVIDENCE_TYPE), some.cast(EVIDENCE_TYPE))
    return claims.withColumn("line_evidence", both).drop(found)


def _in_order(entry: Column) -> Column:
    """Its lines costliest first, as the claim names them."""
    return F.struct(entry["code"].alias("code"), F.array_intersect("claim_line_ids", entry["lines"]).alias("lines"))


def of_each(lines: Column | str, name: str) -> Column:
    """Array of one field of an array of structs."""
    return F.transform(lines, lambda line: line[name])


def _entry(lines: str, feature: str, behind: Callable[[Column], Column]) -> Column:
    found = F.filter(lines, lambda line: F.coalesce(behind(line), F.lit(False)))
    return evidence_entry(feature, of_each(found, "claim_line_id"))


def _has(flag: str) -> Callable[[Column], Column]:
    return lambda line: line[flag]


def _equals(signal: str, value: Column) -> Callable[[Column], Column]:
    return lambda line: line[signal] == value

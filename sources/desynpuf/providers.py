"""Providers named by DE-SynPUF claims; the files describe none of them.

A facility is a PRVDR_NUM, whose first two characters say its state; a practice is a tax number; a physician is an NPI.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.desynpuf.ssa_states import FACILITY_STATES, state_of


def providers(claim_lines: DataFrame) -> DataFrame:
    """One row per provider that bills or treats in `claim_lines`, known from the first claim that names it."""
    facility = F.when(F.col("claim_type") == "professional", "practice").otherwise("facility")
    named = _named(claim_lines, "provider_id", facility).union(_named(claim_lines, "physician_id", F.lit("physician")))
    return (
        named.groupBy("provider_id")
        .agg(
            F.min("provider_kind").alias("provider_kind"),
            F.lit("unknown").alias("specialty"),
            F.min(_facility_state()).alias("state"),
            F.min("service_from").alias("effective_date"),
            F.min("known_date").alias("known_date"),
            F.min(F.struct("file_name", "row_number")).alias("where"),
        )
        .select("*", "where.*")
    )


def _named(claim_lines: DataFrame, column: str, kind: Column) -> DataFrame:
    return claim_lines.where(F.col(column).isNotNull()).select(
        F.col(column).alias("provider_id"),
        kind.alias("provider_kind"),
        "service_from",
        "known_date",
        "file_name",
        "row_number",
    )


def _facility_state() -> Column:
    code = F.substring("provider_id", 1, 2)
    return F.when(F.col("provider_kind") == "facility", state_of(code, FACILITY_STATES))

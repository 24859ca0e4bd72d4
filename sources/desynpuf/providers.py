"""Providers named by DE-SynPUF claims; the files describe none of them.

A facility is a PRVDR_NUM, whose first two characters say its state; a practice is a tax number; a physician is an NPI.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.desynpuf.ssa_states import FACILITY_STATES, state_of
from sources.named_providers import named_providers


def providers(claim_lines: DataFrame) -> DataFrame:
    """One row per provider that bills or treats in `claim_lines`, known from the first claim that names it."""
    return named_providers(claim_lines, state=_facility_state())


def _facility_state() -> Column:
    code = F.substring("provider_id", 1, 2)
    return F.when(F.col("provider_kind") == "facility", state_of(code, FACILITY_STATES))

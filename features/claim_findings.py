"""What policy tables, states and drugs say of a claim, joined to it once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.doctor_shopping import drug_from_several
from features.line_evidence import with_found
from features.ncci_edits import bundled_lines
from features.travel import states_same_day
from features.unit_limits import units_above_limit


@dataclass(frozen=True)
class Policies:
    """Dated edits and limits: rows of `ncci_edits` and of `unit_limits`."""

    edits: DataFrame
    limits: DataFrame


_MEDICAL = "claim_type in ('professional', 'outpatient')"
_PRESCRIBED = "claim_type = 'pharmacy' and physician_id is not null"
_DEFAULTS = {
    "bundled_lines": (_MEDICAL, 0),
    "bundled_by_modifier_lines": (_MEDICAL, 0),
    "units_above_limit": (_MEDICAL, 0),
    "member_states_same_day": ("_met_in_state", 1),
    "physician_states_same_day": ("_met_in_state and physician_id is not null", 1),
    "prescribers_in_90_days": (_PRESCRIBED, 1),
    "pharmacies_in_90_days": ("claim_type = 'pharmacy' and provider_id is not null", 1),
    "overlapping_fills_elsewhere": (_PRESCRIBED, 0),
}
"""Feature -> the claims it is known of, and its value on those of which nothing was found."""


def with_findings(claims: DataFrame, signals: DataFrame, policies: Policies) -> DataFrame:
    """Adds the features of `_DEFAULTS` to one row per claim, null where they do not apply, and their lines to
    `line_evidence`.

    Each part has rows only for claims of which something was found, so one small table is joined.
    """
    parts = [
        bundled_lines(signals, policies.edits),
        units_above_limit(signals, policies.limits),
        states_same_day(signals),
        drug_from_several(signals),
    ]
    together = reduce(partial(DataFrame.unionByName, allowMissingColumns=True), parts)
    most = [F.max(name).alias(f"_{name}") for name in _DEFAULTS]
    found = together.groupBy("claim_id").agg(*most, F.flatten(F.collect_list("evidence")).alias("_evidence"))
    known = {
        name: F.when(F.expr(applies), F.coalesce(f"_{name}", F.lit(value)))
        for name, (applies, value) in _DEFAULTS.items()
    }
    return claims.join(found, "claim_id", "left").withColumns(known).transform(with_found, "_evidence")

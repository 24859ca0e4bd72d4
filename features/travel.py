"""One member, or one physician, in several states on one day.

In person means neither laboratory, equipment nor telehealth, which reach a member anywhere. The state is that of the
billing provider, so a member of a border town, a day of travel or a physician of two offices may show two: a reason to
look, not a proof. Source: HHS OIG and DOJ cases of services billed while the member or physician was elsewhere
("impossible day" and travel tests of the CMS Fraud Prevention System's reports to Congress).
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def states_same_day(signals: DataFrame) -> DataFrame:
    """One row per claim on days of more than one state: `member_states_same_day`, `physician_states_same_day`.

    Days of one state, by far most, have no row.
    """
    met = signals.where(F.col("in_person") & F.col("provider_state").isNotNull()).select(
        "claim_id", "member_id", "physician_id", "service_from", "provider_state"
    )
    rendered = met.where(F.col("physician_id").isNotNull())
    return _several(met, "member_id", "member_states_same_day").unionByName(
        _several(rendered, "physician_id", "physician_states_same_day"), allowMissingColumns=True
    )


def _several(met: DataFrame, who: str, name: str) -> DataFrame:
    day = [who, "service_from"]
    # First and last state by hash aggregation; the states of the few days that differ are then counted.
    days = met.groupBy(*day).agg(F.min("provider_state").alias("first"), F.max("provider_state").alias("last"))
    several = met.join(days.where("first < last").select(*day), day)
    states = several.groupBy(*day).agg(F.countDistinct("provider_state").alias("states"))
    return several.join(states, day).groupBy("claim_id").agg(F.max("states").alias(name))

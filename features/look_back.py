"""The year before a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.months import months_from, within

LOOK_BACK_MONTHS = 12


def look_back(signals: DataFrame, as_of: date, months: int = LOOK_BACK_MONTHS) -> DataFrame:
    """Lines with a known billing provider and a service in the months up to `as_of`, brought together by provider.

    Whatever groups by provider afterwards needs no further shuffle.
    """
    recent = within("service_from", months_from(as_of, -months), as_of)
    return signals.where(recent & F.col("provider_id").isNotNull()).repartition(F.col("provider_id"))

"""Days of a stay in hospital, on a line frame."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def admitted() -> Column:
    """First day of the stay, or of the service where no admission is given."""
    return F.coalesce("admission_date", "service_from")


def discharged() -> Column:
    """Last day of the stay, or of the service where no discharge is given."""
    return F.coalesce("discharge_date", "service_through")


def stay_days() -> Column:
    """Nights of a claim, over its lines: from the first day of any to the last day of any."""
    return F.greatest(F.datediff(F.max(discharged()), F.min(admitted())), F.lit(0))

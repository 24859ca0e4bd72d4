"""Which lane a review goes to: patient harm is looked at first by a clinician, whatever the money."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

SINCE = "2026-01-01"
"""Day from which this table holds; a change of it is a change of which desk a case lands on."""

PATIENT_HARM, MONEY = "patient_harm", "money"
LANES = (PATIENT_HARM, MONEY)

HARM_CODES: dict[str, str] = {
    "SERVICE_AFTER_DEATH": "care billed for the dead: identities are misused, or records are wrong",
    "SERVICE_DURING_STAY": "care elsewhere while in hospital: phantom care stands in the patient's record",
    "STAYS_OVERLAP": "two hospital stays on the same nights: phantom care stands in the patient's record",
    "IMPOSSIBLE_DAY": "more care than one physician can give in a day: phantom or unsafe care",
    "IMPOSSIBLE_DAYS": "more care than one physician can give in a day: phantom or unsafe care",
    "EARLY_REFILL": "more of a drug than its dose allows: overuse or diversion",
    "MANY_PRESCRIBERS": "the same drug from several prescribers: overuse or diversion",
    "MANY_PHARMACIES": "the same drug from several pharmacies: overuse or diversion",
    "DUPLICATE_THERAPY": "the same drug from two prescribers at once: a double dose",
    "DAILY_QUANTITY": "a dose above what is usual for the drug",
}
"""Reason code -> the harm it may point to."""


def review_lane(reasons: str) -> Column:
    """`patient_harm` where one of the shown reasons has a harm code and a value above what is typical, else `money`.

    A model may hold the absence of such lines against a claim a little: that is no sign of harm."""
    harm = F.exists(
        reasons,
        lambda reason: (
            reason["code"].isin(*HARM_CODES)
            & (F.coalesce(reason["value"], F.lit(0.0)) > F.coalesce(reason["expected"], F.lit(0.0)))
        ),
    )
    return F.when(harm, PATIENT_HARM).otherwise(MONEY)

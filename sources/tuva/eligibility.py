"""Tuva eligibility: one row per person and span of enrolment -> eligibility and members.

A span covers medical and pharmacy claims alike: the layer does not tell them apart. Dual and Medicare status are not
taken. A person is described by the row of the latest span; a span is known from its first day.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure
from sources.us_states import us_state

REQUIRED = ("person_id", "gender", "birth_date", "enrollment_start_date", "enrollment_end_date")
IDENTITY = {
    "first_name": "name",
    "middle_name": "name",
    "last_name": "name",
    "social_security_number": "ssn",
    "address": "street",
    "phone": "phone",
    "email": "e-mail",
    "subscriber_id": "card",
}
"""Columns that say who the person is -> kind of identifier."""

COLUMNS = (*REQUIRED, "member_id", "death_date", "payer", "payer_type", "state", "group_id", *IDENTITY)

_MARKETS = {
    "medicare": "medicare",
    "medicaid": "medicaid",
    "self-insured": "self_funded",
    "self insured": "self_funded",
    "marketplace": "individual",
    "individual": "individual",
}
"""payer_type -> market. Any other word, `commercial` above all, is an employer's plan of unknown size: large_group."""


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed spans; see FileKind."""
    start, end = (Field(name, "date", required=True) for name in REQUIRED[3:])
    birth, death = Field("birth_date", "date"), Field("death_date", "date")
    person = F.coalesce("person_id", "member_id")
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [start, end, birth, death],
            F.when(person.isNull(), failed("missing_value", "person_id is empty")),
            F.when(
                end.value < start.value, failed("bad_date", "enrollment_end_date lies before enrollment_start_date")
            ),
            F.when(death.value < birth.value, failed("bad_date", "death_date lies before birth_date")),
        ).alias("failure"),
        F.concat_ws("|", person, "enrollment_start_date").alias("key"),
        person.alias("member_id"),
        F.lit(0).alias("preference"),
        *[F.lit(None).cast("decimal(14,2)").alias(f"{name}_amount") for name in ("charge", "allowed", "paid")],
        start.value.alias("enrollment_start_date"),
        end.value.alias("enrollment_end_date"),
        birth.value.alias("birth_date"),
        death.value.alias("death_date"),
        F.when(F.lower("gender").isin("female", "male"), F.lower("gender")).otherwise("unknown").alias("gender"),
        us_state(F.col("state")).alias("state"),
        _market().alias("market"),
        F.col("group_id"),
    )


def spans(rows: DataFrame) -> DataFrame:
    """One row per span."""
    return rows.withColumns(
        {
            "medical_coverage": F.lit(True),
            "pharmacy_coverage": F.lit(True),
            "claims_complete": F.lit(True),
            "known_date": F.col("enrollment_start_date"),
        }
    )


def members(rows: DataFrame) -> DataFrame:
    """One row per person, as the latest span describes it."""
    described = ("birth_date", "death_date", "gender", "state", "file_name", "row_number")
    latest = F.max_by(F.struct(*described), F.struct("enrollment_start_date", "row_number"))
    by_member = rows.groupBy("member_id").agg(
        latest.alias("last"), F.min("enrollment_start_date").alias("known_date"), F.max("death_date").alias("died")
    )
    return by_member.select("member_id", "known_date", "last.*", "died").withColumn(
        "death_date", F.coalesce("death_date", "died")
    )


def _market() -> Column:
    words = F.lower(F.coalesce("payer_type", F.lit("")))
    chosen = F.lit("large_group")
    for word, market in _MARKETS.items():
        chosen = F.when(words == word, market).otherwise(chosen)
    return chosen

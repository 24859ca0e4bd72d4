"""Tuva pharmacy_claim: one row per line of a pharmacy claim -> pharmacy_claims.

A claim of several lines is several fills: the canonical claim is the line, named `claim_id.line` from the second on.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure, whole_row_only

REQUIRED = ("claim_id", "claim_line_number", "person_id", "dispensing_date", "ndc_code", "paid_amount")
COLUMNS = (
    *REQUIRED,
    *"member_id prescribing_provider_npi dispensing_provider_npi quantity days_supply paid_date allowed_amount "
    "charge_amount".split(),
)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed fills, which are canonical rows already; see FileKind."""
    number, filled = Field("claim_line_number", "int", required=True), Field("dispensing_date", "date", required=True)
    paid_on, quantity, days = Field("paid_date", "date"), Field("quantity", "double"), Field("days_supply", "int")
    amounts = {name: Field(name, "money") for name in ("charge_amount", "allowed_amount", "paid_amount")}
    person = F.coalesce("person_id", "member_id")
    claim = F.when(number.value == 1, F.col("claim_id")).otherwise(F.concat_ws(".", "claim_id", number.value))
    fields = [
        Field("claim_id", required=True),
        number,
        filled,
        Field("ndc_code", required=True),
        paid_on,
        quantity,
        days,
    ]
    rows = rows.withColumn("paid_amount", F.coalesce("paid_amount", F.lit("0")))
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*fields, *amounts.values()], F.when(person.isNull(), failed("missing_value", "person_id is empty"))
        ).alias("failure"),
        F.concat(claim, F.lit("-1-1")).alias("key"),
        person.alias("member_id"),
        F.lit(0).alias("preference"),
        *[whole_row_only(field.value).alias(name) for name, field in amounts.items()],
        F.concat(claim, F.lit("-1-1")).alias("claim_line_id"),
        claim.alias("claim_id"),
        F.lit(1).alias("claim_version"),
        F.lit("1").alias("claim_frequency_code"),
        F.col("dispensing_provider_npi").alias("provider_id"),
        F.col("prescribing_provider_npi").alias("physician_id"),
        filled.value.alias("dispensing_date"),
        paid_on.value.alias("paid_date"),
        F.greatest(F.coalesce(paid_on.value, filled.value), filled.value).alias("known_date"),
        F.regexp_replace("ndc_code", "-", "").alias("ndc_code"),
        quantity.value.alias("quantity"),
        days.value.alias("days_supply"),
    )

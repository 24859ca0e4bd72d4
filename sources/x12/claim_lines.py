"""Claims of 837 files, as read -> claim_lines.

How claims are named and their submissions numbered is told in `submissions`. Nothing is paid by a claim alone:
paid_amount is 0.00 and paid_date null until a remittance.
"""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from sources.claim_versions import too_late
from sources.csv_rows import Rows
from sources.delivery import DeliveredFile, Delivery
from sources.fields import failed, no_failure
from sources.records import read_records
from sources.x12.party import IDENTITY
from sources.x12.records import read_claims
from sources.x12.submissions import STEP, with_claim_ids, with_submissions

_MOST = 9
_TEXTS = (
    *("subscriber_id", "member_id", "birth_date", "gender", "member_state", "claim_number", "match_number"),
    *("original_number", "frequency"),
    *("claim_type", "drg_code", "diagnosis_code_type", "received_date", "first_day", "last_day"),
    *("admission_date", "discharge_date", "referring_physician_id", "charge_amount", "claim_charge"),
    *("provider_id", "provider_npi", "provider_tax_id", "provider_state", "provider_zip", "provider_name"),
    *("provider_is_person", "provider_person"),
    *IDENTITY,
)
_LINE = (
    *("control_number", "physician_id", "service_from", "service_through", "place_of_service_code"),
    *("revenue_center_code", "hcpcs_code", "hcpcs_modifier_1", "service_unit_quantity", "charge_amount"),
    "referring_physician_id",
)
COLUMNS = ", ".join(
    [f"{name} string" for name in _TEXTS]
    + ["diagnosis_codes array<string>", f"lines array<struct<{', '.join(f'{name}:string' for name in _LINE)}>>"]
)
"""What claim_values gives."""

_DATES = ("birth_date", "received_date", "first_day", "last_day", "admission_date", "discharge_date")
_NO_AMOUNT = "decimal(14,2)"


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Claims of the files, one row per CLM."""
    rows = read_records(spark, files, COLUMNS, read_claims)
    # The number of the original is shown, and compared with other claims' numbers, which are tokens.
    return replace(rows, frame=rows.frame.withColumn("original_match", F.col("original_number")))


def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
    """Typed claims with their lines; see FileKind."""
    typed = rows.withColumns(
        {name: F.col(name).cast("date") for name in _DATES}
        | {"charge_amount": _money("charge_amount"), "provider_id": F.coalesce("provider_id", "provider_person")}
    )
    typed = typed.withColumn("known_date", F.coalesce("received_date", "last_day"))
    submissions = with_submissions(with_claim_ids(typed, delivery.earlier), delivery.earlier.get("claim_submissions"))
    too_many = F.when(
        F.col("submission") > _MOST, failed("bad_value", f"the claim is replaced more than {_MOST} times")
    )
    return (
        submissions.withColumns(
            {
                "failure": F.coalesce(F.col("broken"), too_late(F.col("is_late")), too_many, no_failure()),
                "claim_version": (F.col("submission") * STEP + 1).cast("int"),
                "allowed_amount": F.lit(None).cast(_NO_AMOUNT),
                "paid_amount": F.lit(None).cast(_NO_AMOUNT),
                "preference": F.lit(0),
            }
        )
        .withColumn("key", F.concat_ws("-", "claim_id", F.lit(1), "claim_version"))
        .drop("broken", "submission", "is_late")
    )


def lines(rows: DataFrame) -> DataFrame:
    """One claim line per service line, as submitted."""
    each = rows.drop("charge_amount", "allowed_amount", "paid_amount").select(
        "*", F.posexplode("lines").alias("position", "line")
    )
    number = (F.col("position") + 1).cast("int")
    texts = ("physician_id", "place_of_service_code", "revenue_center_code", "hcpcs_code", "hcpcs_modifier_1")
    return each.withColumns(
        {
            **{name: F.col(f"line.{name}") for name in texts},
            "referring_physician_id": F.coalesce("line.referring_physician_id", "referring_physician_id"),
            "service_from": F.col("line.service_from").cast("date"),
            "service_through": F.col("line.service_through").cast("date"),
            "service_unit_quantity": F.col("line.service_unit_quantity").cast("double"),
            "charge_amount": _money("line.charge_amount"),
            "allowed_amount": F.lit(None).cast(_NO_AMOUNT),
            "paid_amount": F.lit("0.00").cast(_NO_AMOUNT),
            "paid_date": F.lit(None).cast("date"),
            "known_date": F.coalesce("received_date", "last_day"),
            "claim_frequency_code": F.col("frequency"),
            "claim_line_number": number,
            "claim_line_id": F.concat_ws("-", "claim_id", number, "claim_version"),
        }
    )


def _money(name: str) -> Column:
    return F.col(name).cast(_NO_AMOUNT)

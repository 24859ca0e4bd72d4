"""Claims of 837 files, as read -> claim_lines.

- claim_id is billing provider, patient control number (CLM01), first day and a part of the member's token. Providers
  number independently of each other, many use one number per patient for every month's bill, and a claim sent again
  for another member is another claim. An original of the same claim_id with other services or charges is kept as a
  claim of its own (`-2` follows its id), as who bills twice should be seen; one with the same is a duplicate.
- A replacement (7) or void (8) keeps the first day of its original where the delivery holds exactly one original of
  that provider, number and member; a correction may move the day. Across deliveries the first day has to be the same.
- A replacement under another number is one of the original that REF*F8 names by its patient control number. The guide
  wants the payer's number there, which only a payment ties to a claim; that is not followed (see docs/sources.md).
- claim_version is 1 for the original, 11 for the first replacement or void of a delivery, 21 for the second. The
  numbers between are the payments of each (see adjudication).
- Nothing is paid by a claim alone: paid_amount is 0.00 and paid_date null until a remittance.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from sources.csv_rows import Rows
from sources.delivery import DeliveredFile, Delivery
from sources.fields import failed, no_failure
from sources.records import read_records
from sources.x12.party import IDENTITY
from sources.x12.records import read_claims

STEP = 10
"""Versions from one submission of a claim to the next."""

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
_SERVICE = (
    *("service_from", "service_through", "revenue_center_code", "hcpcs_code", "hcpcs_modifier_1"),
    *("service_unit_quantity", "charge_amount"),
)
"""What makes two lines the same service."""

COLUMNS = ", ".join(
    [f"{name} string" for name in _TEXTS]
    + ["diagnosis_codes array<string>", f"lines array<struct<{', '.join(f'{name}:string' for name in _LINE)}>>"]
)
"""What claim_values gives."""

_DATES = ("birth_date", "received_date", "first_day", "last_day", "admission_date", "discharge_date")
_NO_AMOUNT = "decimal(14,2)"


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Claims of the files, one row per CLM."""
    return read_records(spark, files, COLUMNS, read_claims)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed claims with their lines; see FileKind."""
    typed = rows.withColumns(
        {name: F.col(name).cast("date") for name in _DATES}
        | {"charge_amount": _money("charge_amount"), "provider_id": F.coalesce("provider_id", "provider_person")}
    )
    submissions = _submissions(_with_claim_ids(typed))
    too_many = failed("bad_value", f"the claim is replaced more than {_MOST} times in one delivery")
    return (
        submissions.withColumns(
            {
                "failure": F.coalesce(F.col("broken"), F.when(F.col("submission") > _MOST, too_many), no_failure()),
                "claim_version": (F.col("submission") * STEP + 1).cast("int"),
                "allowed_amount": F.lit(None).cast(_NO_AMOUNT),
                "paid_amount": F.lit(None).cast(_NO_AMOUNT),
                "preference": F.lit(0),
            }
        )
        .withColumn("key", F.concat_ws("-", "claim_id", F.lit(1), "claim_version"))
        .drop("broken", "submission")
    )


def _with_claim_ids(rows: DataFrame) -> DataFrame:
    same = ["provider_id", "claim_number", "member_id"]
    originals = (
        rows.where(F.col("broken").isNull() & (F.col("frequency") == "1"))
        .groupBy(*same)
        .agg(F.min("first_day").alias("earliest"), F.max("first_day").alias("latest"))
        .where("earliest = latest")
        .select(*same, F.col("earliest").alias("original_day"))
    )
    by_reference = originals.withColumnsRenamed({"claim_number": "original_number", "original_day": "reference_day"})
    moved = F.when(F.col("frequency") != "1", F.coalesce("original_day", "reference_day"))
    referred = F.col("original_day").isNull() & F.col("reference_day").isNotNull()
    named = F.concat_ws(
        "-",
        "provider_id",
        F.when(referred, F.col("original_number")).otherwise(F.col("claim_number")),
        F.date_format(F.coalesce(moved, "first_day"), "yyyyMMdd"),
        F.right("member_id", F.lit(6)),
    )
    return (
        rows.join(originals, same, "left")
        .join(by_reference, ["provider_id", "original_number", "member_id"], "left")
        .withColumn("claim_id", named)
        .drop("original_day", "reference_day")
    )


def _submissions(rows: DataFrame) -> DataFrame:
    """Adds `submission`: 0 for an original, then 1, 2, ... by day received. The same replacement twice has one number,
    so that its second copy is a duplicate and not a further version. An original of other services than the first one
    of its claim_id gets a claim_id of its own."""
    original = F.col("frequency") == "1"
    services = F.transform("lines", lambda line: F.struct(*[line[name] for name in _SERVICE]))
    content = F.when(original, F.xxhash64(services)).otherwise(F.xxhash64("frequency", "lines", "diagnosis_codes"))
    claim: list[Column | str] = ["claim_id", original, F.col("broken").isNull()]
    same = Window.partitionBy([*claim, "content"])
    order = Window.partitionBy(claim).orderBy("sent", "frequency", "content")
    placed = (
        rows.withColumn("content", content)
        .withColumn("sent", F.min("received_date").over(same))
        .withColumn("place", F.dense_rank().over(order).cast("int"))
    )
    apart = F.when(original & (F.col("place") > 1), F.concat_ws("-", "claim_id", "place")).otherwise(F.col("claim_id"))
    submission = F.when(original, 0).otherwise(F.col("place"))
    return placed.withColumns({"claim_id": apart, "submission": submission}).drop("content", "sent", "place")


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

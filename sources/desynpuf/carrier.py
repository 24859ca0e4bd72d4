"""Carrier (physician and supplier) claims: one row per claim with thirteen line slots -> claim_lines.

The billing provider of a line is its tax number, the rendering physician its NPI; both may differ from line to line.
A slot with no code and no money is empty. A claim whose slots are all empty becomes one line without a code, so that
every claim is there. Lines are numbered in the order of their slots.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.fields import COMMON, day, diagnoses, dollars, no_amount, paid_once
from sources.desynpuf.layout import LINE_SLOTS
from sources.fields import Field, does_not_fit, failed, first_failure, whole_row_only

_CODES = {
    "physician_id": "PRF_PHYSN_NPI",
    "provider_id": "TAX_NUM",
    "hcpcs_code": "HCPCS_CD",
    "processing_code": "LINE_PRCSG_IND_CD",
    "diagnosis_code": "LINE_ICD9_DGNS_CD",
}
_DOLLARS = {"paid_amount": "LINE_NCH_PMT_AMT", "allowed_amount": "LINE_ALOWD_CHRG_AMT"}
_SLOTS = range(1, LINE_SLOTS + 1)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed claims with their slots; see FileKind."""
    start, end = day("CLM_FROM_DT", required=True), day("CLM_THRU_DT", required=True)
    amounts = [Field(f"{name}_{slot}", "money") for slot in _SLOTS for name in _DOLLARS.values()]
    slot = [
        F.struct(
            *[F.col(f"{name}_{number}").alias(column) for column, name in _CODES.items()],
            *[dollars(f"{name}_{number}").alias(column) for column, name in _DOLLARS.items()],
        )
        for number in _SLOTS
    ]
    totals = {
        column: reduce(lambda left, right: left + right, [dollars(f"{name}_{number}") for number in _SLOTS])
        for column, name in _DOLLARS.items()
    }
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [Field("DESYNPUF_ID", required=True), Field("CLM_ID", required=True), start, end, *amounts],
            F.when(end.value < start.value, failed("bad_date", "CLM_THRU_DT lies before CLM_FROM_DT")),
            *[does_not_fit(total, f"the {_DOLLARS[column]} of all lines") for column, total in totals.items()],
        ).alias("failure"),
        F.concat(F.col("CLM_ID"), F.lit("-1-1")).alias("key"),
        F.col("DESYNPUF_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        no_amount().alias("charge_amount"),
        *[whole_row_only(total).alias(column) for column, total in totals.items()],
        F.col("CLM_ID").alias("claim_id"),
        start.value.alias("service_from"),
        end.value.alias("service_through"),
        diagnoses(8).alias("diagnosis_codes"),
        F.array(*slot).alias("slots"),
    )


def lines(rows: DataFrame) -> DataFrame:
    """One claim line per slot that holds something."""
    used = F.filter(
        "slots",
        lambda slot: (
            F.coalesce(*[slot[code] for code in _CODES]).isNotNull()
            | (slot["paid_amount"] != 0)
            | (slot["allowed_amount"] != 0)
        ),
    )
    kept = F.when(F.size(used) > 0, used).otherwise(F.slice("slots", 1, 1))
    each = rows.drop("allowed_amount", "paid_amount").select("*", F.posexplode(kept).alias("position", "slot"))
    number = (F.col("position") + 1).cast("int")
    return each.withColumns(
        {
            **paid_once(),
            **{name: F.col(f"slot.{name}") for name in ("physician_id", "provider_id", "hcpcs_code", *_DOLLARS)},
            "claim_line_number": number,
            "claim_line_id": F.concat_ws("-", "claim_id", number, F.lit(1)),
            "claim_type": F.lit("professional"),
            "known_date": F.col("service_through"),
            "diagnosis_code_type": F.lit("icd-9-cm"),
        }
    ).drop(*[name for name in COMMON if name not in ("file_name", "row_number", "member_id")])

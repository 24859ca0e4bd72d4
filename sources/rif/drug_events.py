"""Part D events: one row per fill -> pharmacy_claims.

Allowed is the total cost of the drug (TOT_RX_CST_AMT: ingredient, dispensing fee, tax). Paid is what Medicare pays:
the plan's covered payment (CVRD_D_PLAN_PD_AMT) and the low-income subsidy (LICS_AMT). What the plan pays for benefits
beyond Medicare's (NCVRD_PLAN_PD_AMT) is not Medicare's, and Synthea repeats the patient's share there.
ADJSTMT_DLTN_CD A replaces an event and D withdraws it.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.claim_versions import with_versions
from sources.delivery import Delivery
from sources.fields import Field, does_not_fit, failed, first_failure, whole_row_only
from sources.rif.fields import claim_id, day, dollars, earlier_of, frequency, money, no_amount


def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
    """Typed fills; see FileKind."""
    filled, settled = day("SRVC_DT", True), day("PD_DT")
    total, covered, subsidy = money("TOT_RX_CST_AMT", True), money("CVRD_D_PLAN_PD_AMT", True), money("LICS_AMT")
    quantity, days = Field("QTY_DSPNSD_NUM", "double"), Field("DAYS_SUPLY_NUM", "int")
    paid = covered.value + dollars(subsidy.name)
    ids = [Field(name, required=True) for name in ("BENE_ID", "PDE_ID", "PROD_SRVC_ID")]
    failure = first_failure(
        [*ids, filled, settled, total, covered, subsidy, quantity, days],
        F.when(settled.value < filled.value, failed("bad_date", "PD_DT lies before SRVC_DT")),
        does_not_fit(paid, "CVRD_D_PLAN_PD_AMT and LICS_AMT"),
    )
    changed = F.col("ADJSTMT_DLTN_CD")
    typed = rows.select(
        "file_name",
        "row_number",
        failure.alias("failure"),
        F.col("BENE_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        no_amount().alias("charge_amount"),
        whole_row_only(total.value).alias("allowed_amount"),
        whole_row_only(paid).alias("paid_amount"),
        claim_id("pde", "PDE_ID").alias("claim_id"),
        F.col("PDE_ID").alias("record_id"),
        frequency(changed == "D", changed == "A").alias("frequency"),
        settled.value.alias("processed"),
        filled.value.alias("dispensing_date"),
        settled.value.alias("paid_date"),
        F.coalesce(settled.value, filled.value).alias("known_date"),
        F.col("PROD_SRVC_ID").alias("ndc_code"),
        quantity.value.alias("quantity"),
        days.value.alias("days_supply"),
        F.col("SRVC_PRVDR_ID").alias("provider_id"),
        F.col("PRSCRBR_ID").alias("physician_id"),
    )
    line_id = F.concat_ws("-", "claim_id", F.lit(1), "claim_version")
    versions = with_versions(typed, "processed", "record_id", earlier=earlier_of(delivery, "pharmacy_claims"))
    return versions.withColumns({"key": line_id, "claim_line_id": line_id})

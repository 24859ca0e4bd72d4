"""Prescription drug events: one row per fill -> pharmacy_claims.

Allowed is the total cost of the fill, paid what is left after the patient's share. CMS disturbed the two amounts
apart from each other, so that in about one fill of twenty the patient's share is above the cost and paid is negative;
it is kept as it is, or dollars would not add up. The files name no pharmacy and no prescriber.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.fields import day, dollars, no_amount, paid_once
from sources.fields import Field, does_not_fit, first_failure, whole_row_only


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed fills; see FileKind."""
    filled, total = day("SRVC_DT", required=True), Field("TOT_RX_CST_AMT", "money", required=True)
    quantity, days = Field("QTY_DSPNSD_NUM", "double"), Field("DAYS_SUPLY_NUM", "int")
    paid = total.value - dollars("PTNT_PAY_AMT")
    ids = [Field(name, required=True) for name in ("DESYNPUF_ID", "PDE_ID", "PROD_SRVC_ID")]
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*ids, filled, quantity, days, Field("PTNT_PAY_AMT", "money"), total],
            does_not_fit(paid, "TOT_RX_CST_AMT and PTNT_PAY_AMT"),
        ).alias("failure"),
        F.concat(F.col("PDE_ID"), F.lit("-1-1")).alias("key"),
        F.col("DESYNPUF_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        no_amount().alias("charge_amount"),
        whole_row_only(total.value).alias("allowed_amount"),
        whole_row_only(paid).alias("paid_amount"),
        F.col("PDE_ID").alias("claim_id"),
        filled.value.alias("dispensing_date"),
        F.col("PROD_SRVC_ID").alias("ndc_code"),
        quantity.value.alias("quantity"),
        days.value.alias("days_supply"),
    )


def fills(rows: DataFrame) -> DataFrame:
    """One pharmacy claim per fill."""
    return rows.withColumns(
        {
            **paid_once(),
            "claim_line_id": F.col("key"),
            "provider_id": F.lit(None).cast("string"),
            "physician_id": F.lit(None).cast("string"),
            "known_date": F.col("dispensing_date"),
        }
    )

"""Inpatient, SNF, hospice, home health and outpatient claims: one row per revenue line -> claim_lines.

- Payment, charge and what others owe are of the whole claim and repeated on each of its rows. They stand on the claim's
  first line. The charges of the lines are not taken: revenue line 0001 is their total, and they need not add up.
- Allowed is what all parties pay: payment, primary payer, deductibles and coinsurance.
- Inpatient and SNF are inpatient claims. Hospice and home health are outpatient ones: both visit people at home, and
  neither is paid by stay.
- The billing provider is the facility (PRVDR_NUM), the physician the attending one.
- CLM_FREQ_CD 7 replaces and 8 voids a claim. Interim bills (2, 3, 4), late charges (5), adjustments (6) and final
  bills of an episode (9) are claims of their own: originals.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.claim_versions import with_versions
from sources.delivery import Delivery
from sources.fields import Field, does_not_fit, failed, first_failure, whole_row_only
from sources.rif.fields import (
    LINES,
    claim_id,
    day,
    diagnoses,
    diagnosis_code_type,
    dollars,
    earlier_of,
    frequency,
    money,
    once_per_claim,
    provider_state,
    within,
)
from sources.rif.layout import DIAGNOSES, INPATIENT_SHARES, OUTPATIENT_SHARES

CLAIM_TYPES = {
    "inpatient": "inpatient",
    "snf": "inpatient",
    "hospice": "outpatient",
    "hha": "outpatient",
    "outpatient": "outpatient",
}
"""Kind of file -> claim_type."""
_SHARES = {"inpatient": INPATIENT_SHARES, "snf": INPATIENT_SHARES, "outpatient": OUTPATIENT_SHARES}


def parser(kind: str) -> Callable[[DataFrame, Delivery], DataFrame]:
    """Parse of one kind of file; see FileKind."""

    def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
        return _parse(rows, kind, earlier_of(delivery, "claim_lines"))

    return parse


def _parse(rows: DataFrame, kind: str, earlier: list[DataFrame]) -> DataFrame:
    start, end, processed = day("CLM_FROM_DT", True), day("CLM_THRU_DT", True), day("NCH_WKLY_PROC_DT")
    admitted, discharged, served = day("CLM_ADMSN_DT"), day("NCH_BENE_DSCHRG_DT"), day("REV_CNTR_DT")
    number, units = Field("CLM_LINE_NUM", "int", True), Field("REV_CNTR_UNIT_CNT", "double")
    paid, charge = money("CLM_PMT_AMT", True), money("CLM_TOT_CHRG_AMT")
    others = [money(name) for name in ("NCH_PRMRY_PYR_CLM_PD_AMT", *_SHARES.get(kind, ()))]
    allowed = sum([dollars(field.name) for field in others], start=paid.value)
    ids = [Field(name, required=True) for name in ("BENE_ID", "CLM_ID", "PRVDR_NUM")]
    stay = CLAIM_TYPES[kind] == "inpatient"
    failure = first_failure(
        [*ids, number, start, end, processed, served, paid, charge, *others, units],
        *([admitted.failure, discharged.failure] if stay else []),
        F.when(~number.value.between(1, LINES), failed("bad_number", f"CLM_LINE_NUM is not 1 to {LINES}")),
        F.when(end.value < start.value, failed("bad_date", "CLM_THRU_DT lies before CLM_FROM_DT")),
        F.when(processed.value < start.value, failed("bad_date", "NCH_WKLY_PROC_DT lies before CLM_FROM_DT")),
        *([_backwards(admitted, discharged)] if stay else []),
        does_not_fit(allowed, "CLM_PMT_AMT and what others pay"),
    )
    frequent = F.col("CLM_FREQ_CD")
    typed = rows.select(
        "file_name",
        "row_number",
        failure.alias("failure"),
        F.col("BENE_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        whole_row_only(charge.value).alias("charge_amount"),
        whole_row_only(allowed).alias("allowed_amount"),
        whole_row_only(paid.value).alias("paid_amount"),
        claim_id(kind, "CLM_ID").alias("claim_id"),
        F.col("CLM_ID").alias("record_id"),
        number.value.alias("claim_line_number"),
        frequency(frequent == "8", frequent == "7").alias("frequency"),
        F.lit(CLAIM_TYPES[kind]).alias("claim_type"),
        processed.value.alias("processed"),
        within(served.value, start.value, end.value, start.value).alias("service_from"),
        within(served.value, start.value, end.value, end.value).alias("service_through"),
        *_stay_dates(admitted.value, discharged.value, stay),
        processed.value.alias("paid_date"),
        F.coalesce(processed.value, end.value).alias("known_date"),
        F.col("PRVDR_NUM").alias("provider_id"),
        F.col("AT_PHYSN_NPI").alias("physician_id"),
        F.lpad("REV_CNTR", 4, "0").alias("revenue_center_code"),
        (F.lpad("CLM_DRG_CD", 3, "0") if stay else F.lit(None).cast("string")).alias("drg_code"),
        F.col("HCPCS_CD").alias("hcpcs_code"),
        F.col("HCPCS_1ST_MDFR_CD").alias("hcpcs_modifier_1"),
        diagnosis_code_type(end.value).alias("diagnosis_code_type"),
        diagnoses(DIAGNOSES).alias("diagnosis_codes"),
        units.value.alias("service_unit_quantity"),
        F.col("ORG_NPI_NUM").alias("provider_npi"),
        provider_state().alias("provider_state"),
    )
    versions = with_versions(typed, "processed", "record_id", earlier=earlier)
    once = once_per_claim(versions, "charge_amount", "allowed_amount", "paid_amount")
    line_id = F.concat_ws("-", "claim_id", "claim_line_number", "claim_version")
    return once.withColumns({"key": line_id, "claim_line_id": line_id})


def _backwards(admitted: Field, discharged: Field) -> Column:
    wrong = failed("bad_date", "NCH_BENE_DSCHRG_DT lies before CLM_ADMSN_DT")
    return F.when(discharged.value < admitted.value, wrong)


def _stay_dates(admitted: Column, discharged: Column, stay: bool) -> list[Column]:
    none = F.lit(None).cast("date")
    return [
        (admitted if stay else none).alias("admission_date"),
        (discharged if stay else none).alias("discharge_date"),
    ]

"""Carrier (physician) and DME claims: one row per line -> claim_lines.

Charge, allowed and paid are those of the line; the claim's totals, repeated on every row, are not taken. The billing
provider is the tax number, the physician the NPI that performed, and who referred is named apart; a supplier of
equipment has no performing physician. CARR_CLM_ENTRY_CD 3 (full credit) voids a claim and 5 (replacement debit)
replaces it.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.claim_versions import with_versions
from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure, whole_row_only
from sources.rif.fields import (
    LINES,
    claim_id,
    day,
    diagnoses,
    diagnosis_code_type,
    earlier_of,
    frequency,
    money,
    provider_state,
    within,
)
from sources.rif.layout import CARRIER_DIAGNOSES


def parser(kind: str) -> Callable[[DataFrame, Delivery], DataFrame]:
    """Parse of one kind of file; see FileKind."""

    def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
        return _parse(rows, kind, earlier_of(delivery, "claim_lines"))

    return parse


def _parse(rows: DataFrame, kind: str, earlier: list[DataFrame]) -> DataFrame:
    start, end, processed = day("CLM_FROM_DT", True), day("CLM_THRU_DT", True), day("NCH_WKLY_PROC_DT")
    first, last = day("LINE_1ST_EXPNS_DT"), day("LINE_LAST_EXPNS_DT")
    number, units = Field("LINE_NUM", "int", True), Field("LINE_SRVC_CNT", "double")
    paid, allowed = money("LINE_NCH_PMT_AMT", True), money("LINE_ALOWD_CHRG_AMT")
    charge = money("LINE_SBMTD_CHRG_AMT")
    ids = [Field(name, required=True) for name in ("BENE_ID", "CLM_ID")]
    failure = first_failure(
        [*ids, number, start, end, processed, first, last, paid, allowed, charge, units],
        F.when(~number.value.between(1, LINES), failed("bad_number", f"LINE_NUM is not 1 to {LINES}")),
        F.when(end.value < start.value, failed("bad_date", "CLM_THRU_DT lies before CLM_FROM_DT")),
        F.when(last.value < first.value, failed("bad_date", "LINE_LAST_EXPNS_DT lies before LINE_1ST_EXPNS_DT")),
        F.when(processed.value < start.value, failed("bad_date", "NCH_WKLY_PROC_DT lies before CLM_FROM_DT")),
    )
    entry = F.col("CARR_CLM_ENTRY_CD")
    typed = rows.select(
        "file_name",
        "row_number",
        failure.alias("failure"),
        F.col("BENE_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        whole_row_only(charge.value).alias("charge_amount"),
        whole_row_only(allowed.value).alias("allowed_amount"),
        whole_row_only(paid.value).alias("paid_amount"),
        claim_id(kind, "CLM_ID").alias("claim_id"),
        F.col("CLM_ID").alias("record_id"),
        number.value.alias("claim_line_number"),
        frequency(entry == "3", entry == "5").alias("frequency"),
        F.lit("professional").alias("claim_type"),
        processed.value.alias("processed"),
        within(first.value, start.value, end.value, start.value).alias("service_from"),
        within(last.value, start.value, end.value, end.value).alias("service_through"),
        processed.value.alias("paid_date"),
        F.coalesce(processed.value, end.value).alias("known_date"),
        F.coalesce("TAX_NUM", "ORG_NPI_NUM", "PRVDR_NPI").alias("provider_id"),
        F.col("PRF_PHYSN_NPI").alias("physician_id"),
        F.col("RFR_PHYSN_NPI").alias("referring_physician_id"),
        F.lpad("LINE_PLACE_OF_SRVC_CD", 2, "0").alias("place_of_service_code"),
        F.col("HCPCS_CD").alias("hcpcs_code"),
        F.col("HCPCS_1ST_MDFR_CD").alias("hcpcs_modifier_1"),
        diagnosis_code_type(end.value).alias("diagnosis_code_type"),
        diagnoses(CARRIER_DIAGNOSES).alias("diagnosis_codes"),
        units.value.alias("service_unit_quantity"),
        F.coalesce("ORG_NPI_NUM", "PRVDR_NPI").alias("provider_npi"),
        F.col("TAX_NUM").alias("provider_tax_id"),
        provider_state().alias("provider_state"),
    )
    line_id = F.concat_ws("-", "claim_id", "claim_line_number", "claim_version")
    versions = with_versions(typed, "processed", "record_id", earlier=earlier)
    return versions.withColumns({"key": line_id, "claim_line_id": line_id})

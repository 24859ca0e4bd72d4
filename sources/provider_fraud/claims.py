"""Inpatient and outpatient claims: one row per claim -> one claim line each.

Allowed is what the insurer reimbursed plus the deductible. Charges, units and procedures by HCPCS are not in the files;
`ClmProcedureCode` holds ICD-9 procedures, which are no HCPCS codes and are not taken. A claim is known from its last
day, the only date there is.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, does_not_fit, failed, first_failure, whole_row_only

_DIAGNOSES = tuple(f"ClmDiagnosisCode_{number}" for number in range(1, 11))
OUTPATIENT = (
    *"BeneID ClaimID ClaimStartDt ClaimEndDt Provider InscClaimAmtReimbursed".split(),
    *("AttendingPhysician", "DeductibleAmtPaid"),
    *_DIAGNOSES,
)
INPATIENT = (*OUTPATIENT, "AdmissionDt", "DischargeDt", "DiagnosisGroupCode")


def parse_inpatient(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed stays; see FileKind."""
    return _parse(rows)


def parse_outpatient(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed outpatient claims; see FileKind."""
    return _parse(rows.withColumns({name: F.lit(None).cast("string") for name in INPATIENT[len(OUTPATIENT) :]}))


def _parse(rows: DataFrame) -> DataFrame:
    start, end = (Field(name, "date", required=True) for name in ("ClaimStartDt", "ClaimEndDt"))
    admitted, discharged = Field("AdmissionDt", "date"), Field("DischargeDt", "date")
    paid, deductible = Field("InscClaimAmtReimbursed", "money", required=True), Field("DeductibleAmtPaid", "money")
    allowed = paid.value + F.coalesce(deductible.value, F.lit(0).cast("decimal(14,2)"))
    ids = [Field(name, required=True) for name in ("BeneID", "ClaimID", "Provider")]
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*ids, start, end, admitted, discharged, paid, deductible],
            F.when(end.value < start.value, failed("bad_date", "ClaimEndDt lies before ClaimStartDt")),
            does_not_fit(allowed, "InscClaimAmtReimbursed and DeductibleAmtPaid"),
        ).alias("failure"),
        F.concat("ClaimID", F.lit("-1-1")).alias("key"),
        F.col("BeneID").alias("member_id"),
        F.lit(0).alias("preference"),
        F.lit(None).cast("decimal(14,2)").alias("charge_amount"),
        whole_row_only(allowed).alias("allowed_amount"),
        whole_row_only(paid.value).alias("paid_amount"),
        F.col("ClaimID").alias("claim_id"),
        F.col("Provider").alias("provider_id"),
        F.col("AttendingPhysician").alias("physician_id"),
        start.value.alias("service_from"),
        end.value.alias("service_through"),
        admitted.value.alias("admission_date"),
        discharged.value.alias("discharge_date"),
        F.lpad("DiagnosisGroupCode", 3, "0").alias("drg_code"),
        F.filter(F.array(*_DIAGNOSES), lambda code: code.isNotNull()).alias("diagnosis_codes"),
    )


def lines(rows: DataFrame, claim_type: str) -> DataFrame:
    """One claim line per claim."""
    return rows.withColumns(
        {
            "claim_line_id": F.col("key"),
            "claim_line_number": F.lit(1),
            "claim_version": F.lit(1),
            "claim_frequency_code": F.lit("1"),
            "claim_type": F.lit(claim_type),
            "diagnosis_code_type": F.lit("icd-9-cm"),
            "known_date": F.col("service_through"),
        }
    )

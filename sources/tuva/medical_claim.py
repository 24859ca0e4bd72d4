"""Tuva medical_claim: one row per claim line -> claim_lines.

The billing provider is the facility of an institutional claim and the billing NPI of a professional one; where that is
empty, who rendered the service bills for himself. A claim is inpatient when its type of bill says so (NUBC: 11x
hospital, 18x swing bed, 21x skilled nursing, 41x, 86x residential) or it has a DRG. The third digit of the type of bill
is the claim's frequency code. A line without dates of its own has those of its claim.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure, whole_row_only

_DIAGNOSES = tuple(f"diagnosis_code_{number}" for number in range(1, 26))
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
REQUIRED = (
    "claim_id",
    "claim_line_number",
    "claim_type",
    "person_id",
    "claim_start_date",
    "claim_end_date",
    "paid_amount",
)
COLUMNS = (
    *REQUIRED,
    *"member_id claim_line_start_date claim_line_end_date admission_date discharge_date place_of_service_code "
    "bill_type_code drg_code revenue_center_code service_unit_quantity hcpcs_code hcpcs_modifier_1 rendering_npi "
    "billing_npi facility_npi paid_date allowed_amount charge_amount diagnosis_code_type".split(),
    *_DIAGNOSES,
)
_INPATIENT_BILLS = "^(11|18|21|41|86)"


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed claim lines; see FileKind."""
    number = Field("claim_line_number", "int", required=True)
    start, end = Field("claim_start_date", "date", required=True), Field("claim_end_date", "date", required=True)
    line_start, line_end = Field("claim_line_start_date", "date"), Field("claim_line_end_date", "date")
    admitted, discharged = Field("admission_date", "date"), Field("discharge_date", "date")
    paid_on, units = Field("paid_date", "date"), Field("service_unit_quantity", "double")
    amounts = {name: Field(name, "money") for name in _AMOUNTS}
    person = F.coalesce("person_id", "member_id")
    service = (F.coalesce(line_start.value, start.value), F.coalesce(line_end.value, end.value))
    dates = [start, end, line_start, line_end, admitted, discharged, paid_on]
    fields = [Field("claim_id", required=True), number, Field("claim_type", required=True), *dates, units]
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*fields, *amounts.values()],
            F.when(person.isNull(), failed("missing_value", "person_id is empty")),
            F.when(service[1] < service[0], failed("bad_date", "the line ends before it starts")),
            F.when(discharged.value < admitted.value, failed("bad_date", "discharge_date lies before admission_date")),
        ).alias("failure"),
        F.concat_ws("-", "claim_id", number.value, F.lit(1)).alias("key"),
        person.alias("member_id"),
        F.lit(0).alias("preference"),
        *[whole_row_only(field.value).alias(name) for name, field in amounts.items()],
        "claim_id",
        number.value.alias("claim_line_number"),
        _claim_type().alias("claim_type"),
        _frequency().alias("claim_frequency_code"),
        service[0].alias("service_from"),
        service[1].alias("service_through"),
        admitted.value.alias("admission_date"),
        discharged.value.alias("discharge_date"),
        paid_on.value.alias("paid_date"),
        _billing().alias("provider_id"),
        F.col("rendering_npi").alias("physician_id"),
        F.col("place_of_service_code"),
        F.lpad("revenue_center_code", 4, "0").alias("revenue_center_code"),
        F.when(F.col("drg_code").rlike("^[0-9]{1,3}$"), F.lpad("drg_code", 3, "0")).alias("drg_code"),
        F.upper("hcpcs_code").alias("hcpcs_code"),
        F.col("hcpcs_modifier_1"),
        F.lower("diagnosis_code_type").alias("diagnosis_code_type"),
        _diagnoses().alias("diagnosis_codes"),
        units.value.alias("service_unit_quantity"),
    )


def lines(rows: DataFrame) -> DataFrame:
    """One claim line per row; paid is 0 where the row gives no payment."""
    return rows.withColumns(
        {
            "claim_line_id": F.col("key"),
            "claim_version": F.lit(1),
            "paid_amount": F.coalesce("paid_amount", F.lit(0)).cast("decimal(14,2)"),
            "known_date": F.greatest(F.coalesce("paid_date", "service_through"), F.col("service_from")),
        }
    )


def _claim_type() -> Column:
    inpatient = F.col("bill_type_code").rlike(_INPATIENT_BILLS) | F.col("drg_code").isNotNull()
    institutional = F.when(F.coalesce(inpatient, F.lit(False)), "inpatient").otherwise("outpatient")
    return F.when(F.lower("claim_type") == "institutional", institutional).otherwise("professional")


def _frequency() -> Column:
    digit = F.substring("bill_type_code", 3, 1)
    return F.when(digit.isin("7", "8"), digit).otherwise("1")


def _billing() -> Column:
    facility = F.when(F.lower("claim_type") == "institutional", F.col("facility_npi"))
    return F.coalesce(facility, "billing_npi", "rendering_npi")


def _diagnoses() -> Column:
    codes = F.array(*[F.upper(F.regexp_replace(name, r"[.\s]", "")) for name in _DIAGNOSES])
    return F.filter(codes, lambda code: code.isNotNull())

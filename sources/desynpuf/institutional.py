"""Inpatient and outpatient claims: one row per claim segment -> claim_lines.

- The payment is of the whole segment. It stands on the segment's first line; the lines of further HCPCS codes carry 0.
  Allowed is what all parties paid: payment, deductibles, coinsurance and primary payer.
- The billing provider is the facility (PRVDR_NUM), the physician the attending one.
- A claim that did not fit continues in segment 2, with codes and a payment of its own but without dates, physician
  or (meaningful) facility: it takes those of segment 1. Its lines are numbered from 46. A segment 2 whose segment 1 was
  not delivered is rejected as missing_first_segment.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.fields import AMOUNTS, COMMON, day, diagnoses, dollars, no_amount, paid_once
from sources.desynpuf.layout import REVENUE_SLOTS, slots
from sources.fields import Field, does_not_fit, failed, first_failure, whole_row_only
from sources.verdicts import WHERE

_OWN_OF_CLAIM = (
    *("service_from", "service_through", "admission_date", "discharge_date"),
    *("provider_id", "physician_id", "drg_code", "diagnosis_codes"),
)
_MOST_SEGMENTS = 99
_INPATIENT_SHARES = ("NCH_BENE_IP_DDCTBL_AMT", "NCH_BENE_PTA_COINSRNC_LBLTY_AM", "NCH_BENE_BLOOD_DDCTBL_LBLTY_AM")
_OUTPATIENT_SHARES = ("NCH_BENE_PTB_DDCTBL_AMT", "NCH_BENE_PTB_COINSRNC_AMT", "NCH_BENE_BLOOD_DDCTBL_LBLTY_AM")


def parse_inpatient(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed segments of stays; see FileKind."""
    admitted, discharged = day("CLM_ADMSN_DT"), day("NCH_BENE_DSCHRG_DT")
    own = {"admission_date": admitted.value, "discharge_date": discharged.value, "drg_code": F.col("CLM_DRG_CD")}
    return _parse(rows, [admitted, discharged], _INPATIENT_SHARES, own)


def parse_outpatient(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed segments of outpatient claims; see FileKind."""
    nothing = {name: F.lit(None).cast("date") for name in ("admission_date", "discharge_date")}
    return _parse(rows, [], _OUTPATIENT_SHARES, nothing | {"drg_code": F.lit(None).cast("string")})


def _parse(rows: DataFrame, more: list[Field], shares: tuple[str, ...], own: dict[str, Column]) -> DataFrame:
    start, end, counted = day("CLM_FROM_DT"), day("CLM_THRU_DT"), Field("SEGMENT", "int", required=True)
    segment = F.when(counted.value.between(1, _MOST_SEGMENTS), counted.value)
    paid = Field("CLM_PMT_AMT", "money", required=True)
    others = [Field(name, "money") for name in ("NCH_PRMRY_PYR_CLM_PD_AMT", *shares)]
    ids = [Field(name, required=True) for name in ("DESYNPUF_ID", "CLM_ID", "PRVDR_NUM")]
    allowed = sum([dollars(field.name) for field in others], start=dollars(paid.name))
    later = segment > 1
    codes = F.filter(
        F.array(*[F.col(name) for name in slots("HCPCS_CD", REVENUE_SLOTS)]), lambda code: code.isNotNull()
    )
    typed = rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*ids, counted, start, end, *more, paid, *others],
            F.when(segment.isNull(), failed("bad_number", f"SEGMENT is not 1 to {_MOST_SEGMENTS}")),
            *[
                F.when(~later & F.col(d.name).isNull(), failed("missing_value", f"{d.name} is empty"))
                for d in (start, end)
            ],
            F.when(end.value < start.value, failed("bad_date", "CLM_THRU_DT lies before CLM_FROM_DT")),
            does_not_fit(allowed, "CLM_PMT_AMT and what others paid"),
        ).alias("failure"),
        F.concat_ws("-", "CLM_ID", (segment - 1) * REVENUE_SLOTS + 1, F.lit(1)).alias("key"),
        F.col("DESYNPUF_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        no_amount().alias("charge_amount"),
        whole_row_only(allowed).alias("allowed_amount"),
        whole_row_only(paid.value).alias("paid_amount"),
        F.col("CLM_ID").alias("claim_id"),
        segment.alias("segment"),
        start.value.alias("service_from"),
        end.value.alias("service_through"),
        F.col("PRVDR_NUM").alias("provider_id"),
        F.col("AT_PHYSN_NPI").alias("physician_id"),
        diagnoses(10).alias("diagnosis_codes"),
        codes.alias("codes"),
        *[value.alias(name) for name, value in own.items()],
    )
    return _continued(typed)


def _continued(typed: DataFrame) -> DataFrame:
    """Give later segments what segment 1 says about the claim."""
    is_later = (F.coalesce("segment", F.lit(1)) > 1) & F.col("failure").isNull()
    first = typed.where(F.col("failure").isNull() & (F.col("segment") == 1))
    # A segment 1 that came twice counts as it came first: the row that is kept.
    claim = first.groupBy("claim_id").agg(F.min_by(F.struct(*_OWN_OF_CLAIM), F.struct(*WHERE)).alias("claim"))
    later = typed.where(is_later).join(claim, "claim_id", "left")
    orphan = failed("missing_first_segment", "segment 1 of the claim is not in the delivery or was rejected")
    inherited = {name: F.col(f"claim.{name}") for name in _OWN_OF_CLAIM}
    later = later.withColumns({"failure": F.when(F.col("claim").isNull(), orphan), **inherited}).drop("claim")
    return typed.where(~is_later).unionByName(later)


def lines(rows: DataFrame, claim_type: str) -> DataFrame:
    """One claim line per HCPCS code of a segment, one without a code where it has none."""
    codes = F.when(F.size("codes") > 0, F.col("codes")).otherwise(F.array(F.lit(None).cast("string")))
    each = rows.select("*", F.posexplode(codes).alias("position", "hcpcs_code"))
    number = ((F.col("segment") - 1) * REVENUE_SLOTS + F.col("position") + 1).cast("int")
    on_first = {name: F.when(F.col("position") == 0, F.col(name)).otherwise(F.lit(0)) for name in AMOUNTS[1:]}
    return each.withColumns(
        {
            **paid_once(),
            **on_first,
            "claim_line_number": number,
            "claim_line_id": F.concat_ws("-", "claim_id", number, F.lit(1)),
            "claim_type": F.lit(claim_type),
            "known_date": F.col("service_through"),
            "diagnosis_code_type": F.lit("icd-9-cm"),
        }
    ).drop(*[name for name in COMMON if name not in ("file_name", "row_number", "member_id")])

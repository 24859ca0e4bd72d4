"""Beneficiary summaries: one row per beneficiary per year -> members and eligibility.

Choices the files leave open:
- A file gives counts of covered months, not which. Months are taken to run without a gap from January; part A or B
  covers medical claims (the larger count), the plan months pharmacy claims. Coverage ends with the month of death.
  HMO months are counted as covered: the files hold claims of such members too.
- A summary is known at the end of its year. A member is known from the end of the first year that describes them,
  in the words of the last year (sex, birth and state never differ between years in the public samples).
- Race, county, chronic flags and yearly totals are not taken.
- A beneficiary may be in several samples. The row of a sample that brings its claims is kept, else the first file's;
  the others are rejected as duplicate_beneficiary, so that nothing counts twice and nothing vanishes.
- Claims of a sample without claim files are unknown, not zero: claims_complete is false for its beneficiaries.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.fields import COMMON, day, no_amount
from sources.desynpuf.samples import beneficiary_files_with_claims
from sources.desynpuf.ssa_states import BENEFICIARY_STATES, state_of
from sources.fields import Field, failed, first_failure

_MONTHS = ("BENE_HI_CVRAGE_TOT_MONS", "BENE_SMI_CVRAGE_TOT_MONS", "PLAN_CVRG_MOS_NUM")


def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
    """Typed beneficiary-years; see FileKind. `preference` is 0 for rows of samples that bring their claims."""
    birth, death = day("BENE_BIRTH_DT", required=True), day("BENE_DEATH_DT")
    months = [Field(name, "int", required=True) for name in _MONTHS]
    fields = [Field("DESYNPUF_ID", required=True), birth, death, Field("BENE_SEX_IDENT_CD", required=True), *months]
    year = F.regexp_extract("file_name", r"(?i).*DE1_0_(\d{4})_Beneficiary", 1).cast("int")
    covered, pharmacy = F.greatest(months[0].value, months[1].value), months[2].value
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            fields,
            *[F.when(~m.value.between(0, 12), failed("bad_number", f"{m.name} is not 0 to 12 months")) for m in months],
            F.when(death.value < birth.value, failed("bad_date", "BENE_DEATH_DT lies before BENE_BIRTH_DT")),
        ).alias("failure"),
        F.concat_ws("-", "DESYNPUF_ID", year).alias("key"),
        F.col("DESYNPUF_ID").alias("member_id"),
        (~F.col("file_name").isin(beneficiary_files_with_claims(delivery))).cast("int").alias("preference"),
        *[no_amount().alias(name) for name in ("charge_amount", "allowed_amount", "paid_amount")],
        year.alias("year"),
        birth.value.alias("birth_date"),
        death.value.alias("death_date"),
        F.coalesce(
            F.when(F.col("BENE_SEX_IDENT_CD") == "1", "male").when(F.col("BENE_SEX_IDENT_CD") == "2", "female"),
            F.lit("unknown"),
        ).alias("gender"),
        state_of(F.lpad("SP_STATE_CODE", 2, "0"), BENEFICIARY_STATES).alias("state"),
        covered.alias("medical_months"),
        pharmacy.alias("pharmacy_months"),
    )


def members(rows: DataFrame) -> DataFrame:
    """One row per beneficiary, as the last year describes them."""
    described = ("birth_date", "death_date", "gender", "state", "file_name", "row_number")
    by_member = rows.groupBy("member_id").agg(
        F.max_by(F.struct(*described), "year").alias("last"), F.min("year").alias("first_year")
    )
    return by_member.select("member_id", "last.*", _year_end(F.col("first_year")).alias("known_date"))


def eligibility(rows: DataFrame) -> DataFrame:
    """One row per beneficiary and span of the year with the same coverage: none, one or two a year."""
    # A beneficiary in two samples has claims if either brings them, so completeness is asked of the person.
    complete = rows.groupBy("member_id").agg((F.min("preference") == 0).alias("claims_complete"))
    both = F.least("medical_months", "pharmacy_months")
    longer = F.greatest("medical_months", "pharmacy_months")
    spans = F.array(
        _span(F.lit(0), both, F.lit(True), F.lit(True)), _span(both, longer, _only("medical"), _only("pharmacy"))
    )
    return (
        rows.join(complete, "member_id")
        .select(*COMMON[:2], "member_id", "year", "death_date", "claims_complete", F.explode(spans).alias("span"))
        .where("span.first < span.last")
        .select(
            *COMMON[:2],
            "member_id",
            "claims_complete",
            _month(F.col("span.first")).alias("enrollment_start_date"),
            F.least(F.date_sub(_month(F.col("span.last")), 1), F.last_day("death_date")).alias("enrollment_end_date"),
            F.lit("medicare").alias("market"),
            F.lit(None).cast("string").alias("group_id"),
            F.col("span.medical").alias("medical_coverage"),
            F.col("span.pharmacy").alias("pharmacy_coverage"),
            _year_end(F.col("year")).alias("known_date"),
        )
        .where("enrollment_start_date <= enrollment_end_date")
    )


def _only(kind: str) -> Column:
    other = "pharmacy" if kind == "medical" else "medical"
    return F.col(f"{kind}_months") > F.col(f"{other}_months")


def _span(first: Column, last: Column, medical: Column, pharmacy: Column) -> Column:
    """Months of the year from `first` (0 is January) up to `last` (not included)."""
    return F.struct(first.alias("first"), last.alias("last"), medical.alias("medical"), pharmacy.alias("pharmacy"))


def _month(months: Column) -> Column:
    return F.add_months(F.make_date(F.col("year"), F.lit(1), F.lit(1)), months)


def _year_end(year: Column) -> Column:
    return F.make_date(year, F.lit(12), F.lit(31))

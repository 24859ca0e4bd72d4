"""Beneficiary files: one row per beneficiary per year -> members and eligibility.

- Months are covered as the monthly indicators say: MDCR_ENTLMT_BUYIN_n_IND is 0 or empty without part A and B, and
  PTD_CNTRCT_mmm_ID empty, 0, N or X without part D. A file without indicators gives counts of months alone
  (A_MO_CNT, B_MO_CNT, HMO_MO_CNT, PLAN_CVRG_MO_CNT), taken to run without a gap from January. Coverage ends with the
  month of death.
- Claims of months in a Medicare Advantage plan (HMO_n_IND other than 0 and 4) go to the plan and not into these
  files: claims_complete is false for them.
- A year is known at its end. A member is known from the end of the first year that describes them, in the words of
  the last one.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.desynpuf.ssa_states import BENEFICIARY_STATES, state_of
from sources.fields import Field, failed, first_failure
from sources.rif.fields import day, no_amount
from sources.rif.layout import BUYIN, HMO, MONTH_COUNTS, PART_D

_YEARS = (1965, 2100)  # Medicare began in 1965
_NO_PLAN = ("0", "N", "X", "*")
_FEE_FOR_SERVICE = ("0", "4")


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed beneficiary-years; see FileKind. `months` holds the coverage of January to December."""
    birth, death, year = day("BENE_BIRTH_DT", True), day("DEATH_DT"), Field("RFRNC_YR", "int", True)
    counts = [Field(name, "int") for name in MONTH_COUNTS]
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [Field("BENE_ID", required=True), birth, death, Field("BENE_SEX_IDENT_CD", required=True), year, *counts],
            *[F.when(~c.value.between(0, 12), failed("bad_number", f"{c.name} is not 0 to 12 months")) for c in counts],
            F.when(~year.value.between(*_YEARS), failed("bad_number", "RFRNC_YR is not a year of Medicare")),
            F.when(death.value < birth.value, failed("bad_date", "DEATH_DT lies before BENE_BIRTH_DT")),
        ).alias("failure"),
        F.concat_ws("-", "BENE_ID", year.value).alias("key"),
        F.col("BENE_ID").alias("member_id"),
        F.lit(0).alias("preference"),
        *[no_amount().alias(name) for name in ("charge_amount", "allowed_amount", "paid_amount")],
        year.value.alias("year"),
        birth.value.alias("birth_date"),
        death.value.alias("death_date"),
        F.coalesce(
            F.when(F.col("BENE_SEX_IDENT_CD") == "1", "male").when(F.col("BENE_SEX_IDENT_CD") == "2", "female"),
            F.lit("unknown"),
        ).alias("gender"),
        state_of(F.lpad("STATE_CODE", 2, "0"), BENEFICIARY_STATES).alias("state"),
        F.array(*[_month(month) for month in range(1, 13)]).alias("months"),
    )


def members(rows: DataFrame) -> DataFrame:
    """One row per beneficiary, as the last year describes them."""
    described = ("birth_date", "death_date", "gender", "state", "file_name", "row_number")
    by_member = rows.groupBy("member_id").agg(
        F.max_by(F.struct(*described), "year").alias("last"), F.min("year").alias("first_year")
    )
    return by_member.select("member_id", "last.*", _year_end(F.col("first_year")).alias("known_date"))


def eligibility(rows: DataFrame) -> DataFrame:
    """One row per beneficiary and run of months of a year with the same coverage."""
    each = rows.select("file_name", "row_number", "member_id", "year", "death_date", "months", _starts().alias("start"))
    month = F.element_at("months", F.col("start"))
    return (
        each.select("*", month.alias("month"), _end(F.col("start")).alias("end"))
        .select(
            "file_name",
            "row_number",
            "member_id",
            F.make_date("year", "start", F.lit(1)).alias("enrollment_start_date"),
            F.least(F.last_day(F.make_date("year", "end", F.lit(1))), F.last_day("death_date")).alias(
                "enrollment_end_date"
            ),
            F.lit("medicare").alias("market"),
            (F.col("month.medical")).alias("medical_coverage"),
            (F.col("month.pharmacy")).alias("pharmacy_coverage"),
            (F.col("month.complete")).alias("claims_complete"),
            _year_end(F.col("year")).alias("known_date"),
        )
        .where("enrollment_start_date <= enrollment_end_date")
    )


def _month(month: int) -> Column:
    """Coverage of one month: medical, pharmacy, and whether its claims are in these files."""
    part_a, part_b, hmo, part_d = [_counted(name, month) for name in MONTH_COUNTS]
    return F.struct(
        _indicated(BUYIN, month, ("0",), part_a | part_b).alias("medical"),
        _indicated(PART_D, month, _NO_PLAN, part_d).alias("pharmacy"),
        (~_indicated(HMO, month, _FEE_FOR_SERVICE, hmo)).alias("complete"),
    )


def _counted(name: str, month: int) -> Column:
    return F.coalesce(Field(name, "int").value >= month, F.lit(False))


def _indicated(indicators: tuple[str, ...], month: int, none: tuple[str, ...], counted: Column) -> Column:
    """Whether the month's indicator says so; by count where the beneficiary has no indicator in any month."""
    given = F.coalesce(*[F.col(name) for name in indicators]).isNotNull()
    here = F.col(indicators[month - 1])
    return F.when(given, F.coalesce(~here.isin(*none), F.lit(False))).otherwise(counted)


def _starts() -> Column:
    """Months in which a run of covered months of one kind begins."""
    months, every = F.col("months"), F.sequence(F.lit(1), F.lit(12))

    def begins(month: Column) -> Column:
        this = F.element_at(months, month)
        first = (month == 1) | (this != F.element_at(months, F.greatest(month - 1, F.lit(1))))
        return (this["medical"] | this["pharmacy"]) & first

    return F.explode(F.filter(every, begins))


def _end(start: Column) -> Column:
    """Last month of the run that begins in `start`."""
    months, every = F.col("months"), F.sequence(F.lit(1), F.lit(12))

    def ends(month: Column) -> Column:
        following = F.element_at(months, F.least(month + 1, F.lit(12)))
        return (month >= start) & ((month == 12) | (F.element_at(months, month) != following))

    return F.array_min(F.filter(every, ends))


def _year_end(year: Column) -> Column:
    return F.make_date(year, F.lit(12), F.lit(31))

"""The OIG's List of Excluded Individuals and Entities: the monthly exclusion and reinstatement files, or many in one.

A row says who was excluded (or reinstated) and since when; the month of its file says when that could be known. Names,
birth dates and addresses are dropped as they are read: claims are matched by NPI alone, and `match_basis` says whether
that is possible. The NPI of ten zeros is a placeholder for none.
Source: OIG, "LEIE Database Supplements Downloads" and its record layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure
from sources.source import FileKind, Layout, Source
from sources.us_states import us_state

_PEOPLE = ("LASTNAME", "FIRSTNAME", "MIDNAME", "BUSNAME", "UPIN", "DOB", "ADDRESS", "CITY", "ZIP")
_COLUMNS = (*"GENERAL SPECIALTY NPI STATE EXCLTYPE EXCLDATE REINDATE WAIVERDATE WVRSTATE FILE".split(), *_PEOPLE)
_NO_DAY, _NO_NPI = "00000000", "0000000000"


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed rows of the list; see FileKind."""
    excluded = Field("EXCLDATE", "date", required=True, date_format="yyyyMMdd")
    reinstated, waived = (Field(name, "date", date_format="yyyyMMdd") for name in ("REINDATE", "WAIVERDATE"))
    npi = F.when(F.col("NPI") != _NO_NPI, F.col("NPI"))
    month = F.last_day(F.to_date(F.try_to_timestamp(_month(), F.lit("yyMM"))))
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [Field("EXCLTYPE", required=True), excluded, reinstated, waived],
            F.when(~npi.rlike("^[12][0-9]{9}$"), failed("bad_value", "NPI is not an NPI of ten digits")),
            F.when(month.isNull(), failed("missing_value", "neither FILE nor the file's name says the month")),
            F.when(reinstated.value < excluded.value, failed("bad_date", "REINDATE lies before EXCLDATE")),
        ).alias("failure"),
        F.concat_ws("|", _month(), F.coalesce(npi, "row_number"), "EXCLTYPE", "EXCLDATE", "REINDATE").alias("key"),
        F.lit(None).cast("string").alias("member_id"),
        F.lit(0).alias("preference"),
        *[F.lit(None).cast("decimal(14,2)").alias(f"{name}_amount") for name in ("charge", "allowed", "paid")],
        npi.alias("npi"),
        F.when(reinstated.value.isNull(), "excluded").otherwise("reinstated").alias("event"),
        F.col("EXCLTYPE").alias("exclusion_type"),
        F.col("GENERAL").alias("general_category"),
        F.col("SPECIALTY").alias("specialty"),
        us_state(F.col("STATE")).alias("state"),
        excluded.value.alias("exclusion_date"),
        reinstated.value.alias("reinstatement_date"),
        waived.value.alias("waiver_date"),
        us_state(F.col("WVRSTATE")).alias("waiver_state"),
        F.when(npi.isNull(), "none").otherwise("npi").alias("match_basis"),
        month.alias("known_date"),
    )


def _month() -> Column:
    """Year and month (yyMM) of the row's file: `1601EXCL` in FILE, else in the name of the delivered file."""
    named = F.regexp_extract(F.upper("file_name"), r"(\d{4})(?:EXCL|REIN)", 1)
    said = F.regexp_extract(F.upper(F.coalesce("FILE", F.lit(""))), r"^(\d{4})(?:EXCL|REIN)", 1)
    return F.coalesce(F.nullif(said, F.lit("")), F.nullif(named, F.lit("")))


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {"exclusions": rows["exclusions"]}


LEIE = Source(
    name="leie",
    expects="exclusion and reinstatement files of the OIG exclusions list: 1601excl.csv, 1601rein.csv, or many in one",
    example="underwatch ingest-claims --source leie --delivery downloads/leie",
    kinds=(
        FileKind(
            name="exclusions",
            pattern=re.compile(r"(?:\d{4}(?:excl|rein)|leie.*|.*exclusions.*)\.csv", re.IGNORECASE),
            columns=_COLUMNS,
            table="exclusions",
            parse=parse,
            example="1601excl.csv",
            layout=Layout(nulls=(_NO_DAY,), optional=("FILE", *_PEOPLE), unknown_columns="ignore"),
            member_columns=(),
            identifier_columns=_PEOPLE,
        ),
    ),
    tables=("exclusions",),
    canonical=_canonical,
)

"""Procedure-to-procedure edits: tab-separated text (or a CSV saved from the sheet) with the columns of the CMS file.

Column 1, Column 2, `*=In existence prior to 1996`, Effective Date, Deletion Date (`*=no data`), Modifier (0, 1, 9),
PTP Edit Rationale; dates are yyyymmdd. A copyright paragraph and a header of one or more lines come before the rows.
Source: CMS, "Medicare NCCI Procedure to Procedure (PTP) Edits", and MLN booklet "How to Use the Medicare NCCI Tools".
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog.errors import BadDelivery

_COLUMNS = ("column_1", "column_2", "before_1996", "effective", "deletion", "modifier", "rationale")
_NO_DATE = "*"
_MOST_OTHER_LINES = 200
"""Lines of all files that are no edits: notices and headers. More of them, and the file is another one."""


def read_ptp(spark: SparkSession, files: list[Path], setting: str) -> DataFrame:
    """Rows of `ncci_edits` of one setting from all parts of its table.

    Raises BadDelivery where a file has no such header, or a row has no readable date or indicator. Of rows that CMS
    repeats for one pair and day, the one that holds longest is kept.
    """
    if setting not in ("practitioner", "outpatient_hospital"):
        raise BadDelivery("these edits are of practitioner or outpatient_hospital; say which with --setting")
    for file in files:
        _check_header(file)
    rows = spark.read.csv(
        [str(file) for file in files],
        sep=_separator(files),
        schema=", ".join(f"{name} string" for name in _COLUMNS),
        encoding="ISO-8859-1",
        ignoreLeadingWhiteSpace=True,
        ignoreTrailingWhiteSpace=True,
    )
    codes = _is_code("column_1") & _is_code("column_2")
    edits = rows.where(codes).select(
        F.lit(setting).alias("setting"),
        F.upper("column_1").alias("column_1"),
        F.upper("column_2").alias("column_2"),
        _day("effective").alias("effective_date"),
        F.when(F.col("deletion") != _NO_DATE, _day("deletion")).alias("deletion_date"),
        F.regexp_extract("modifier", "^([019])", 1).alias("modifier_indicator"),
        (~F.coalesce(F.col("deletion") == _NO_DATE, F.lit(True)) & _day("deletion").isNull()).alias("bad_deletion"),
        F.lit(",".join(sorted(file.name for file in files))).alias("edition"),
    )
    _check_rows(rows, edits, codes)
    last = F.max_by(F.struct("deletion_date", "modifier_indicator", "edition"), F.coalesce("deletion_date", _far()))
    return edits.groupBy("setting", "column_1", "column_2", "effective_date").agg(last.alias("last")).select(
        "setting", "column_1", "column_2", "effective_date", "last.*"
    )  # fmt: skip


def _check_header(file: Path) -> None:
    with file.open(encoding="ISO-8859-1") as lines:
        start = "".join(line for line, _ in zip(lines, range(_MOST_OTHER_LINES), strict=False)).lower()
    if not all(words in start for words in ("column 1", "column 2", "modifier")):
        raise BadDelivery(f"{file.name} has no header of NCCI edits (Column 1, Column 2, ... Modifier)")


def _separator(files: list[Path]) -> str:
    with files[0].open(encoding="ISO-8859-1") as lines:
        header = next((line for line in lines if "column 2" in line.lower()), "")
    return "\t" if "\t" in header else ","


def _check_rows(rows: DataFrame, edits: DataFrame, codes: Column) -> None:
    unreadable = F.col("effective_date").isNull() | (F.col("modifier_indicator") == "") | F.col("bad_deletion")
    bad = edits.where(unreadable).count()
    if bad:
        raise BadDelivery(f"{bad} edits have no readable date or modifier indicator; download the file again")
    other = rows.where(~F.coalesce(codes, F.lit(False)) & F.col("column_1").isNotNull()).count()
    if other > _MOST_OTHER_LINES or edits.isEmpty():
        raise BadDelivery(f"{other} lines are no edits of two codes; load the PTP text files as CMS publishes them")


def _is_code(name: str) -> Column:
    return F.col(name).rlike("^[A-Za-z0-9]{4}[A-Za-z0-9]$") & F.col(name).rlike("[0-9]")


def _day(name: str) -> Column:
    return F.to_date(F.try_to_timestamp(F.col(name), F.lit("yyyyMMdd")))


def _far() -> Column:
    return F.lit("9999-12-31").cast("date")

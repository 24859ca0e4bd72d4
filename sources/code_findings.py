"""Codes of a staged batch that are not valid on the days of service they stand on, counted. They reject nothing.

Distinct codes of a batch are few, so they are looked up on the driver: one pass finds them with their first and last
day, and a second, over the rows that hold a faulty one alone, counts. Values that cannot be a code of their system
may be anything, a name too; they are replaced by their length before they leave Spark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.codes import SYSTEMS, faults
from sources.verdicts import WHERE

_CODE = ("table_name", "column_name", "code_system", "code")
_FAULTS = ", ".join(f"{name} string" for name in (*_CODE, "finding")) + ", fault_from date, fault_until date"
_SYSTEM_OF = {
    "hcpcs_code": "hcpcs",
    "place_of_service_code": "place-of-service",
    "revenue_center_code": "revenue-code",
    "drg_code": "ms-drg",
}
_SHAPE = {name: known.shape for name, known in SYSTEMS.items()}
_ICD_10_START = "2015-10-01"
_RATE_CODES = ("0022", "0023", "0024")
"""Revenue codes whose line has a rate code (HIPPS) in place of a procedure; these are not looked up."""


@dataclass(frozen=True)
class CodeFinding:
    """One row of the table code_findings, without source and batch."""

    table_name: str
    column_name: str
    code_system: str
    code: str
    finding: str
    row_count: int
    claim_count: int
    paid_amount: Decimal
    first_service: date
    last_service: date
    finding_share: float
    file_name: str
    row_number: int


def code_findings(staged: Mapping[str, DataFrame]) -> list[CodeFinding]:
    """Findings of the staged claim_lines and pharmacy_claims, the most frequent first."""
    parts = [_USES[table](staged[table]) for table in _USES if table in staged]
    if not parts:
        return []
    uses = reduce(DataFrame.unionByName, parts)
    codes = uses.groupBy(*_CODE).agg(
        F.count(F.lit(1)).alias("uses"), F.min("day").alias("first"), F.max("day").alias("last")
    ).collect()  # fmt: skip
    found = [(*[code[name] for name in _CODE], fault, span.valid_from, span.valid_until)
             for code in codes
             for fault, span in faults(code["code_system"], code["code"])
             if span.meets(code["first"], code["last"])]  # fmt: skip
    if not found:
        return []
    return _with_shares(_counted(uses, uses.sparkSession.createDataFrame(found, _FAULTS)), codes)


def findings_frame(spark: SparkSession, source: str, batch: str, found: list[CodeFinding]) -> DataFrame:
    """The table code_findings of one batch."""
    names = TABLES["code_findings"].column_names[2:]
    rows = [(source, batch, *[getattr(each, name) for name in names]) for each in found]
    return spark.createDataFrame(rows, TABLES["code_findings"].ddl)


def rows_by_finding(found: list[CodeFinding]) -> dict[str, dict[str, int]]:
    """Code system -> finding -> rows, for a log."""
    counts: dict[str, Counter[str]] = {}
    for each in found:
        counts.setdefault(each.code_system, Counter())[each.finding] += each.row_count
    return {system: dict(counted) for system, counted in sorted(counts.items())}


def _counted(uses: DataFrame, found: DataFrame) -> list[Row]:
    rows = uses.join(F.broadcast(found), list(_CODE)).where("day between fault_from and fault_until")
    return rows.groupBy(*_CODE, "finding").agg(
        F.count(F.lit(1)).alias("row_count"),
        F.countDistinct("claim_id").alias("claim_count"),
        F.coalesce(F.sum("paid_amount"), F.lit(0)).cast("decimal(18,2)").alias("paid_amount"),
        F.min("day").alias("first_service"),
        F.max("day").alias("last_service"),
        F.min(F.struct(*WHERE)).alias("one"),
    ).collect()  # fmt: skip


def _with_shares(rows: list[Row], codes: list[Row]) -> list[CodeFinding]:
    all_uses: Counter[tuple[str, ...]] = Counter()
    for code in codes:
        all_uses[tuple(code[name] for name in _CODE[:3])] += code["uses"]
    faulty: Counter[tuple[str, ...]] = Counter()
    found = []
    for row in rows:
        cells = row.asDict()
        one = cells.pop("one")
        found.append(CodeFinding(**cells, finding_share=0.0, file_name=one["file_name"], row_number=one["row_number"]))
        faulty[(*_column(found[-1]), found[-1].finding)] += found[-1].row_count
    shared = [replace(f, finding_share=faulty[(*_column(f), f.finding)] / all_uses[_column(f)]) for f in found]
    return sorted(shared, key=lambda f: (-f.row_count, f.column_name, f.code_system, f.code, f.finding))


def _column(found: CodeFinding) -> tuple[str, ...]:
    return found.table_name, found.column_name, found.code_system


def _line_uses(lines: DataFrame) -> DataFrame:
    """One row per code of a medical claim line, the day that decides on its validity beside it."""
    inpatient = F.col("claim_type") == "inpatient"
    day = F.when(inpatient, F.coalesce("discharge_date", "service_through")).otherwise(F.col("service_from"))
    revision = F.when(day < F.lit(_ICD_10_START).cast("date"), "icd-9-cm").otherwise("icd-10-cm")
    given = F.col("diagnosis_code_type").isin("icd-9-cm", "icd-10-cm")
    icd = F.when(given, F.col("diagnosis_code_type")).otherwise(revision)
    no_rate = ~F.coalesce(F.col("revenue_center_code").isin(*_RATE_CODES), F.lit(False))
    values = {name: F.col(name) for name in _SYSTEM_OF} | {"hcpcs_code": F.when(no_rate, F.col("hcpcs_code"))}
    singles = F.array(*[_use(name, F.lit(system), _SHAPE[system], values[name]) for name, system in _SYSTEM_OF.items()])
    diagnoses = F.transform(
        F.array_distinct("diagnosis_codes"), lambda code: _use("diagnosis_codes", icd, _SHAPE["icd-10-cm"], code)
    )
    return _exploded(lines, "claim_lines", day, F.concat(singles, F.coalesce(diagnoses, F.array())))


def _fill_uses(fills: DataFrame) -> DataFrame:
    ndc = _use("ndc_code", F.lit("ndc"), _SHAPE["ndc"], F.col("ndc_code"))
    return _exploded(fills, "pharmacy_claims", F.col("dispensing_date"), F.array(ndc))


_USES = {"claim_lines": _line_uses, "pharmacy_claims": _fill_uses}


def _use(column: str, system: Column, shape: str, code: Column) -> Column:
    """The code, or only its length where it is none that its system could have."""
    length = F.concat(F.lit("("), F.length(code), F.lit(" characters)"))
    readable = F.when(code.rlike(rf"^({shape})\z"), code).otherwise(length)
    return F.struct(F.lit(column).alias("column_name"), system.alias("code_system"), readable.alias("code"))


def _exploded(rows: DataFrame, table: str, day: Column, uses: Column) -> DataFrame:
    each = rows.select("claim_id", "paid_amount", *WHERE, day.alias("day"), F.explode(uses).alias("use"))
    filled = each.where(F.col("use.code").isNotNull())
    return filled.select("claim_id", "paid_amount", *WHERE, "day", F.lit(table).alias("table_name"), "use.*")

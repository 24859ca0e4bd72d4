"""Readable input tables: a few words per row, everything else a sensible default.

`-` is null; lists are written `a,b`. Short names stand for the columns one writes most (see `SHORT`). A blank line
starts another table, with its own header, of the same kind of rows.
"""

from __future__ import annotations

import re
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from catalog import TABLES
from features.known import History, line_frame, line_history

SHORT = {
    "claim": "claim_id",
    "line": "claim_line_number",
    "version": "claim_version",
    "freq": "claim_frequency_code",
    "type": "claim_type",
    "member": "member_id",
    "provider": "provider_id",
    "physician": "physician_id",
    "referrer": "referring_physician_id",
    "day": "service_from",
    "through": "service_through",
    "admitted": "admission_date",
    "discharged": "discharge_date",
    "received": "received_date",
    "known": "known_date",
    "place": "place_of_service_code",
    "revenue": "revenue_center_code",
    "drg": "drg_code",
    "code": "hcpcs_code",
    "modifier": "hcpcs_modifier_1",
    "dx": "diagnosis_codes",
    "dx_type": "diagnosis_code_type",
    "charge": "charge_amount",
    "allowed": "allowed_amount",
    "paid": "paid_amount",
    "ndc": "ndc_code",
    "supply": "days_supply",
    "born": "birth_date",
    "died": "death_date",
    "kind": "provider_kind",
    "start": "enrollment_start_date",
    "end": "enrollment_end_date",
    "complete": "claims_complete",
}
_UNITS = {"claim_lines": "service_unit_quantity", "pharmacy_claims": "quantity"}
_DEFAULTS: dict[str, dict[str, str]] = {
    "claim_lines": {
        "claim_version": "1",
        "claim_frequency_code": "1",
        "claim_type": "professional",
        "member_id": "m1",
        "provider_id": "p1",
        "hcpcs_code": "X1234",
        "service_unit_quantity": "1",
        "paid_amount": "100",
        "diagnosis_code_type": "icd-10-cm",
    },
    "pharmacy_claims": {
        "claim_version": "1",
        "claim_frequency_code": "1",
        "member_id": "m1",
        "provider_id": "rx1",
        "ndc_code": "00001000101",
        "quantity": "30",
        "days_supply": "30",
        "paid_amount": "20",
    },
    "members": {"birth_date": "1970-01-01", "gender": "female", "state": "OH", "known_date": "2020-01-01"},
    "providers": {"provider_kind": "practice", "specialty": "family", "state": "OH", "known_date": "2020-01-01"},
    "eligibility": {
        "member_id": "m1",
        "enrollment_start_date": "2020-01-01",
        "enrollment_end_date": "2029-12-31",
        "market": "large_group",
        "medical_coverage": "true",
        "pharmacy_coverage": "true",
        "claims_complete": "true",
        "known_date": "2020-01-01",
    },
}


def rows(spark: SparkSession, table: str, text: str) -> DataFrame:
    """A canonical table from a header line and one line per row."""
    described = [_filled(table, given, number) for number, given in enumerate(_given(table, text), 2)]
    columns = TABLES[table].columns
    values = [[row.get(column.name) for column in columns] for row in described]
    frame = spark.createDataFrame(values, ", ".join(f"{column.name} string" for column in columns))
    return frame.selectExpr(*[_cast(column.name, column.type) for column in columns])


def _given(table: str, text: str) -> list[dict[str, str]]:
    given = []
    for block in re.split(r"\n\s*\n", text.strip()):
        names, *lines = [line.split() for line in block.splitlines()] or [[]]
        names = [_UNITS.get(table, name) if name == "units" else SHORT.get(name, name) for name in names]
        given += [dict(zip(names, line, strict=True)) for line in lines]
    return given


def history(
    spark: SparkSession, lines: str = "", fills: str = "", members: str = "", providers: str = "", eligibility: str = ""
) -> History:
    """A whole book from specs; tables not given are empty."""
    return History(
        line_history(line_frame(rows(spark, "claim_lines", lines), rows(spark, "pharmacy_claims", fills))),
        rows(spark, "members", members),
        rows(spark, "providers", providers),
        rows(spark, "eligibility", eligibility),
    )


def by_key(frame: DataFrame, *key: str) -> dict[Any, Row]:
    """{key: row} of a table; fails where a key appears twice."""
    found = frame.collect()
    keyed = {row[key[0]] if len(key) == 1 else tuple(row[name] for name in key): row for row in found}
    assert len(keyed) == len(found), f"some {key} appears twice"
    return keyed


def column(frame: DataFrame, key: str, name: str) -> dict[Any, Any]:
    """{key: value} of one column, for comparison with what is expected."""
    return {row[0]: row[1] for row in frame.select(key, name).collect()}


def _filled(table: str, given: dict[str, str], number: int) -> dict[str, str | None]:
    row: dict[str, Any] = {name: None if value == "-" else value for name, value in given.items()}
    for name, value in _DEFAULTS[table].items():
        row.setdefault(name, value)
    if table == "claim_lines":
        row.setdefault("claim_line_number", str(number - 1))
        row.setdefault("service_through", row["service_from"])
    if table == "pharmacy_claims":
        row.setdefault("dispensing_date", row.pop("service_from", None))
    if "claim_id" in row:
        day = row.get("service_through") or row.get("dispensing_date")
        line_number = row.get("claim_line_number", "1")
        row.setdefault("claim_line_id", f"{row['claim_id']}-{line_number}-{row['claim_version']}")
        row.setdefault("received_date", day)
        row.setdefault("known_date", row["received_date"] or day)
        row.setdefault("allowed_amount", row["paid_amount"])
        row.setdefault("charge_amount", row["allowed_amount"])
    row |= {"source": "spec", "file_name": f"{table}.csv", "row_number": str(number)}
    row.setdefault("batch_id", "b1")
    return row


def _cast(name: str, kind: str) -> str:
    if kind.startswith("array"):
        return f"cast(split({name}, ',') as {kind}) as {name}"
    return f"cast({name} as {kind}) as {name}"

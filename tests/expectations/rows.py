"""Plain rows that pass every check of their table, to be spoilt in one place by a test."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from catalog.table import Column

AS_OF = "2025-12-31"
_BY_TYPE = {
    "string": "'x'",
    "date": "date'2025-06-01'",
    "timestamp": "timestamp'2026-01-02 03:04:05'",
    "boolean": "true",
    "int": "1",
    "bigint": "1",
    "double": "1.0D",
    "map<string,double>": "map('50000', 0.1D)",
    "array<string>": "array('l1')",
    "array<struct<code:string,lines:array<string>>>": "array(named_struct('code', 'UNITS', 'lines', array('l1')))",
}
_BY_NAME = {
    "batch_id": "'june'",
    "source": "'synthetic'",
    "as_of": f"date'{AS_OF}'",
    "known_date": "date'2025-06-20'",
    "member_id": "'m1'",
    "provider_id": "'p1'",
    "claim_type": "'professional'",
    "claim_id": "'c1'",
    "is_reversal": "false",
    "event": "'excluded'",
    "match_basis": "'npi'",
    "npi": "'1234567893'",
    "exclusion_type": "'1128b4'",
    "claim_frequency_code": "'1'",
    "diagnosis_code_type": "'icd-10-cm'",
    "gender": "'female'",
    "market": "'individual'",
    "provider_kind": "'practice'",
    "edge_type": "'member_provider'",
    "age_band": "'35-44'",
    "target_type": "'provider'",
    "outcome": "'unfounded'",
    "selection": "'tip'",
    "fraud_probability": "0.5D",
    "score_basis": "'supervised'",
    "expected_recovery": "50.00",
    "recovery_rank": "1",
    "recovery_basis": "'assumed'",
    "review_lane": "'money'",
    "allowed_inpatient": "0.00",
    "allowed_outpatient": "0.00",
    "allowed_pharmacy": "0.00",
    "expected_cost_lower": "1.00",
    "expected_cost_upper": "900.00",
    "tree_score": "0.1D",
    "reasons": "array(named_struct('code', 'UNITS', 'text', 'Bills 9 units', 'value', 9D, 'expected', 1D, "
    "'contribution', 0.4D, 'evidence', array('l1')))",
    "known_by": "date'2026-12-31'",
    "decided_date": "date'2025-06-02'",
    "enrollment_end_date": "date'2025-12-31'",
    "cost_12m": "4.0D",
    "medical_coverage": "true",
    "age": "40.0D",
    "paid_vs_code_max": "1.0D",
    "table_name": "'claim_lines'",
    "reason": "'bad_date'",
    "total_paid": "100.0D",
    "change": "'unchanged'",
    "provider_ids": "array('p1', 'p2', 'p3')",
    "provider_count": "3",
    "strongest_provider_id": "'p1'",
    "shared_member_ids": "array('m1')",
    "shared_member_share": "0.5D",
    "pair_shared": "12.0D",
    "bound_by": "'members'",
    "left_provider_id": "'p1'",
    "right_provider_id": "'p2'",
    "provider_entity_id": "'p1'",
    "npi_conflict": "false",
    "ndc_code": "'00001000101'",
    "product_code": "'000010001'",
    "drug_class": "'Insulin Analog'",
    "setting": "'practitioner'",
    "column_1": "'80053'",
    "column_2": "'82947'",
    "effective_date": "date'2020-01-01'",
    "modifier_indicator": "'1'",
    "adjudication_indicator": "'3'",
    "hcpcs_code": "'99213'",
    "claim_line_number": "1",
    "finding": "'unknown'",
    "code_system": "'hcpcs'",
    "finding_share": "0.001D",
    "features_read": "array('age')",
    "members_digest": "repeat('a', 64)",
    "policy": "repeat('b', 64)",
    "verdict": "'permitted'",
    "status": "'known'",
    "unknown_member_count": "0",
    "no_history_member_count": "0",
    "manual_pmpm": "480.0D",
    "experience_pmpm": "520.0D",
    "experience_months": "1200.0D",
    "expected_pmpm": "500.0D",
    "lower": "400.0D",
    "upper": "600.0D",
    "version_id": "'x-x'",
    "alert": "'not_measured'",
    "check_name": "'volume'",
    "specific_stop_loss": "map('50000', 900D, '100000', 500D, '250000', 100D)",
}
_ZERO = {f"{part}_{side}" for part in ("rows", "charge", "allowed", "paid") for side in ("rejected", "superseded")}


def rows(spark: SparkSession, table: str, *changes: dict[str, str]) -> DataFrame:
    """One plain row of `table` per dict, with the columns it names as the Spark SQL it gives. No dicts, no rows."""
    columns = TABLES[table].columns
    if not changes:
        return spark.createDataFrame([], TABLES[table].ddl)
    selects = [
        "select " + ", ".join(f"cast({change.get(c.name) or _plain(c)} as {c.type}) as `{c.name}`" for c in columns)
        for change in changes
    ]
    return spark.sql(" union all ".join(selects)).coalesce(1)


def _plain(column: Column) -> str:
    if column.name in _BY_NAME:
        return _BY_NAME[column.name]
    if column.name in _ZERO:
        return "0"
    if column.name == "paid_amount" or column.name.endswith(("_read", "_accepted")):
        return "1" if column.name.startswith("rows") else "100.00"
    if column.nullable and column.role != "feature":
        return "null"
    return "100.00" if column.type.startswith("decimal") else _BY_TYPE[column.type]

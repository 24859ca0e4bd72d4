"""Every table says what it holds, and the published ones keep their contract with readers."""

from __future__ import annotations

import re

import pytest

from catalog import TABLES
from catalog.table import LINEAGE, PROVENANCE, Column, Table

# What architecture.md promises to readers. Columns may be added; none may be renamed or change its meaning.
LINEAGE_NAMES = "model_name model_version run_id scored_at"
CONTRACT = {
    "scored_claims": "claim_id as_of batch_id claim_type provider_id member_id service_from service_through "
    f"paid_amount fraud_probability score_basis fraud_rank scheme expected_recovery reasons {LINEAGE_NAMES}",
    "scored_providers": "provider_id as_of peer_group claim_count paid_amount fraud_probability score_basis "
    f"fraud_rank tree_score graph_score expected_recovery case_id reasons {LINEAGE_NAMES}",
    "cases": "case_id as_of provider_ids provider_count claim_count paid_amount "
    "shared_member_count shared_member_share "
    "shared_member_ids shared_physician_ids shared_tax_ids shared_zip_codes bound_by strongest_provider_id "
    f"fraud_probability fraud_rank score_basis reasons {LINEAGE_NAMES}",
    "risk_predictions": "member_id as_of horizon_months expected_cost expected_cost_lower expected_cost_upper "
    f"relative_risk high_cost_probability reasons {LINEAGE_NAMES}",
    "underwriting_quotes": "request_id requested_by requested_at market purpose group_id member_count expected_pmpm "
    f"lower upper credibility relative_risk large_claim_expectation reasons refused_reason {LINEAGE_NAMES}",
    "underwriting_members": "request_id row_number member_id status expected_cost expected_cost_lower "
    f"expected_cost_upper relative_risk high_cost_probability reasons {LINEAGE_NAMES}",
}
KEYS = {
    "scored_claims": ("claim_id", "as_of"),
    "scored_providers": ("provider_id", "as_of"),
    "cases": ("case_id", "as_of"),
    "risk_predictions": ("member_id", "as_of"),
    "underwriting_quotes": ("request_id",),
    "underwriting_members": ("request_id", "row_number"),
}
ALWAYS_PRESENT = {"fraud_rank", "score_basis", "reasons", "expected_cost", *LINEAGE_NAMES.split()}
TYPES = re.compile(
    r"string|int|bigint|double|boolean|date|timestamp|decimal\(1[48],2\)|array<string>|map<string,double>|array<struct<.*>>"
)


def _columns() -> list[tuple[Table, Column]]:
    return [(table, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("name", CONTRACT)
def test_what_readers_rely_on_is_there(name: str) -> None:
    table = TABLES[name]
    assert set(CONTRACT[name].split()) <= set(table.column_names)
    partition = "request_id" if name.startswith("underwriting") else "as_of"  # answered one by one, not by the day
    assert (table.key, table.partition, table.layer) == (KEYS[name], partition, "published")
    absent = {column.name for column in table.columns if column.nullable} & ALWAYS_PRESENT
    assert absent == set()


def test_published_tables_are_those_of_the_contract() -> None:
    assert {name for name, table in TABLES.items() if table.layer == "published"} == set(CONTRACT)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_table_says_what_it_is(table: Table) -> None:
    assert re.fullmatch(r"One row per .*\.", table.grain)
    assert table.readers
    assert len(set(table.column_names)) == len(table.columns)
    assert set(table.key) <= set(table.column_names)
    assert not [name for name in table.key if table.column(name).nullable]
    assert table.partition in table.column_names
    assert not table.column(table.partition).nullable


def test_key_columns_are_columns_of_the_key() -> None:
    marked = [(t.name, c.name) for t, c in _columns() if c.role == "key" and c.name not in (*t.key, t.partition)]
    assert marked == []


def test_every_column_is_described() -> None:
    assert [(table.name, column.name) for table, column in _columns() if not column.description.strip()] == []


def test_types_are_those_the_house_uses() -> None:
    assert [(t.name, c.name, c.type) for t, c in _columns() if not TYPES.fullmatch(c.type)] == []


def test_money_is_dollars_and_cents() -> None:
    money = [column for _, column in _columns() if column.name.endswith("_amount") and column.role != "feature"]
    assert {column.unit for column in money} == {"USD"}
    assert all(column.type.startswith("decimal") for column in money)


def test_a_feature_that_can_be_a_reason_has_a_code_and_a_sentence_with_its_value() -> None:
    reasons = [column for _, column in _columns() if column.role == "feature" and (column.code or column.reason)]
    assert reasons
    assert [c.name for c in reasons if not re.fullmatch(r"[A-Z][A-Z0-9_]*", c.code) or not c.reason] == []
    fields = {field for c in reasons for field in re.findall(r"{(\w*)}", c.reason)}
    assert fields <= {"value", "expected"}


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.layer == "feature"])
def test_features_hold_for_a_day(name: str) -> None:
    assert "as_of" in TABLES[name].key


def test_rows_say_where_they_came_from() -> None:
    for table in TABLES.values():
        if table.layer == "canonical":
            assert table.columns[-len(PROVENANCE) :] == PROVENANCE
        if table.name in CONTRACT:
            assert table.columns[-len(LINEAGE) :] == LINEAGE


def test_a_column_that_is_not_there() -> None:
    assert TABLES["members"].column("member_id").type == "string"
    with pytest.raises(KeyError, match="members has no column member"):
        TABLES["members"].column("member")

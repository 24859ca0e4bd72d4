"""A table as a CSV file that a spreadsheet can open without running any of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.export import export
from lake import AuditLog, Lake
from tests.expectations.rows import rows

FORMULAS = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "=cmd|' /C calc'!A0"]

QUOTE = "'"


def _exported(lake: Lake, table: str, file: Path) -> list[dict[str, str]]:
    export(table, file, lake.root)
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_column_and_row_is_written(
    spark: SparkSession, lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = [{"claim_id": f"'c{number}'", "paid_amount": f"-{number}.50"} for number in range(3)]
    lake.overwrite(rows(spark, "scored_claims", *claims), "scored_claims", "2025-12-31")
    file = tmp_path / "new" / "claims.csv"
    written = _exported(lake, "scored_claims", file)
    assert list(written[0]) == TABLES["scored_claims"].column_names
    assert {row["claim_id"]: row["paid_amount"] for row in written} == {"c0": "-0.50", "c1": "-1.50", "c2": "-2.50"}
    assert json.loads(written[0]["reasons"])[0]["evidence"] == ["l1"]
    assert (written[0]["as_of"], written[0]["scheme"]) == ("2025-12-31", "")
    assert capsys.readouterr().out == f"wrote 3 rows to {file}\n"


def test_the_audit_log_says_who_took_what(
    spark: SparkSession, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWATCH_ACTOR", "ana")
    lake.overwrite(rows(spark, "scored_claims", {}, {}), "scored_claims", "2025-12-31")
    _exported(lake, "scored_claims", tmp_path / "doe_jane.csv")
    (entry,) = AuditLog(lake.root).entries()
    assert (entry.actor, entry.action, entry.subject) == ("ana", "export", "scored_claims")
    assert entry.details == {"rows": 2, "version": lake.version("scored_claims")}, "no file name: it may be a member's"


def test_maps_are_json(spark: SparkSession, lake: Lake, tmp_path: Path) -> None:
    lake.overwrite(rows(spark, "risk_predictions", {}), "risk_predictions", "2025-12-31")
    (row,) = _exported(lake, "risk_predictions", tmp_path / "risk.csv")
    assert json.loads(row["high_cost_probability"]) == {"50000": 0.1}


def test_no_cell_is_a_formula(spark: SparkSession, lake: Lake, tmp_path: Path) -> None:
    texts = [*FORMULAS, "plain", "1-2"]
    numbered = [
        {"provider_id": f"'p{n}'", "specialty": f"'{text.replace(QUOTE, QUOTE * 2)}'"} for n, text in enumerate(texts)
    ]
    lake.overwrite(rows(spark, "providers", *numbered), "providers", "june")
    cells = {row["provider_id"]: row["specialty"] for row in _exported(lake, "providers", tmp_path / "p.csv")}
    assert cells == {f"p{n}": f"'{text}" if text in FORMULAS else text for n, text in enumerate(texts)}


def test_an_unknown_table_names_those_there_are(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(MissingTable, match=r"there is no table scored_clams; tables are .*scored_claims"):
        export("scored_clams", tmp_path / "x.csv", lake.root)


def test_a_table_without_rows_is_its_header(spark: SparkSession, lake: Lake, tmp_path: Path) -> None:
    lake.overwrite(rows(spark, "cases"), "cases", "2025-12-31")
    file = tmp_path / "cases.csv"
    assert _exported(lake, "cases", file) == []
    assert file.read_text().strip() == ",".join(TABLES["cases"].column_names)


def test_a_table_never_built_says_what_to_do(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(MissingTable, match="has no table scored_claims; run the job that builds it first"):
        export("scored_claims", tmp_path / "x.csv", lake.root)
    assert not (tmp_path / "x.csv").exists()

"""Where published rows came from, told from what commits, recipes and the audit log of a made-up lake say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import Schema
from typer.testing import CliRunner

from catalog import TABLES
from catalog.errors import MissingTable, NotTheSame
from jobs.cli import app
from jobs.lineage import lineage, steps
from jobs.recipe import Recipe, code_now, digest
from jobs.replay import published
from lake import AuditLog, Lake
from lake.arrow_types import arrow_schema
from lake.staged import Staged

DAY = "2025-12-31"
RUN = "4f1c0d"


def commit(lake: Lake, table: str, partition: str, rows: list[dict[str, object]], run: str, recipe: str = "") -> int:
    """Commit rows (absent columns are null) with the run and the recipe that the commit is to keep."""
    schema = arrow_schema(TABLES[table])
    file = f"{TABLES[table].partition}={partition}/{run}/part-0.parquet"
    path = Path(lake.path(table)) / file
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema), path)
    described = Schema.from_arrow(schema).to_json()
    return lake.commit(Staged(table, partition, {file: path.stat().st_size}, described, recipe), run)


def audited(batch: str, name: str, sha256: str) -> dict[str, object]:
    nothing = {column.name: Decimal(0) for column in TABLES["delivery_audit"].columns if "decimal" in column.type}
    told = {"source": "canonical", "batch_id": batch, "file_name": name, "file_sha256": sha256}
    counts = {"rows_read": 12, "rows_accepted": 10, "rows_rejected": 2, "ingested_at": datetime(2026, 1, 2, tzinfo=UTC)}
    return {**nothing, **told, **counts}


def line(claim: str, batch: str, name: str) -> dict[str, object]:
    return {"claim_id": claim, "member_id": "m-secret", "batch_id": batch, "file_name": name, "row_number": 1}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two batches, features built from the first alone, claims scored once; the second batch came in between."""
    lake = Lake(str(tmp_path / "lake"))
    commit(lake, "delivery_audit", "june", [audited("june", "lines.csv", "aa" * 32)], "ingest-claims 1")
    commit(lake, "claim_lines", "june", [line("c1", "june", "lines.csv"), line("c2", "june", "lines.csv")], "ingest 1")
    commit(lake, "claim_features", DAY, [], "build-features 77 (ncci_edits 2025Q4)")
    commit(lake, "delivery_audit", "july", [audited("july", "more.csv", "bb" * 32)], "ingest-claims 2")
    commit(lake, "claim_lines", "july", [line("c2", "july", "more.csv")], "ingest-claims 2")
    recipe = Recipe(
        command="score-claims",
        as_of=DAY,
        parameters={},
        tables=lake.versions(["delivery_audit", "claim_lines", "claim_features"]),
        models={"fraud_claim": {"version": "3", "run_id": "abc", "fingerprint": "ff" * 16}},
        policies={"ncci_edits": "2025Q4"},
        code=code_now(),
        packages={"numpy": "2.4.6"},
    )  # fmt: skip
    log = AuditLog(lake.root)
    log.append(actor="tom", action="register", subject="fraud_claim", details={"version": "3"})
    log.append(actor="Ada Long", action="promote", subject="fraud_claim", details={"version": "3"})
    text = recipe.to_json()
    rows: list[dict[str, object]] = [
        {"claim_id": one, "as_of": date(2025, 12, 31), "run_id": RUN} for one in ("c1", "c2")
    ]
    version = commit(lake, "scored_claims", DAY, rows, "publish", text)
    said = {"as_of": DAY, "version": version, "recipe_sha256": digest(text)}
    log.append(actor="jane", action="publish", subject="scored_claims", details=said)
    # What comes later is not what these rows came from.
    commit(lake, "delivery_audit", "august", [audited("august", "late.csv", "cc" * 32)], "ingest-claims 3")
    commit(lake, "claim_lines", "august", [line("c1", "august", "late.csv")], "ingest-claims 3")
    return lake


def told(lake: Lake, row: str = "") -> list[tuple[str, str, str]]:
    (each,) = published(lake, RUN)
    return [(one.kind, one.name, one.said) for one in steps(lake, each, row)]


def test_from_the_delivery_to_the_published_rows(lake: Lake) -> None:
    found = told(lake)
    assert [(kind, name) for kind, name, _ in found] == [
        ("delivery", "july/more.csv"),
        ("delivery", "june/lines.csv"),
        ("canonical table", "claim_lines"),
        ("feature table", "claim_features"),
        ("policy", "ncci_edits"),
        ("model", "fraud_claim"),
        ("code", "score-claims"),
        ("published", "scored_claims"),
    ]
    said = {name: words for _, name, words in found}
    assert "aa" * 32 in said["june/lines.csv"] and "10 rows accepted, 2 rejected" in said["june/lines.csv"]
    assert said["claim_features"].startswith("build-features 77")
    assert "promote by Ada Long" in said["fraud_claim"] and "MLflow run abc" in said["fraud_claim"]
    assert said["score-claims"].startswith("the code now installed; numpy 2.4.6")
    assert said["scored_claims"] == f"2 rows of run {RUN}; published by jane, entry 3 of the audit log"


def test_a_batch_that_came_after_the_features_is_told_as_such(lake: Lake) -> None:
    said = {name: words for _, name, words in told(lake)}["claim_lines"]
    assert said.startswith("batches july, june") and "younger than the features" in said


def test_a_row_names_only_the_files_its_lines_came_from(lake: Lake) -> None:
    assert [name for kind, name, _ in told(lake, "c1") if kind == "delivery"] == ["june/lines.csv"]
    two = [(name, words) for kind, name, words in told(lake, "c2") if kind == "delivery"]
    assert [name for name, _ in two] == ["july/more.csv", "june/lines.csv"]
    assert all(words.endswith("1 lines of this row") for _, words in two)
    with pytest.raises(MissingTable, match="no such claim_id"):
        told(lake, "c9")


def test_the_command_prints_and_writes_a_page(lake: Lake) -> None:
    shown = CliRunner().invoke(app, ["lineage", "scored_claims", "--as-of", DAY, "--lake", lake.root])
    assert shown.exit_code == 0, shown.output
    page = (Path(lake.root) / "lineage" / f"scored_claims-{DAY}.html").read_text()
    for words in ("june/lines.csv", "aa" * 32, "build-features 77 (ncci_edits 2025Q4)", "Ada Long", "jane", RUN):
        assert words in page, words
    assert "m-secret" not in page and "late.csv" not in page and "<script" not in page


def test_a_recipe_that_the_audit_log_does_not_know_is_refused(lake: Lake) -> None:
    rows: list[dict[str, object]] = [{"claim_id": "c1", "as_of": date(2025, 12, 31), "run_id": "other"}]
    (each,) = published(lake, RUN)
    version = commit(lake, "scored_claims", DAY, rows, "forged", each.recipe.to_json().replace("2.4.6", "9.9.9"))
    said = {"as_of": DAY, "version": version, "recipe_sha256": "00"}
    AuditLog(lake.root).append(actor="jane", action="publish", subject="scored_claims", details=said)
    with pytest.raises(NotTheSame, match="not what the audit log knows"):
        lineage("scored_claims", as_of=DAY, version=-1, row="", out="", lake=lake.root)

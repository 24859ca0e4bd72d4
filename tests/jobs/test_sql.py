"""Questions to the lake: right answers, errors that help, and no way to change anything."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from catalog.table import Table
from jobs.sql import BadQuery, answer, sql
from lake import Lake
from tests.expectations.rows import rows
from tests.lake.tables import members


@pytest.fixture(scope="module")
def asked(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("sql") / "lake"))
    for batch, ids in {"june": ("m1", "m2"), "july": ("m3",)}.items():
        lake.overwrite(members(spark, batch, *ids), "members", batch)
    lake.overwrite(rows(spark, "scored_claims", {}), "scored_claims", "2025-12-31")
    return lake


def test_answers(asked: Lake) -> None:
    counts = answer(asked, "select batch_id, count(*) as n from members group by 1 order by 1")
    assert counts == (["batch_id", "n"], [("july", 1), ("june", 2)])
    _, [(when, day, text, evidence)] = answer(
        asked, "select scored_at, as_of, reasons[1].text, reasons[1].evidence from scored_claims"
    )
    assert (str(when), str(day), text, evidence) == ("2026-01-02 03:04:05", "2025-12-31", "Bills 9 units", ["l1"])


@pytest.mark.parametrize(
    "query", ["show tables", "describe members", "summarize members", "explain from members", "from members limit 1"]
)
def test_whatever_only_looks_is_answered(asked: Lake, query: str) -> None:
    assert answer(asked, query)[1]


def test_readers_see_the_newest_version(spark: SparkSession, lake: Lake) -> None:
    for one in ("m1", "m2"):
        lake.overwrite(members(spark, "june", one), "members", "june")
    assert answer(lake, "select member_id from members")[1] == [("m2",)]


def test_batches_from_before_a_column_was_added_have_nulls_in_it(
    spark: SparkSession, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TABLES["members"]
    before = Table(**{**vars(now), "columns": tuple(c for c in now.columns if c.name != "state")})
    monkeypatch.setitem(TABLES, "members", before)
    lake.overwrite(rows(spark, "members", {"member_id": "'m1'"}), "members", "june")
    monkeypatch.setitem(TABLES, "members", now)
    lake.overwrite(rows(spark, "members", {"member_id": "'m2'", "state": "'OH'"}), "members", "july")
    assert answer(lake, "select member_id, state from members order by 1")[1] == [("m1", None), ("m2", "OH")]
    assert dict(lake.read(spark, "members").select("member_id", "state").collect()) == {"m1": None, "m2": "OH"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select * from scored_clams", "scored_clams does not exist"),
        ("select nope from members", 'column "nope" not found'),
        ("selekt 1", "syntax error"),
        ("select cast(member_id as int) from members", "Could not convert"),
    ],
)
def test_a_wrong_query_says_why_and_names_the_tables(asked: Lake, query: str, words: str) -> None:
    with pytest.raises(BadQuery, match=words) as error:
        answer(asked, query)
    assert f"Tables in {asked.root}: members, scored_claims" in str(error.value)


def test_an_empty_lake_says_what_to_do(lake: Lake) -> None:
    with pytest.raises(BadQuery, match="none: run `underwatch run` first"):
        answer(lake, "select * from scored_claims")


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{outside}'",
        "copy (select 1) to '{file}' (format parquet, use_tmp_file false)",
        "with x as (copy (select 1) to '{file}' (format parquet, use_tmp_file false)) select 1",
        "explain analyze copy (select 1) to '{file}' (format parquet, use_tmp_file false)",
        "attach '{outside}'",
        "export database '{outside}'",
        "select * from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('{root}/*')",
        "set enable_external_access = true",
        "select 1; copy (select 1) to '{outside}'",
    ],
)
def test_a_query_cannot_reach_a_file(asked: Lake, tmp_path: Path, query: str) -> None:
    (file,) = asked.files("scored_claims")
    outside = tmp_path / "outside"
    with pytest.raises(BadQuery):
        answer(asked, query.format(file=file, root=asked.root, outside=outside))
    assert not outside.exists()
    assert duckdb.read_parquet(file).project("claim_id").fetchall() == [("c1",)]
    assert answer(asked, "select count(*) from scored_claims")[1] == [(1,)]


def test_prints_csv(asked: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    sql("select member_id, state from members order by 1", asked.root, as_csv=True)
    assert capsys.readouterr().out.splitlines() == ["member_id,state", "m1,", "m2,", "m3,"]


@pytest.mark.parametrize(("limit", "shown", "told"), [(2, 2, "there are more than 2 rows"), (3, 3, ""), (0, 3, "")])
def test_prints_up_to_the_limit_and_says_so(
    asked: Lake, capsys: pytest.CaptureFixture[str], limit: int, shown: int, told: str
) -> None:
    sql("select member_id from members order by 1", asked.root, as_csv=True, limit=limit)
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["m1", "m2", "m3"][:shown]
    assert told in err and bool(told) == bool(err)


def test_prints_a_table_with_every_value_whole(asked: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    sql(f"select '{long}' as long, '[red]:1:[/x]' as odd, null as none", asked.root)
    out = capsys.readouterr().out
    assert long in out and "[red]:1:[/x]" in out and "None" not in out

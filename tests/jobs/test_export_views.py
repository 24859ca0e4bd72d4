"""A DuckDB file of views, as other tools open it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.export_views import export_views
from lake import Lake
from tests.lake.plain import commit_run


def test_another_tool_reads_the_tables_and_their_comments(lake: Lake, tmp_path: Path) -> None:
    for table in ("cases", "scored_claims"):
        commit_run(lake, table, "first")
    file = tmp_path / "new" / "it's.duckdb"
    for version, run in enumerate(("first", "second")):
        commit_run(lake, "scored_claims", run, count=2 + version)
        export_views(file, lake.root)
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute("select distinct run_id, count(*) over () from scored_claims").fetchall()
            assert found == [(run, 2 + version)]
            (comment,) = connection.execute("select comment from duckdb_views() where view_name = 'cases'").fetchone()
            assert comment == f"{TABLES['cases'].grain} Version 0 of the lake."
            said = connection.execute(
                "select comment from duckdb_columns() where table_name = 'cases' and column_name = 'paid_amount'"
            ).fetchall()
            assert said == [("Paid on those claims (USD)",)]
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_an_empty_lake_says_what_to_do(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(MissingTable, match="has no rows yet; run `underwatch run` first"):
        export_views(tmp_path / "views.duckdb", lake.root)

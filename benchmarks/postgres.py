"""How fast published tables come to PostgreSQL: python -m benchmarks.postgres --to postgresql://... --rows 1000000"""

from __future__ import annotations

import os
import resource
import tempfile
import time
import uuid
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from deltalake import Schema
from rich.console import Console
from sqlalchemy import text

from catalog import TABLES
from jobs.text_table import text_table
from lake import Lake, Staged
from lake.arrow_types import arrow_schema
from lake.postgres import Target, publish

_DAY = "2025-12-31"
_SCHEMA = "underwatch_benchmark"
_REASON = """{'code': 'UNITS', 'text': 'Bills ' || (n % 40) || ' units where peers bill 9', 'value': n % 40,
              'expected': 9.0, 'contribution': 0.5 / (k + 1), 'evidence': ['l' || n || '-1', 'l' || n || '-2']}"""
_ROWS = {
    "scored_claims": {
        "claim_id": "md5(n::varchar)",
        "fraud_rank": "n + 1",
        "recovery_rank": "n + 1",
        "provider_id": "'p' || (n % 20000)",
        "member_id": "md5((n % 300000)::varchar)",
        "paid_amount": "(n % 100000) / 7.0",
    },
    "risk_predictions": {"member_id": "md5(n::varchar)", "high_cost_probability": "map {'50000': 0.1, '100000': 0.05}"},
}
_PLAIN = {"string": "'text'", "date": "date '2025-06-01'", "timestamp": "timestamptz '2026-01-02 03:04:05Z'"}


def main(
    to: Annotated[
        str, typer.Option("--to", help="Server to measure; a schema of the benchmark's own is made and dropped.")
    ],
    rows: Annotated[list[int] | None, typer.Option(help="Rows of a table; several times.")] = None,
) -> None:
    """Write tables with three reasons a row into a new lake, publish each, and print rows per minute.

    The time is that of the whole publishing: reading, loading, key, indexes, statistics and exchange.

    Example: python -m benchmarks.postgres --to postgresql://publisher@127.0.0.1/claims --rows 1000000
    """
    target = Target.parse(to)
    shown = text_table(
        f"Publishing to PostgreSQL on {os.cpu_count()} cores",
        *("table", "rows>", "Parquet MB>", "seconds>", "rows a minute>", "peak memory of the process GiB>"),
    )
    for table in _ROWS:
        for count in rows or [1_000_000]:
            with tempfile.TemporaryDirectory(prefix="underwatch-postgres-") as scratch:
                lake = Lake(f"{scratch}/lake")
                size = _write(lake, table, count)
                started = time.perf_counter()
                ((outcome,), _) = publish([lake.pinned(table)], target, _SCHEMA)
                seconds = time.perf_counter() - started
                assert outcome.rows == count, f"{outcome.rows} rows arrived"
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            shown.add_row(
                *(
                    table,
                    f"{count:,}",
                    f"{size / 1e6:,.0f}",
                    f"{seconds:,.1f}",
                    f"{count / seconds * 60:,.0f}",
                    f"{peak:.1f}",
                )
            )
    with target.transaction() as connection:
        connection.execute(text(f"drop schema {_SCHEMA}, {_SCHEMA}_rows cascade"))
    Console(width=130).print(shown)


def _write(lake: Lake, table: str, count: int) -> int:
    """Commit that many rows, in files as Spark would leave them; returns their bytes."""
    folder = f"as_of={_DAY}/{uuid.uuid4().hex}"
    place = Path(lake.path(table), folder)
    place.mkdir(parents=True)
    columns = ", ".join(
        f"cast({_value(table, c.name, c.type)} as {_duckdb_type(c.type)}) as {c.name}" for c in TABLES[table].columns
    )
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    step, files = 500_000, {}
    for part, start in enumerate(range(0, count, step)):
        query = f"select {columns} from range({start}, {min(start + step, count)}) as t(n)"  # noqa: S608 - made here
        connection.execute(f"copy ({query}) to '{place}/part-{part}.parquet' (format parquet)")
        files[f"{folder}/part-{part}.parquet"] = (place / f"part-{part}.parquet").stat().st_size
    lake.commit(Staged(table, _DAY, files, Schema.from_arrow(arrow_schema(TABLES[table])).to_json()))
    return sum(files.values())


def _value(table: str, name: str, kind: str) -> str:
    if name in _ROWS[table]:
        return _ROWS[table][name]
    if name == "as_of":
        return f"date '{_DAY}'"
    if name == "reasons":
        return f"[{', '.join(_REASON.replace('k + 1', str(k + 1)) for k in range(3))}]"
    return _PLAIN.get(kind, "1")


def _duckdb_type(ddl: str) -> str:
    if ddl.startswith("array<struct<"):
        numbers = "value double, expected double, contribution double"
        return f"struct(code varchar, text varchar, {numbers}, evidence varchar[])[]"
    return {"string": "varchar", "timestamp": "timestamptz", "map<string,double>": "map(varchar, double)"}.get(ddl, ddl)


if __name__ == "__main__":
    typer.run(main)

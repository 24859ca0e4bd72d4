"""How fast published tables come to PostgreSQL: python -m benchmarks.postgres --to postgresql://... --rows 1000000"""

from __future__ import annotations

import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, TypeVar

import duckdb
import typer
from deltalake import Schema
from sqlalchemy import text

from benchmarks.record import machine, markdown_table
from catalog import TABLES
from lake import Lake, Staged
from lake.arrow_types import arrow_schema
from lake.postgres import Target, publish

Answer = TypeVar("Answer")
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
_COLUMNS = (
    *("table", "rows>", "Parquet MB>", "seconds loading>", "key, indexes, statistics>", "seconds in all>"),
    *("rows a minute>", "publisher's processor seconds>", "its peak memory GiB>"),
)
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
    print(f"Publishing to PostgreSQL, {machine()}\n")
    lines = []
    for table in _ROWS:
        for count in rows or [1_000_000]:
            with tempfile.TemporaryDirectory(prefix="underwatch-postgres-") as scratch:
                # Each in a process of its own, whose memory and processor time are then those of nothing else.
                size = _alone(_write, f"{scratch}/lake", table, count)
                lines.append(
                    [table, f"{count:,}", f"{size / 1e6:,.0f}", *_alone(_publish, scratch, table, count, target)]
                )
    with target.transaction() as connection:
        connection.execute(text(f"drop schema {_SCHEMA}, {_SCHEMA}_rows cascade"))
    print(markdown_table(_COLUMNS, lines))


def _alone(call: Callable[..., Answer], *given: Any) -> Answer:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(call, *given).result()


def _publish(scratch: str, table: str, count: int, target: Target) -> list[str]:
    """The last six columns."""
    took: dict[str, float] = {}

    @contextmanager
    def step(name: str, **_: object) -> Iterator[dict[str, object]]:
        began = time.perf_counter()
        yield {}
        took[name] = time.perf_counter() - began

    started = time.perf_counter()
    ((outcome,), _) = publish([Lake(f"{scratch}/lake").pinned(table)], target, _SCHEMA, step=step)
    seconds = time.perf_counter() - started
    assert outcome.rows == count, f"{outcome.rows} rows arrived"
    used = resource.getrusage(resource.RUSAGE_SELF)
    return [
        f"{took[f'loading {table}']:.1f}",
        f"{took[f'indexing {table}']:.1f}",
        f"{seconds:.1f}",
        f"{count / seconds * 60:,.0f}",
        f"{used.ru_utime + used.ru_stime:.1f}",
        f"{used.ru_maxrss / 2**20:.1f}",
    ]


def _write(root: str, table: str, count: int) -> int:
    """Commit that many rows, in files as Spark would leave them; returns their bytes."""
    lake = Lake(root)
    folder = f"as_of={_DAY}/{uuid.uuid4().hex}"
    place = Path(lake.path(table), folder)
    place.mkdir(parents=True)
    columns = ", ".join(
        f"cast({_value(table, c.name, c.type)} as {_duckdb_type(c.type)}) as {c.name}" for c in TABLES[table].columns
    )
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
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

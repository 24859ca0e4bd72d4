"""Whether two engines made the same table."""

from __future__ import annotations

from pathlib import Path

import duckdb

from catalog import TABLES

RELATIVE = 1e-6
_ABSOLUTE = 1e-9
"""What a difference of two nearly equal numbers may be off by: a robust z of the median itself is nothing but that."""


class Different(SystemExit):
    """The column by which two tables differ, and how often."""


def check_same(table: str, expected: Path, found: Path, engine: str) -> int:
    """Rows of `table`, once two files or folders of Parquet hold the same keys and, for each, the same values.

    Doubles are the same to a millionth, all else exactly. Raises Different, naming the first column that differs.
    """
    keys = TABLES[table].key
    names = [column.name for column in TABLES[table].columns]
    with duckdb.connect() as connection:
        for name, files in (("expected", expected), ("found", found)):
            source = f"{files}/*.parquet" if files.is_dir() else str(files)
            connection.execute(f"create view {name} as select * from '{source}'")
        counts = {name: _count(connection, f"from {name}") for name in ("expected", "found")}
        if (lacking := set(names) - set(connection.table("found").columns)) or counts["expected"] != counts["found"]:
            said = f"lacks the columns {sorted(lacking)}" if lacking else f"has {counts['found']:,} rows"
            raise Different(f"{table} by {engine} {said}; {counts['expected']:,} rows are right")
        matched = (
            f"from expected e join found f on {' and '.join(f'e.{key} is not distinct from f.{key}' for key in keys)}"
        )
        if (pairs := _count(connection, matched)) != counts["expected"]:
            raise Different(f"{table} by {engine}: {pairs:,} of {counts['expected']:,} keys ({', '.join(keys)}) agree")
        for column in TABLES[table].columns:
            differs = _differs(column.name, column.type == "double")
            if count := _count(connection, f"{matched} where {differs}"):
                example = connection.sql(f"select e.{column.name}, f.{column.name} {matched} where {differs} limit 1")
                where = f"{table}.{column.name} by {engine}"
                raise Different(f"{where} differs in {count:,} of {pairs:,} rows, as {example.fetchall()[0]}")
        return pairs


def _differs(name: str, is_double: bool) -> str:
    if not is_double:
        return f"e.{name} is distinct from f.{name}"
    apart = f"abs(e.{name} - f.{name}) > greatest({RELATIVE} * abs(e.{name}), {_ABSOLUTE})"
    return f"((e.{name} is null) <> (f.{name} is null) or isnan(f.{name}) or {apart})"


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    return int(connection.sql(f"select count(*) {what}").fetchall()[0][0])

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from catalog import TABLES
from catalog.errors import MissingTable
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import Lake


def export_views(
    file: Annotated[Path, typer.Option("--file", help="DuckDB file to write; an older one of that name is replaced.")],
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Write a DuckDB file with a view of each table of the lake, for tools that open DuckDB files.

    The views read the lake's own files at the versions of now; they hold no rows. Write the file again after a run.

    Example: underwatch export-views --file underwatch.duckdb
    """
    store = Lake(lake)
    pinned = [held for name in TABLES if store.exists(name) and (held := store.pinned(name)).files]
    if not pinned:
        raise MissingTable(f"the lake {lake} has no rows yet; run `underwatch run` first")
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(draft)) as connection:
        for each in pinned:
            files = ", ".join(_text(path if "://" in path else str(Path(path).resolve())) for path in each.files)
            rows = f"read_parquet([{files}], union_by_name = true)"
            connection.execute(f"create view {each.table} as select * from {rows}")  # noqa: S608 - catalog names
            told = f"{TABLES[each.table].grain} Version {each.version} of the lake."
            connection.execute(f"comment on view {each.table} is {_text(told)}")
            there = set(connection.table(each.table).columns)  # files from before a column was added lack it
            for column in TABLES[each.table].columns:
                unit = f" ({column.unit})" if column.unit else ""
                if column.name in there:
                    said = _text(column.description + unit)
                    connection.execute(f'comment on column {each.table}."{column.name}" is {said}')
    draft.replace(file)
    typer.echo(f"wrote {len(pinned)} views to {file}")


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"

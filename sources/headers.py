"""The columns a delimited or Parquet file holds, by the names its kind gives them."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import BadDelivery
from sources.source import Layout

_LONGEST_HEADER = 1 << 16
_MOST_NAMED = 3


def header_of(name: str, path: Path, columns: tuple[str, ...], layout: Layout) -> tuple[str, ...]:
    """Columns of the file in its order, aliases resolved; unknown ones under their own name where they may stay.

    Raises BadDelivery, naming the file and the mend, where the first row is no header of `columns`.
    """
    found = _parquet_columns(name, path) if is_parquet(path) else _first_line(name, path, layout.delimiter)
    header = tuple(layout.aliases.get(column, column) for column in found)
    _check(name, header, columns, layout)
    return header


def is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _parquet_columns(name: str, path: Path) -> tuple[str, ...]:
    try:
        found = tuple(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadDelivery(f"{name} is damaged: it is no whole Parquet file; deliver it again") from error
    # Spark finds columns of Parquet by name, in any case of letters.
    if len({column.lower() for column in found}) < len(found):
        raise BadDelivery(f"{name} names a column twice, in other letters; remove one")
    return found


def _first_line(name: str, path: Path, delimiter: str) -> tuple[str, ...]:
    with path.open("rb") as stream:
        line = stream.readline(_LONGEST_HEADER)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadDelivery(f"{name} does not start with text in UTF-8; export it as UTF-8 and deliver it again")
    if "\r" in text.rstrip("\r\n"):
        raise BadDelivery(f"{name} ends its rows with a carriage return alone; save it with line feeds")
    return tuple(column.strip() for column in next(csv.reader([text], delimiter=delimiter), []))


def _check(name: str, header: tuple[str, ...], columns: tuple[str, ...], layout: Layout) -> None:
    repeated = sorted({column for column in header if column in columns and header.count(column) > 1})
    required = [column for column in columns if column not in layout.optional]
    missing = [column for column in required if column not in header]
    unknown = [column for column in header if column not in columns]
    if missing and len(missing) == len(required):
        raise BadDelivery(
            f"{name} has no header: its first row names none of the columns {', '.join(required[:3])} ..."
        )
    if missing:
        raise BadDelivery(f"{name} lacks the column {', '.join(missing)}; deliver the file with all its columns")
    if unknown and layout.unknown_columns == "refuse":
        raise BadDelivery(f"{name} has {_said(unknown)}; rename or remove it")
    if repeated:
        raise BadDelivery(f"{name} names the column {', '.join(repeated)} twice; remove one")


def _said(unknown: list[str]) -> str:
    if "" in unknown:
        return "a column without a name in its first row"
    # So many are no slip of a name but a row of data that ran into the header: it may name a person.
    if len(unknown) > _MOST_NAMED:
        return f"{len(unknown)} unknown columns in its first row"
    return f"the unknown column {', '.join(unknown)}"

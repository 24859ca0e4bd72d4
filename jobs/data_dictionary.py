"""Renders docs/data_dictionary.md from catalog/: `make docs`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from catalog import IDENTITY, TABLES
from catalog.table import Column, Table

PLACE = Path(__file__).parent.parent / "docs" / "data_dictionary.md"

_LAYERS = {
    "canonical": "What a delivery says, in one shape for every source.",
    "policy": "Edits and limits with their days, loaded by `underwatch load-edits` (`catalog/policies/` holds without) "
    "and classes of drugs, loaded by `underwatch load-drug-classes`.",
    "audit": "What was read, and what was checked.",
    "feature": "What models read: as of a day, from nothing learnt after it.",
    "published": "What readers rely on. Columns are added freely, never renamed.",
    "identity": "Who is who: kept apart from the lake, where asked, and read by no other job.",
}
_HEAD = """# Data dictionary

Made from `catalog/` by `make docs`; edit a table there, not here. Money is US dollars, times are UTC, codes and ids are
strings. A commit replaces a table's partition as a whole; the key is unique in what readers see.
"""


def dictionary() -> str:
    """The whole page, as Markdown."""
    layers = list(_LAYERS)
    tables = sorted((TABLES | IDENTITY).values(), key=lambda table: (layers.index(table.layer), table.name))
    parts = [_HEAD, _contents(tables)]
    for layer, group in groupby(tables, key=lambda table: table.layer):
        parts += [f"## {layer.capitalize()} tables\n\n{_LAYERS[layer]}\n", *map(_section, group)]
    return "\n".join(parts)


def main() -> None:
    PLACE.write_text(dictionary(), encoding="utf-8")
    print(f"wrote {PLACE.name}: {len(TABLES | IDENTITY)} tables")


def _contents(tables: list[Table]) -> str:
    rows = [f"| [{table.name}](#{table.name}) | {table.layer} | {_cell(table.grain)} |" for table in tables]
    return "\n".join(["| table | layer | grain |", "|---|---|---|", *rows, ""])


def _section(table: Table) -> str:
    facts = (
        f"{table.grain}\n\nKey: {', '.join(table.key)}. Partition: {table.partition}. "
        f"Read by: {table.readers}.\n"
    )  # fmt: skip
    head = ["| column | type | unit | null | what it is |", "|---|---|---|---|---|"]
    return "\n".join([f"### {table.name}\n", facts, *head, *map(_row, table.columns), ""])


def _row(column: Column) -> str:
    role = f" ({column.role})" if column.role in ("feature", "label") else ""
    cells = [
        column.name,
        f"`{column.type}`",
        column.unit,
        "yes" if column.nullable else "no",
        column.description + role,
    ]
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()

"""docs/data_dictionary.md is what the catalog says now."""

from __future__ import annotations

import pytest

from catalog import IDENTITY, TABLES
from catalog.table import Column, Table
from jobs import data_dictionary
from jobs.data_dictionary import PLACE, dictionary


def test_the_page_in_docs_is_what_the_catalog_says() -> None:
    assert PLACE.read_text(encoding="utf-8") == dictionary(), "run `make docs` and read the difference"


def test_every_table_and_column_is_in_it() -> None:
    sections = {part.split("\n", 1)[0]: part for part in dictionary().split("\n### ")[1:]}
    assert set(sections) == set(TABLES | IDENTITY)
    for table in (TABLES | IDENTITY).values():
        cells = [line.split(" | ") for line in sections[table.name].splitlines() if line.startswith("| ")]
        described = [(row[0].removeprefix("| "), row[-1].removesuffix(" |")) for row in cells[1:]]
        assert [name for name, _ in described] == table.column_names
        assert all(words.strip() for _, words in described)
        assert table.grain in sections[table.name]


def test_a_bar_in_a_description_stays_in_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Table("odd", "audit", "One row per thing.", ("a",), "a", (Column("a", "string", "this | that"),), "nobody")
    monkeypatch.setattr(data_dictionary, "TABLES", {"odd": odd})
    assert "| a | `string` |  | yes | this \\| that |" in dictionary()

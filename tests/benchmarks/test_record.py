"""Where a benchmark's table goes in the page of benchmarks."""

from __future__ import annotations

from pathlib import Path

from benchmarks.record import append, markdown_table

PAGE = """# Benchmarks

## One

before

## Two

other
"""


def test_a_table_goes_to_the_end_of_its_section(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    append(page, "One", "said\n")
    assert page.read_text() == PAGE.replace("before", "before\n\nsaid")


def test_a_new_section_is_begun_at_the_end(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    append(page, "Three", "said\n")
    append(page, "Three", "again\n")
    assert page.read_text() == f"{PAGE}\n## Three\n\nsaid\n\nagain\n"


def test_numbers_stand_to_the_right() -> None:
    assert markdown_table(["name", "seconds>"], [["a", "1.0"]]) == "| name | seconds |\n|---|---:|\n| a | 1.0 |"

"""docs/security.md: a safeguard that is called met names a file and a test, and both are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATES = ("met", "partly", "site", "not met")


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.split("| requirement | state | where | shown by |\n")[1].split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_a_row_names_what_is_there(row: list[str]) -> None:
    requirement, state, where, shown = row
    assert state.startswith(STATES), state
    for file in re.findall(r"`([^`]+\.\w+)`", where):
        assert (ROOT / file).is_file(), file
    for named in re.findall(r"`([^`]+)`", shown):
        file, _, test = named.partition("::")
        assert (ROOT / file).is_file(), file
        assert not test or re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), named
    if state.startswith("met"):
        assert where and shown, f"{requirement} is called met without its file or its test"
    if state.startswith("not met"):
        assert not shown or where, requirement


def test_the_technical_safeguards_are_all_there() -> None:
    named = " ".join(row[0] for row in rows())
    standards = "(a)(1);(a)(2)(i) ;(a)(2)(ii) ;(a)(2)(iii);(a)(2)(iv);(b);(c)(1);(c)(2);(d);(e)(1);(e)(2)"
    for standard in standards.split(";"):
        assert f"HIPAA {standard}" in named, standard

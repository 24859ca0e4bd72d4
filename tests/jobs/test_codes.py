"""`underwatch codes` says what a code is and when it is valid."""

from __future__ import annotations

from typer.testing import CliRunner

from jobs.cli import app


def _said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["codes", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_diagnosis_stands_in_its_hierarchy_with_its_categories() -> None:
    said = _said("E11.9", "--on", "2024-06-01")
    for words in ("E119 (icd-10-cm)", "from 2015-10-01", "E11             Type 2", "HCC 38", "HCC 19", "25000"):
        assert words in said


def test_a_code_is_shown_in_every_system_that_knows_it() -> None:
    said = _said("470")
    assert "470 (icd-9-cm)" in said and "470 (ms-drg)" in said
    assert "470 (icd-9-cm)" not in _said("470", "--system", "ms-drg")


def test_the_day_decides() -> None:
    assert "on 2025-03-31   valid" in _said("A9155", "--on", "2025-03-31")
    assert "on 2025-04-01   expired" in _said("A9155", "--on", "2025-04-01")
    assert "on 2020-01-01   incomplete" in _said("E11", "--system", "icd-10-cm", "--on", "2020-01-01")


def test_what_nobody_knows_is_said() -> None:
    assert "zz9: no code of" in _said("zz9")
    assert CliRunner().invoke(app, ["codes", "E119", "--system", "loinc"]).exit_code == 2

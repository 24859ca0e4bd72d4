"""The list of sources names every source with an example that can be copied."""

from __future__ import annotations

import ast
from pathlib import Path

from typer.testing import CliRunner

from jobs.cli import app
from sources import SOURCES, all_sources


def test_every_source_is_listed_with_its_example_in_one_line() -> None:
    said = CliRunner().invoke(app, ["sources"])
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert [line for line in lines if line in SOURCES] == list(SOURCES)
    for source in all_sources():
        assert f"  example  {source.example}" in lines
        assert f"--source {source.name} " in source.example


def test_the_trigger_form_of_airflow_offers_every_source() -> None:
    # Airflow has an environment of its own, so its file is read and not imported.
    facts = ast.parse((Path(__file__).parents[2] / "dags" / "run_facts.py").read_text())
    (offered,) = [
        ast.literal_eval(node.value)
        for node in facts.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SOURCES"
    ]
    assert offered == list(SOURCES)

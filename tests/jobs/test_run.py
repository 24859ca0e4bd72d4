"""`underwatch run`: what it refuses before Airflow starts, and that the DAGs speak the language of the commands."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest

from catalog.errors import BadDelivery
from jobs import cli, spark
from jobs.run import run

GOLDEN = Path(__file__).parents[1] / "golden" / "dags"


def submitted() -> list[list[str]]:
    """Every command line the DAGs hand to spark-submit, as held by the golden files."""
    text = "\n".join(file.read_text() for file in sorted(GOLDEN.glob("*.txt"))).replace("\\\n", " ")
    return [shlex.split(line) for line in text.splitlines() if line.startswith("spark-submit")]


def test_a_source_other_than_synthetic_needs_a_delivery(tmp_path):
    with pytest.raises(BadDelivery, match="--delivery FOLDER"):
        run(source="desynpuf", airflow_runs=tmp_path)
    with pytest.raises(BadDelivery, match="there is no folder"):
        run(source="desynpuf", delivery=str(tmp_path / "absent"), airflow_runs=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", submitted(), ids=lambda words: " ".join(words[words.index("--name") + 3 :])[:60])
def test_every_submitted_command_is_one_that_underwatch_understands(words):
    script = next(index for index, word in enumerate(words) if word.endswith("bin/underwatch-job.py"))
    name, *options = words[script + 1 :]
    command = cli._Commands().get_command(click.Context(click.Command("underwatch")), name)
    assert command is not None
    command.make_context(name, options)  # raises click.UsageError on an option it does not know


def test_spark_is_configured_alike_with_and_without_airflow():
    for words in submitted():
        settings = [after for word, after in pairwise(words) if word == "--conf"]
        given = dict(setting.split("=", maxsplit=1) for setting in settings)
        given["spark.driver.memory"] = words[words.index("--driver-memory") + 1]
        assert given == spark.SMALL_MACHINE

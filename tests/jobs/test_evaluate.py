"""The published ranking against a file of labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

from catalog.errors import BadDelivery, MissingTable
from jobs.cli import app
from jobs.evaluate import Ranking, evaluate, read_labels
from lake import Lake
from tests.expectations.rows import rows


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    return file


def test_ranked_and_all_labelled_providers_are_measured(
    spark: SparkSession, lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ranked = [{"provider_id": f"'p{rank}'", "fraud_rank": str(rank)} for rank in range(1, 5)]
    lake.overwrite(rows(spark, "scored_providers", *ranked), "scored_providers", "2025-12-31")
    labels = _file(tmp_path, "Provider,PotentialFraud\np1,Yes\np2,No\np3,Yes\np4,No\nunknown,Yes\n")
    evaluate(Ranking.fraud, labels, lake.root)
    said = capsys.readouterr().out
    lines = {line.strip().split("  ")[0]: line for line in said.splitlines() if line.strip()}
    assert lines["labelled"].split()[-2:] == ["4", "5"]
    assert lines["confirmed"].split()[-2:] == ["2", "3"]
    # Ranked: hits at 1 and 3, (1 + 2/3) / 2; with the unranked one last: (1 + 2/3 + 3/5) / 3.
    assert "0.833" in lines["average precision"] and "0.756" in lines["average precision"]
    assert "0.750" in lines["AUC"]  # of the four pairs of Yes and No, three are in order
    assert "0.500" in lines["recall at K, the number confirmed"]
    with pytest.raises(MissingTable, match="published are 2025-12-31"):
        evaluate(Ranking.fraud, labels, lake.root, "2025-06-30")
    with pytest.raises(BadDelivery, match="not both Yes and No"):
        evaluate(Ranking.fraud, _file(tmp_path, "Provider,PotentialFraud\np1,Yes\n"), lake.root)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Provider,Fraud\np1,Yes\n", "lacks a column"),
        ("Provider,PotentialFraud\np1,Yes\np2,maybe\n", "row 3 of labels.csv"),
        ("Provider,PotentialFraud\np1,Yes\np1,No\n", "both Yes and No of 1"),
        ("", "no CSV in UTF-8"),
        ('Provider,PotentialFraud\n"p1,Yes\n', "no CSV in UTF-8"),
        ("Provider,PotentialFraud\np1,Yes,more\np2,No\n", "more cells than its header"),
    ],
)
def test_a_file_that_is_no_label_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadDelivery, match=said):
        read_labels(_file(tmp_path, text))


def test_the_same_label_twice_counts_once(tmp_path: Path) -> None:
    assert len(read_labels(_file(tmp_path, "Provider,PotentialFraud\np1,Yes\np1,Yes\np2,No\n"))) == 2


def test_help_has_an_example() -> None:
    assert "underwatch evaluate fraud --labels" in CliRunner().invoke(app, ["evaluate", "--help"]).output

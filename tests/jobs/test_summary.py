"""What the summary says of a tiny lake, to the dollar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.summary import summary
from jobs.summary_models import measured, not_promoted
from lake import Lake
from models.registry import RegisteredModel
from tests.expectations.rows import AS_OF, rows

REASON = "named_struct('code', 'A', 'text', 'Bills [9] units', 'value', 9D, 'expected', 1D, 'contribution', 1D,"
FOUR_REASONS = f"array_repeat({REASON} 'evidence', array('l1')), 4)"


def _file(name: str, batch: str, when: str, read: int, accepted: int, paid: str) -> dict[str, str]:
    """A file of a delivery; what is not accepted was rejected, at 10.50 USD paid a row."""
    rejected = read - accepted
    return {
        "file_name": f"'{name}'", "batch_id": f"'{batch}'", "ingested_at": f"timestamp'{when} 00:00:00'",
        "rows_read": str(read), "rows_accepted": str(accepted), "rows_rejected": str(rejected),
        "paid_read": f"{paid} + {rejected * 10.5}BD", "paid_accepted": paid, "paid_rejected": f"{rejected * 10.5}BD",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def no_models_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)


@pytest.fixture(scope="module")
def full(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two deliveries, checks that warned and stopped, three claims, two providers and two members."""
    lake = Lake(str(tmp_path_factory.mktemp("summary") / "lake"))
    may = [_file("old.csv", "may", "2025-06-01", 900, 900, "1.00")]
    june = [_file("lines[a].csv", "june", "2025-07-01", 1200, 1198, "5000.25"),
            _file("members.csv", "june", "2025-07-01", 40, 40, "0.00")]  # fmt: skip
    rejected = [{"row_number": str(n), "paid_amount": "10.50"} for n in (2, 3)]
    checks = [{"check_name": f"'{status} check'", "status": f"'{status}'", "observed": f"'{n} rows fail'"}
              for n, status in enumerate(("passed", "warned", "stopped"))]  # fmt: skip
    run = {"check_run": "'june/members'", "table_name": "'members'", "row_count": "40"}
    claims = [{"claim_id": f"'c{n}'", "fraud_rank": str(n), "paid_amount": "1234.50", "reasons": FOUR_REASONS}
              for n in range(1, 12)]  # fmt: skip
    cost = {"horizon_months": "12", "expected_cost_upper": "9000", "high_cost_probability": "map('50000', 0.3D)"}
    costs = [cost | {"member_id": f"'m{n}'", "expected_cost": usd} for n, usd in enumerate(("1200.00", "3600.00"))]
    case = {"reasons": FOUR_REASONS, "paid_amount": "1234.50", "shared_member_ids": "array('m0', 'm1')"}
    cases = [case | {"case_id": f"'case-{n}'", "fraud_rank": str(n)} for n in range(1, 6)]
    contents = [
        ("delivery_audit", "may", may), ("delivery_audit", "june", june), ("rejected_rows", "june", rejected),
        ("check_results", "june/members", [run | check for check in checks]),
        ("scored_claims", "2025-06-30", [{"as_of": "date'2025-06-30'"}]), ("scored_claims", AS_OF, claims),
        ("scored_providers", AS_OF, [{"score_basis": "'unsupervised'", "fraud_probability": "null"}]),
        ("cases", "2025-06-30", [{"as_of": "date'2025-06-30'"}]), ("cases", AS_OF, cases),
        ("risk_predictions", AS_OF, costs),
    ]  # fmt: skip
    for table, partition, changes in contents:
        lake.overwrite(rows(spark, table, *changes), table, partition)
    return lake


@pytest.fixture
def said(full: Lake, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Lines of the summary, runs of blanks made one."""
    summary(full.root)
    return [re.sub(r"\s+", " ", line).strip() for line in capsys.readouterr().out.splitlines()]


def test_rows_and_dollars_of_the_last_delivery_add_up(said: list[str]) -> None:
    assert "Delivery june (the last of 2 in the lake)" in said
    assert "lines[a].csv claim_lines 1,200 1,198 2 5,021 5,000 21" in said
    assert "total 1,240 1,238 2 5,021 5,000 21" in said
    assert "Read = accepted + rejected, file by file: rows yes; charged, allowed and paid dollars yes." in said
    assert not any("old.csv" in line for line in said)


def test_rejections_and_checks(said: list[str]) -> None:
    assert "claim_lines bad_date 2 21" in said
    assert "members june 40 1 1 1" in said
    assert "stopped: members: stopped check (2 rows fail)" in said
    assert "warned: members: warned check (1 rows fail)" in said


def test_the_ten_claims_to_open_first_with_their_reasons(said: list[str]) -> None:
    assert f"The 10 claims to open first, of 11 as of {AS_OF}" in said
    ranked = [line for line in said if re.match(r"\d+ c\d+ ", line)]
    assert [line.split()[:2] for line in ranked] == [[str(n), f"c{n}"] for n in range(1, 11)]
    assert ranked[0] == "1 c1 professional p1 1,234.50 50.0% 50.00 - Bills [9] units"
    assert said.count("and 1 more") == 10


def test_a_ranking_without_labels_says_so(said: list[str]) -> None:
    words = "No labels, so {} are ranked by how unusual they are and have no probability of fraud."
    assert words.format("providers") in said
    assert words.format("claims") not in said


def test_cases_are_counted_and_the_first_told_in_words(said: list[str]) -> None:
    words = " ".join(said)
    assert f"5 rings of providers share more members or physicians than chance explains, as of {AS_OF}:" in words
    assert "- case-1: 3 providers (p1, p2, p3), 1,234.50 USD paid; the first of them to review is p1, number 1" in words
    assert "Bills [9] units. Bills [9] units" in words
    assert "case-3" in words and "case-4" not in words
    assert "and 2 more in the table cases" in words


def test_the_predicted_cost_of_the_book(said: list[str]) -> None:
    assert (
        f"2 members covered on {AS_OF}: 4,800 USD allowed over the next 12 months, 200.00 USD per member per month "
        "(x version x)."
    ) in said
    assert "0.6 members are expected to cost more than 50,000 USD." in said


def test_models_are_shown_with_their_strictest_test() -> None:
    metrics = {"oot_r2": 0.4, "oot_unseen_r2": 0.3, "oot_unseen_r2_lower": 0.25, "oot_unseen_r2_upper": 0.35}
    model = RegisteredModel("risk_cost", "2", "run", {}, metrics)
    assert measured(model) == ("the next year, members never seen", "R2 0.300 (0.250 to 0.350)")


def test_a_version_that_was_not_promoted_says_why() -> None:
    refused = RegisteredModel("risk_cost", "1", "run", {"verdict": "refused as unfair"}, {})
    assert not_promoted(refused) == "\nscores nobody: refused as unfair"
    champion = RegisteredModel("risk_cost", "2", "run", {"verdict": "first version: champion"}, {}, ("champion",))
    assert not_promoted(champion) == ""


def test_tables_and_the_commands_that_open_them(full: Lake, said: list[str]) -> None:
    assert any(line.startswith("scored_claims 12 1 ") for line in said)
    assert f"underwatch export scored_claims --csv scored_claims.csv --lake {full.root}" in said
    assert not any("m0" in line.split() for line in said)  # members are not named


def test_a_file_that_does_not_add_up_is_shouted(
    spark: SparkSession, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = _file("a.csv", "june", "2025-07-01", 10, 9, "1.00") | {"rows_rejected": "0", "charge_read": "1"}
    lake.overwrite(rows(spark, "delivery_audit", lost), "delivery_audit", "june")
    summary(lake.root)
    out = capsys.readouterr().out
    assert "rows NO; charged, allowed and paid dollars NO" in out
    for words in ("No table was checked", "No claims were scored", "No cost was predicted", "No model was trained"):
        assert words in out


def test_an_empty_lake_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary(str(tmp_path))
    assert "holds no tables yet. Start with: underwatch run --lake" in capsys.readouterr().out

"""Running suites: what stops, what is told, what is kept, and that no member ends up in any of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from pyspark.sql import SparkSession

from catalog.errors import CheckStopped, MissingTable
from jobs.check_tables import check, check_tables
from jobs.sql import answer
from lake import Lake
from tests.expectations.rows import rows

PLANTED = "PLANTED-MEMBER-4711"


def _statuses(lake: Lake) -> dict[tuple[str, str], int]:
    _, found = answer(lake, "select table_name, status, count(*) from check_results group by 1, 2")
    return {(str(table), str(status)): int(str(count)) for table, status, count in found}


@pytest.fixture(scope="module")
def stopped(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, str]:
    """A lake whose first table stops, whose second warns and whose third passes, and the error that was raised."""
    lake = Lake(str(tmp_path_factory.mktemp("checks") / "lake"))
    who = {"member_id": f"'{PLANTED}'"}
    spoilt = [who | {"gender": "'robot'", "birth_date": "date'2024-01-01'", "death_date": "date'2023-01-01'"}, who]
    contents = {
        "members": rows(spark, "members", *spoilt, {"state": f"'{PLANTED}'", "batch_id": "null"}),
        "eligibility": rows(spark, "eligibility", who | {"enrollment_start_date": "date'1970-01-01'"}),
        "delivery_audit": rows(spark, "delivery_audit", {}),
    }
    for table, frame in contents.items():
        lake.overwrite(frame, table, "june")
    with pytest.raises(CheckStopped) as error:
        check(spark, lake, list(contents), "june")
    return lake, str(error.value)


def test_a_failed_stop_ends_the_run_after_every_table_was_checked(stopped: tuple[Lake, str]) -> None:
    lake, words = stopped
    assert "checks of june stopped. members: " in words
    assert "gender is one of female, male, unknown (1 rows fail (33.3 %))" in words
    assert "member_id, batch_id names one row (2 rows fail (66.7 %))" in words
    assert "eligibility" not in words
    assert "mend the delivery" in words
    assert {table for table, _ in _statuses(lake)} == {"members", "eligibility", "delivery_audit"}


def test_a_failed_warning_is_kept(stopped: tuple[Lake, str]) -> None:
    lake, _ = stopped
    _, found = answer(
        lake,
        """select status, on_fail, observed, row_count, batch_id from check_results
        where table_name = 'eligibility' and check_name = 'a span lies between 1980 and 2100'""",
    )
    assert found == [("warned", "WARN", "1 rows fail (100 %)", 1, "june")]
    assert ("eligibility", "stopped") not in _statuses(lake)


def test_checking_again_replaces_the_results(spark: SparkSession, stopped: tuple[Lake, str]) -> None:
    lake, _ = stopped
    before = _statuses(lake)
    (report,) = check(spark, lake, ["delivery_audit"], "june", again=True)
    assert _statuses(lake) == before
    assert report.count("passed") == before["delivery_audit", "passed"]


def test_the_same_rows_are_checked_once(spark: SparkSession, lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    spans = rows(spark, "eligibility", {"enrollment_start_date": "date'1970-01-01'"})
    lake.overwrite(spans, "eligibility", "june")
    lake.overwrite(rows(spark, "members", {}), "members", "june")
    (first,) = check(spark, lake, ["eligibility"], "june")
    assert first.count("warned") == 1
    lake.overwrite(rows(spark, "member_outcomes", {}), "member_outcomes", "2024-12-31")  # they do not refer to it
    capfd.readouterr()
    assert check(spark, lake, ["eligibility"], "june") == []
    told = rf"eligibility: the same rows were checked before .*passed={first.count('passed')} warned=1"
    assert re.search(told, "".join(capfd.readouterr()))
    # What they refer to is written anew, then they are.
    for table, frame in (("members", rows(spark, "members", {})), ("eligibility", spans)):
        lake.overwrite(frame, table, "june")
        assert len(check(spark, lake, ["eligibility"], "june")) == 1


def test_rows_that_stopped_are_checked_again(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(rows(spark, "members", {"gender": "'robot'"}), "members", "june")
    for _ in range(2):
        with pytest.raises(CheckStopped, match="members: gender"):
            check(spark, lake, ["members"], "june")


def test_data_docs_tell_each_table_and_hold_no_value_of_a_row(stopped: tuple[Lake, str]) -> None:
    lake, _ = stopped
    docs = Path(lake.root) / "data_docs"
    assert {page.name for page in docs.glob("*/*.html")} == {"june.html"}
    index = (docs / "index.html").read_text()
    assert all(f"{table}/june.html" in index for table in ("members", "eligibility", "delivery_audit"))
    page = (docs / "members" / "june.html").read_text()
    assert "gender is one of female, male, unknown" in page
    assert "1 rows fail (33.3 %)" in page
    assert "robot" not in page


def test_no_member_in_anything_written_or_said(
    spark: SparkSession, stopped: tuple[Lake, str], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    lake, words = stopped
    with pytest.raises(CheckStopped) as error:
        check(spark, lake, ["members", "eligibility"], "june")
    out, err = capfd.readouterr()
    assert "gender is one of" in out + err  # what is said is seen by this test
    said = [words, str(error.value), out, err, caplog.text, str(answer(lake, "from check_results"))]
    files = [path for path in Path(lake.root).rglob("*") if path.is_file() and "tables" not in path.parts]
    assert files
    said += [path.read_text(errors="replace") for path in files]
    assert [text for text in said if PLANTED in text] == []


@pytest.mark.parametrize("ever_written", [False, True])
def test_a_table_that_must_have_rows_stops_without(spark: SparkSession, lake: Lake, ever_written: bool) -> None:
    if ever_written:
        lake.overwrite(rows(spark, "members", {}), "members", "may")
    with pytest.raises(CheckStopped, match=r"members: the table has rows \(0 rows\)"):
        check(spark, lake, ["members"], "june")


def test_a_table_that_a_source_may_lack_is_not_checked_without_rows(spark: SparkSession, lake: Lake) -> None:
    assert check(spark, lake, ["investigations", "rejected_rows"], "june") == []
    assert not lake.exists("check_results")


def test_staged_rows_are_checked_and_not_those_that_readers_see(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(rows(spark, "members", {"gender": "'robot'"}), "members", "june")
    lake.stage(rows(spark, "members", {}), "members", "june")
    (report,) = check(spark, lake, ["members"], "june", staged=True)
    assert report.stopped == []
    _, runs = answer(lake, "select distinct check_run from check_results")
    assert runs == [(f"june/members/staged-{lake.staged('members', 'june').content}",)]


def test_staging_nothing_and_checking_it_says_what_to_do(spark: SparkSession, lake: Lake) -> None:
    with pytest.raises(MissingTable, match="nothing is staged for scored_claims at 2025-12-31; run the job"):
        check(spark, lake, ["scored_claims"], "2025-12-31", staged=True)


def test_what_to_check_must_be_known(lake: Lake) -> None:
    with pytest.raises(MissingTable, match="there is no table memebrs; tables are"):
        check_tables("memebrs, members", lake.root)
    with pytest.raises(MissingTable, match="there is no table to work on"):
        check_tables(" ,", lake.root)
    with pytest.raises(typer.BadParameter, match="--batch-id is needed to check members"):
        check_tables("members,scored_claims", lake.root)


def _delivered(spark: SparkSession, lake: Lake, batch: str, members: int, day: int, source: str = "synthetic") -> None:
    own = {"batch_id": f"'{batch}'", "source": f"'{source}'"}
    lake.overwrite(rows(spark, "members", *[own | {"member_id": f"'m{n}'"} for n in range(members)]), "members", batch)
    said = own | {"ingested_at": f"timestamp'2025-01-{day:02d} 00:00:00'"}
    lake.overwrite(rows(spark, "delivery_audit", said), "delivery_audit", batch)


def test_a_delivery_with_less_than_half_of_its_usual_rows_stops(spark: SparkSession, lake: Lake) -> None:
    _delivered(spark, lake, "other", 90, 1, source="canonical")  # another source says nothing about this one
    for number, members in enumerate((9, 7, 8), start=2):
        _delivered(spark, lake, f"month-{number}", members, number)
    _delivered(spark, lake, "short", 3, 9)
    _delivered(spark, lake, "later", 1, 10)  # what came afterwards does not count
    words = r"members: there are at least half as many rows as earlier deliveries usually bring \(3 rows\)"
    with pytest.raises(CheckStopped, match=words):
        check(spark, lake, ["members"], "short")
    (report,) = check(spark, lake, ["members"], "short", accept_volume=True)
    assert [outcome.check.name for outcome in report.outcomes if outcome.status == "warned"] == [
        "there are at least half as many rows as earlier deliveries usually bring"
    ]
    assert check(spark, lake, ["members"], "month-4")[0].stopped == []


def test_what_its_source_does_not_deliver_a_batch_may_lack(spark: SparkSession, lake: Lake) -> None:
    audit = {"source": "'leie'", "table_name": "'exclusions'"}
    lake.overwrite(rows(spark, "delivery_audit", audit), "delivery_audit", "june")
    assert [report.table for report in check(spark, lake, ["claim_lines", "members", "delivery_audit"], "june")] == [
        "delivery_audit"
    ]
    with pytest.raises(CheckStopped, match="claim_lines: the table has rows"):
        check(spark, lake, ["claim_lines"], "july")

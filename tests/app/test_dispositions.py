"""What reviewers decide: kept as it was, looked at by a second person, and read as a label by the next training."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

from app.dispositions import BadDisposition, Decision
from app.parts import Parts
from catalog.errors import NothingToDo
from jobs.cli import app
from jobs.deliver_dispositions import deliver
from jobs.ingest_claims import ingest
from jobs.workbench import NoHome
from lake import Lake
from sources.tokens import TokenKey
from tests.app.book import client, send
from tests.sources.delivered import opened as delivered

KEY = TokenKey(b"a key of tests, thirty-two bytes!")
FIELDS = {"target_type": "claim", "target_id": "c0001", "selection": "rule", "note": "the lines repeat each other"}


def decide(parts: Parts, name: str = "analyst", **fields: str) -> int:
    browser = client(parts, name)
    return int(send(browser, "/dispositions", "/claims/c0001", **(FIELDS | fields)).status_code)


def test_a_verdict_counts_when_a_second_person_approved_it(own: Parts) -> None:
    assert decide(own, outcome="confirmed", scheme="Duplicate billing", recovered="1,250.50") == 303
    assert own.dispositions.statuses("claim") == {"c0001": "second_look"}
    assert own.dispositions.delivery().count("\n") == 1
    lead = client(own, "lead")
    assert "the lines repeat each other" in lead.get("/dispositions").text
    assert send(lead, "/dispositions/1/look", "/dispositions", verdict="approved").status_code == 303
    assert own.dispositions.statuses("claim") == {"c0001": "confirmed"}
    head, line = own.dispositions.delivery().splitlines()
    assert dict(zip(head.split(","), line.split(","), strict=True)) | {"opened_date": "", "decided_date": ""} == {
        "investigation_id": "workbench-1",
        "target_type": "claim",
        "target_id": "c0001",
        "selection": "rule",
        "outcome": "confirmed",
        "scheme": "duplicate_billing",
        "opened_date": "",
        "decided_date": "",
        "recovered_amount": "1250.50",
    }
    kept = own.dispositions.of("claim", "c0001")[0]
    assert (kept["recorded_by"], kept["looked_by"], kept["fraud_rank"], kept["model"]) == (
        *("analyst", "lead"),
        1,
        "fraud_claim 2",
    )
    done = [(one.actor, one.action) for one in own.audit_log.entries()]
    assert ("analyst", "workbench.record_disposition") in done and ("lead", "workbench.second_look") in done


def test_nobody_looks_a_second_time_at_their_own(own: Parts) -> None:
    assert decide(own, "lead", outcome="unfounded") == 303
    answer = send(client(own, "lead"), "/dispositions/1/look", "/dispositions", verdict="approved")
    assert answer.status_code == 409 and "another person" in answer.text
    with pytest.raises(BadDisposition, match="another person"):
        own.dispositions.look(1, "approved", "", "lead")
    own.dispositions.look(1, "approved", "", "another.lead")
    with pytest.raises(BadDisposition, match="already"):
        own.dispositions.look(1, "approved", "", "a.third")


def test_a_returned_verdict_needs_a_reason_and_does_not_count(own: Parts) -> None:
    decide(own, outcome="confirmed")
    lead = client(own, "lead")
    assert send(lead, "/dispositions/1/look", "/dispositions", verdict="returned").status_code == 409
    assert send(lead, "/dispositions/1/look", "/dispositions", verdict="returned", note="no records").status_code == 303
    assert own.dispositions.statuses("claim") == {"c0001": "returned"}
    assert own.dispositions.delivery().count("\n") == 1


def test_a_later_verdict_stands_beside_the_earlier_and_counts(own: Parts) -> None:
    for outcome in ("confirmed", "unfounded"):
        decide(own, outcome=outcome)
    for number in (1, 2):
        own.dispositions.look(number, "approved", "", "lead")
    assert [one["outcome"] for one in own.dispositions.of("claim", "c0001")] == ["unfounded", "confirmed"]
    assert own.dispositions.delivery().splitlines()[1:] == [
        line for line in own.dispositions.delivery().splitlines() if "workbench-2" in line
    ]


def test_a_request_for_records_is_no_label(own: Parts) -> None:
    assert decide(own, outcome="needs_records", note="") == 303
    assert own.dispositions.statuses("claim") == {"c0001": "needs_records"}
    assert own.dispositions.awaiting() == [] and own.dispositions.delivery().count("\n") == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"outcome": "perhaps"}, "choose an outcome"),
        ({"outcome": "confirmed", "note": " "}, "needs a note"),
        ({"outcome": "unfounded", "scheme": "upcoding"}, "scheme goes with a confirmed"),
        ({"outcome": "unfounded", "recovered": "10"}, "recovered amount goes with a confirmed"),
        ({"outcome": "confirmed", "recovered": "-10"}, "0 or more"),
        ({"outcome": "confirmed", "recovered": "NaN"}, "0 or more"),
        ({"outcome": "confirmed", "recovered": "lots"}, "sum of dollars"),
        ({"outcome": "confirmed", "selection": "whim"}, "why it was reviewed"),
        ({"outcome": "confirmed", "target_id": "c7777"}, "nothing under this address"),
        ({"outcome": "confirmed", "target_type": "case"}, "nothing under this address"),
    ],
)
def test_what_cannot_be_recorded_is_said(own: Parts, fields: dict[str, str], said: str) -> None:
    answer = send(client(own, "analyst"), "/dispositions", "/claims/c0001", **(FIELDS | fields))
    assert answer.status_code in (404, 409) and said in answer.text
    assert own.dispositions.newest() == []


def test_a_ring_is_decided_provider_by_provider(own: Parts) -> None:
    ring = Decision("case", "k1", "2025-12-31", "m 1", 1, "confirmed", "", "rule", None, "ring")
    with pytest.raises(BadDisposition, match="provider by provider"):
        own.dispositions.record(ring, "analyst")


def test_what_is_set_aside_comes_back_after_its_day(own: Parts) -> None:
    analyst, today = client(own, "analyst"), datetime.now(UTC).date()
    until = today + timedelta(days=5)
    fields = {"target_type": "claim", "target_id": "c0004"}
    sent = send(analyst, "/set-asides", "/claims/c0004", **fields, until=str(until), reason="records are under way")
    assert sent.status_code == 303
    assert own.dispositions.statuses("claim") == {"c0004": "set_aside"}
    assert "records are under way" in analyst.get("/claims/c0004").text
    assert "c0004" not in analyst.get("/queue/claims?status=open").text
    assert "c0004" in own.dispositions.aside("claim", until)
    assert own.dispositions.aside("claim", until + timedelta(days=1)) == {}
    for day, reason in ((today - timedelta(days=1), "late"), (today + timedelta(days=400), "long"), (until, " ")):
        answer = send(analyst, "/set-asides", "/claims/c0004", **fields, until=str(day), reason=reason)
        assert answer.status_code == 409
    assert "which day" in send(analyst, "/set-asides", "/claims/c0004", **fields, until="soon", reason="x").text
    decide(own, target_id="c0004", outcome="needs_records")
    assert own.dispositions.statuses("claim") == {"c0004": "needs_records"}


def test_the_command_delivers_what_the_page_gives(own: Parts, tmp_path: Path) -> None:
    out = tmp_path / "reviews" / "workbench"
    decide(own, outcome="confirmed", scheme="upcoding", recovered="99.95")
    decide(own, target_type="provider", target_id="p002", outcome="unfounded")
    with pytest.raises(NothingToDo, match="no verdict counts yet"):  # both await their second look
        deliver(own.lake, own.home, out, "ada")
    assert not out.exists()
    for number, count in ((1, 1), (2, 2)):  # the second time it replaces the file
        own.dispositions.look(number, "approved", "", "lead")
        assert deliver(own.lake, own.home, out, "ada") == count
    assert (out / "dispositions.csv").read_bytes() == client(own, "lead").get("/dispositions/delivery.csv").content
    assert [file.name for file in out.iterdir()] == ["dispositions.csv"]
    noted = [
        (one.actor, one.details["rows"]) for one in own.audit_log.entries() if one.action == "deliver_dispositions"
    ]
    assert noted == [("ada", 1), ("ada", 2)]


def test_a_lake_without_a_workbench_delivers_nothing(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["deliver-dispositions", "--lake", str(tmp_path / "lake"), "--out", str(tmp_path)])
    assert isinstance(told.exception, NoHome) and "`underwatch workbench --lake" in str(told.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_delivery_is_read_by_the_real_source_as_labels(own: Parts, spark: SparkSession, tmp_path: Path) -> None:
    decide(own, outcome="confirmed", scheme="upcoding", recovered="99.95")
    decide(own, target_type="provider", target_id="p002", outcome="confirmed")
    decide(own, target_type="provider", target_id="p002", outcome="unfounded")
    for number in (1, 2, 3):
        own.dispositions.look(number, "approved", "", "lead")
    folder = tmp_path / "workbench"
    assert deliver(own.lake, own.home, folder, "lead") == 2
    lake = Lake(str(tmp_path / "labels"))
    ingest(spark, lake, delivered("dispositions", folder, tmp_path / "s1", "workbench"), KEY)
    found = {(one["target_type"], one["target_id"]): one for one in lake.read(spark, "investigations").collect()}
    assert set(found) == {("claim", "c0001"), ("provider", "p002")}
    confirmed = found["claim", "c0001"]
    assert (confirmed["outcome"], confirmed["scheme"], confirmed["selection"]) == ("confirmed", "upcoding", "rule")
    assert confirmed["recovered_amount"] == Decimal("99.95") and confirmed["known_date"] == confirmed["decided_date"]
    assert found["provider", "p002"]["outcome"] == "unfounded"  # the last word

"""The command that opens the workbench, and the real calls it hands in: quotes and models of a made-up book."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.access import ROLES
from app.parts import Parts, Settings
from jobs.cli import app
from jobs.workbench import workbench_parts
from lake import Lake
from tests.app.book import PASSWORD, accounts_of_all_roles, client, published_lake, send, token
from tests.jobs.quote_lake import DAY, quote_lake


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A workbench as the command makes it, on a lake with groups and registered risk models."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    root = tmp_path_factory.mktemp("quoting")
    lake = quote_lake(root / "lake")
    accounts_of_all_roles(root / "lake.workbench")
    made = workbench_parts(lake.root, Settings())
    yield made
    made.close()
    patch.undo()


@pytest.fixture(scope="module")
def underwriter(quoting: Parts) -> TestClient:
    return client(quoting, "underwriter")


def ask(browser: TestClient, **fields: str) -> str:
    """The page that follows a request."""
    answer = send(browser, "/quotes", "/quotes", **fields)
    return browser.get(answer.headers["location"]).text if answer.status_code == 303 else str(answer.text)


@pytest.mark.slow
def test_a_group_gets_the_quote_that_the_command_gives(underwriter: TestClient) -> None:
    text = ask(underwriter, group="G1", market="large_group", purpose="renewal")
    assert "a member a month" in text and "times the book" in text and "225 members" in text
    assert "buhlmann straub" in text and "Aggregate, 125 % of expected" in text
    assert f"as of {DAY}" in text and "risk_cost version" in text


@pytest.mark.slow
def test_a_refusal_shows_its_rule_and_both_are_in_the_history(underwriter: TestClient) -> None:
    text = ask(underwriter, group="G1", market="individual", purpose="rating")
    assert "Refused" in text and "No model was asked" in text
    history = underwriter.get("/quotes").text
    assert "refused" in history and "individual, rating" in history


@pytest.mark.slow
def test_an_attempt_that_fails_says_why_and_is_shown(underwriter: TestClient) -> None:
    text = ask(underwriter, group="G99", market="large_group", purpose="renewal")
    assert "no member of group G99" in text
    assert "BadRequest" in underwriter.get("/quotes").text


@pytest.mark.slow
def test_a_list_is_uploaded_and_its_members_are_told_by_row(underwriter: TestClient) -> None:
    rows = "\n".join(["member_id", *[f"m-{number:024d}" for number in range(1, 400, 4)]])
    fields = {"market": "self_funded_stop_loss", "purpose": "stop_loss", "csrf_token": token(underwriter, "/quotes")}
    answer = underwriter.post("/quotes", data=fields, files={"members": ("list.csv", rows.encode())})
    assert answer.status_code == 200 and "A list, 100 members" in answer.text
    assert "Members of the request, the costliest first" in answer.text
    assert "m-00000" not in answer.text
    broken = underwriter.post("/quotes", data=fields, files={"members": ("list.csv", b"\xff\xfe\x00")})
    assert broken.status_code == 400 and "no text file" in broken.text


@pytest.mark.slow
def test_one_member_is_quoted_by_number_and_never_named(underwriter: TestClient) -> None:
    use = {"market": "self_funded_stop_loss", "purpose": "stop_loss"}
    stranger = ask(underwriter, member="A-4711, of another book", age="61", sex="female", **use)
    assert "A member, as of" in stranger and "<td>unknown</td>" in stranger and "A-4711" not in stranger
    wrong = ask(underwriter, member="A-4711", age="old", **use)
    assert "age" in wrong and "A-4711" not in wrong


@pytest.mark.slow
def test_models_show_version_champion_and_what_they_were_measured_on(underwriter: TestClient) -> None:
    text = underwriter.get("/models").text
    assert "risk_cost" in text and "champion" in text and "version 1" in text


def test_an_address_beyond_the_machine_wants_tls(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["workbench", "--lake", str(tmp_path / "lake"), "--host", "0.0.0.0"])  # noqa: S104
    assert told.exit_code != 0 and "TLS" in str(told.exception)
    assert not (tmp_path / "lake.workbench").exists()


def test_an_airflow_to_link_to_is_a_web_address(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["workbench", "--lake", str(tmp_path / "lake"), "--airflow", "javascript:alert(1)"])
    assert told.exit_code == 2 and "begins with http:// or https://" in told.output
    assert not (tmp_path / "lake.workbench").exists()


def test_a_lost_password_is_reset_by_who_runs_it(tmp_path: Path) -> None:
    place = str(tmp_path / "lake")
    parts = workbench_parts(place, Settings())
    lost = parts.accounts.first_run()
    told = CliRunner().invoke(app, ["workbench", "--lake", place, "--reset", "admin"])
    once = re.search(r"One-time password of admin: (\S+)", told.output)
    assert once and once[1] != lost
    assert parts.accounts.sign_in("admin", once[1]) and not parts.accounts.sign_in("admin", str(lost))
    logged = [(entry.action, entry.subject) for entry in parts.audit_log.entries()]
    assert logged == [("workbench.reset_password", "account admin")]
    parts.close()


@pytest.mark.slow
def test_the_command_serves_until_it_is_ended(tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=30, providers=6)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jobs.cli", "workbench", "--lake", lake.root, "--port", str(port)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stderr
        said = ""
        while "The workbench is at" not in said:
            line = running.stdout.readline()
            assert line, running.stderr.read()
            said += line
        for _ in range(100):
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in").read().decode()
                break
            except OSError:
                assert running.poll() is None
                time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert "Sign in" in page
    assert re.search(r"one-time password \S{15,} and change it", said) and f"http://127.0.0.1:{port}" in said
    assert errors == ""
    again = workbench_parts(lake.root, Settings())
    assert again.accounts.first_run() is None  # the password is printed once
    again.close()
    assert len(ROLES) == 5 and PASSWORD not in said


def test_the_parts_are_beside_the_lake(tmp_path: Path) -> None:
    parts = workbench_parts(str(tmp_path / "lake"), Settings())
    assert parts.home == tmp_path / "lake.workbench" and isinstance(parts.lake, Lake)
    assert list(parts.models.cards()) == []
    parts.close()

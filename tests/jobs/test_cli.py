"""The command line: help with an example for every command, errors in one line with a code of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from jobs import cli
from jobs.cli import COMMANDS, app
from lake import AuditLog

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def _ends(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `underwatch ARGUMENTS`."""
    monkeypatch.setattr("sys.argv", ["underwatch", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_help_lists_every_command_with_a_line() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    flat = " ".join(shown.output.split())
    for name, line in COMMANDS.items():
        assert f"{name} {line}" in flat


def test_there_is_a_command_for_each_job_and_a_job_for_each_command() -> None:
    public = re.compile(r"^    Example: underwatch ([a-z-]+)", re.MULTILINE)
    found = [name for path in (ROOT / "jobs").glob("*.py") for name in public.findall(path.read_text())]
    assert sorted(set(found)) == sorted(COMMANDS)  # a command may show several examples


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example: underwatch {command}" in " ".join(shown.output.split())


def test_an_unknown_command_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    assert _ends(monkeypatch, "publsih") == 2
    assert "publsih" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ["export", "scored_claims", "--csv", "x.csv"],
            6,
            "MissingTable: .* run the job that builds it first",
        ),
        (["export", "no_such", "--csv", "x.csv"], 6, "MissingTable: there is no table no_such; tables are"),
        (["publish", "--tables", "scored_claims", "--as-of", "2025-12-31"], 6, "MissingTable: nothing is staged"),
        (["publish", "--tables", "scored_claims"], 6, "MissingTable: .* run `underwatch ingest-claims` first"),
        (["check-tables", "--tables", "no_such"], 6, "MissingTable: there is no table no_such"),
        (["run", "--source", "desynpuf"], 3, "BadDelivery: say where the desynpuf files are: --delivery FOLDER"),
        (["sql", "select * from scored_claims"], 2, "BadQuery: .*scored_claims does not exist"),
    ],
)
def test_an_expected_error_names_the_mend_and_has_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path, arguments: list[str], code: int,
    words: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("UNDERWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.chdir(tmp_path)
    assert _ends(monkeypatch, *arguments) == code
    out, err = capsys.readouterr()
    assert re.match(words, err)
    assert "Traceback" not in err
    assert out == ""
    if arguments[0] != "sql":  # DuckDB points at the place in the query, on lines of its own
        assert len(err.splitlines()) == 1


def test_success_ends_in_zero(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    assert _ends(monkeypatch, "summary", "--lake", str(tmp_path)) == 0
    assert "underwatch run" in capsys.readouterr().out


def test_the_audit_log_is_printed_and_a_changed_entry_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    log = AuditLog(str(tmp_path))
    log.append(actor="ana", action="approve", subject="risk_cost", details={"version": "7"})
    log.append(actor="bo", action="publish", subject="cases", details={"version": 3})
    assert _ends(monkeypatch, "audit-log", "--lake", str(tmp_path), "--subject", "risk_cost") == 0
    shown = capsys.readouterr().out
    assert re.search(r"1 .* ana .* approve .* risk_cost .* version=7", shown) and "cases" not in shown
    assert _ends(monkeypatch, "audit-log", "--lake", str(tmp_path), "--last", "1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["actor"] == "bo"
    head = log.head().sha256
    for expect in ("", head):
        assert _ends(monkeypatch, "audit-log-verify", "--lake", str(tmp_path), "--expect", expect) == 0
        assert capsys.readouterr().out == f"2 entries, each as it was written. Hash of the last: {head}\n"
    assert _ends(monkeypatch, "audit-log-verify", "--lake", str(tmp_path), "--expect", "0" * 63 + "1") == 13
    assert "rewritten" in capsys.readouterr().err
    log.path.write_bytes(log.path.read_bytes().replace(b'"ana"', b'"eve"'))
    assert _ends(monkeypatch, "audit-log-verify", "--lake", str(tmp_path)) == 13
    assert "entry 1: it is not as it was written" in capsys.readouterr().err


def test_a_fault_of_ours_shows_no_local_variable() -> None:
    assert app.pretty_exceptions_show_locals is False

"""`make audit`: what stops it, and that silence of the vulnerability service is never taken for good news."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from requirements.audit import (
    ACCEPTED,
    HERE,
    VENDORED,
    Accepted,
    BadAcceptance,
    Vulnerability,
    accepted,
    completed,
    not_accepted,
    read_report,
)

HEAD = "vulnerability,package,version,accepted_on,until,accepted_by,reason\n"
TODAY = date(2026, 11, 26)
OPEN = Vulnerability(("PYSEC-1", "CVE-1"), "some-thing", "1.0", ())
ROW = Accepted(
    "CVE-1", "Some_Thing", "1.0", date(2026, 11, 1), date(2026, 12, 1), "Ada Long", "only its parser is affected"
)
TOOLS = HERE.parent / ".venv-audit" / "bin" / "python"


def test_a_vulnerability_stops_unless_someone_accepted_it_for_now() -> None:
    assert not_accepted([OPEN], [ROW], TODAY) == []
    assert "nobody accepted it" in not_accepted([OPEN], [], TODAY)[0][1]
    assert "accepted until 2026-12-01" in not_accepted([OPEN], [ROW], date(2026, 12, 2))[0][1]


@pytest.mark.parametrize(
    "other",
    [
        Vulnerability(("CVE-2",), "some-thing", "1.0", ()),
        Vulnerability(("CVE-1",), "other-thing", "1.0", ()),
        Vulnerability(("CVE-1",), "some-thing", "1.1", ()),
    ],
)
def test_an_acceptance_is_of_one_vulnerability_in_one_release(other: Vulnerability) -> None:
    assert len(not_accepted([other], [ROW], TODAY)) == 1


def test_what_a_release_mends_cannot_be_accepted() -> None:
    mended = Vulnerability(OPEN.names, OPEN.package, OPEN.version, ("1.1", "2.0"))
    assert not_accepted([mended], [ROW], TODAY) == [("some-thing 1.0: PYSEC-1, CVE-1", "update to 1.1 or 2.0")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("CVE-1,a,1.0,2026-11-01,2026-12-01,Ada Long,", "reason must be filled in"),
        ("CVE-1,a,1.0,,2026-12-01,Ada Long,no parser", "accepted_on must be filled in"),
        ("CVE-1,a,1.0,2026-11-01,soon,Ada Long,no parser", "days are written as"),
        ("CVE-1,a,1.0,2026-11-01,2029-12-01,Ada Long,no parser", "at most 180 days"),
        ("CVE-1,a,1.0,2026-11-01,2026-10-01,Ada Long,no parser", "at most 180 days"),
    ],
)
def test_an_acceptance_has_its_days_a_name_and_a_reason(row: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(BadAcceptance, match=why):
        accepted(path)


def test_what_is_accepted_in_the_repository_can_be_read() -> None:
    accepted(ACCEPTED)


def test_a_package_that_the_service_never_heard_of_is_not_a_clean_one() -> None:
    report = {
        "dependencies": [
            {"name": "A_b", "version": "1.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": []}]},
            {"name": "c", "skip_reason": "not found"},
            {"name": "d", "version": "2.0", "vulns": []},
        ]
    }
    assert read_report(json.dumps(report)) == ([Vulnerability(("PYSEC-1", "CVE-1"), "a-b", "1.0", ())], ["c"])


def test_a_bill_of_materials_says_what_needs_what_and_what_is_shipped() -> None:
    bill = {
        "metadata": {},
        "components": [
            {"name": name, "bom-ref": ref, "version": "1", "externalReferences": ["an index"], "description": "line 1"}
            for name, ref in (("A.b", "L1"), ("c", "L2"))
        ],
    }
    lock = "a-b==1    # via -r requirements/jobs.in, c\nc==1      # via -r requirements/jobs.in\n"
    shipped = [
        {"file": "x.min.js", "package": "x", "version": "3", "licence": "MIT", "sha256": "00"},
        {"file": "x.LICENSE", "package": "x", "version": "3", "licence": "MIT", "sha256": "01"},
    ]
    made = completed(bill, lock, shipped, datetime(2026, 11, 26, tzinfo=UTC))
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert needs == {"L1": [], "L2": ["L1"], "underwatch": ["L1", "L2", "vendored-x.min.js"]}
    assert made["components"][-1]["purl"] == "pkg:npm/x@3"
    assert all("externalReferences" not in one for one in made["components"])
    assert made["metadata"]["timestamp"] == "2026-11-26T00:00:00+00:00"


class Osv(BaseHTTPRequestHandler):
    """A vulnerability database on loopback that knows what the test put into `known`."""

    known: dict[str, list[str]]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        said = [{"id": one, "aliases": [], "summary": one, "affected": []} for one in self.known.get(name, [])]
        body = json.dumps({"vulns": said} if said else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def audit(out: Path, url: str) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS), str(HERE / "audit.py"), "--out", str(out), "--service=osv", f"--osv-url={url}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.skipif(not TOOLS.exists(), reason="pip-audit's environment is absent: `make audit` makes it")
def test_the_command_with_a_database_of_our_own(osv: str, tmp_path: Path) -> None:
    Osv.known = {"jinja2": [], "uvicorn": ["OSV-7"]}
    nothing = audit(tmp_path, osv)
    assert nothing.returncode == 2, nothing.stderr
    assert "NOT AUDITED" in nothing.stdout and "jinja2==2.4.1" in nothing.stdout
    bill = json.loads((tmp_path / "sbom-jobs.cdx.json").read_text())
    names = {one["name"] for one in bill["components"]}
    assert {"pyspark", "torch", "htmx.org"} <= names and VENDORED.exists()

    Osv.known = {"jinja2": ["OSV-1"], "uvicorn": ["OSV-7"]}
    found = audit(tmp_path, osv)
    assert found.returncode == 1, found.stderr
    assert "uvicorn" in found.stdout and "OSV-7" in found.stdout and "nobody accepted it" in found.stdout

    away = audit(tmp_path, "http://127.0.0.1:9/v1/query")
    assert away.returncode == 2 and "does not answer" in away.stdout

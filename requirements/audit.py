"""`make audit`: a bill of materials of what is installed, and what is known to be vulnerable in it.

Exit code 0: nothing known. 1: a vulnerability that nobody accepted. 2: the vulnerability service did not answer for
everything; the bill of materials is written all the same. Uses only pip-audit and cyclonedx-py of its own environment.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = ("jobs", "airflow")
ACCEPTED = HERE / "accepted_vulnerabilities.csv"
VENDORED = HERE.parent / "app" / "static" / "vendor" / "vendored.csv"
KNOWN_BAD = "jinja2==2.4.1"
"""A release with published vulnerabilities: a service that knows nothing against it is not answering. pip-audit itself
calls a package "skipped" that its service has never heard of, and then says that no vulnerability is known."""
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2
_LONGEST_ACCEPTANCE_DAYS = 180


@dataclass(frozen=True)
class Vulnerability:
    """One published vulnerability of one pinned release; `fixed_in` is empty where no release mends it."""

    names: tuple[str, ...]
    package: str
    version: str
    fixed_in: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    """A row of accepted_vulnerabilities.csv: someone lives with a vulnerability that has no fix, for a time."""

    vulnerability: str
    package: str
    version: str
    accepted_on: date
    until: date
    accepted_by: str
    reason: str


class BadAcceptance(Exception):
    """A row of accepted_vulnerabilities.csv lacks something, or accepts for too long."""


def accepted(path: Path) -> list[Accepted]:
    """The rows of the file. Raises BadAcceptance."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = []
    for number, row in enumerate(rows, start=2):
        where = f"{path.name}, line {number}"
        if missing := [one.name for one in fields(Accepted) if not (row.get(one.name) or "").strip()]:
            raise BadAcceptance(f"{where}: {', '.join(missing)} must be filled in")
        try:
            days = {name: date.fromisoformat(row[name]) for name in ("accepted_on", "until")}
        except ValueError:
            raise BadAcceptance(f"{where}: days are written as 2026-01-31") from None
        if not 0 <= (days["until"] - days["accepted_on"]).days <= _LONGEST_ACCEPTANCE_DAYS:
            raise BadAcceptance(f"{where}: accepted for at most {_LONGEST_ACCEPTANCE_DAYS} days at a time")
        words = {one.name: row[one.name].strip() for one in fields(Accepted) if one.name not in days}
        found.append(Accepted(**words, **days))
    return found


def not_accepted(found: Sequence[Vulnerability], rows: Sequence[Accepted], today: date) -> list[tuple[str, str]]:
    """Each vulnerability that stops the audit, and why: nobody accepted it, the acceptance ran out, or a fix exists."""
    stops = []
    for one in found:
        title = f"{one.package} {one.version}: {', '.join(one.names)}"
        if one.fixed_in:
            stops.append((title, f"update to {' or '.join(one.fixed_in)}"))
            continue
        told = [
            row
            for row in rows
            if row.vulnerability in one.names and (_plain(row.package), row.version) == (one.package, one.version)
        ]
        if not told:
            stops.append((title, f"no release mends it; nobody accepted it in {ACCEPTED.name}"))
        elif all(row.until < today for row in told):
            stops.append((title, f"accepted until {max(row.until for row in told)}: look at it again"))
    return stops


def read_report(text: str) -> tuple[list[Vulnerability], list[str]]:
    """Vulnerabilities in a JSON report of pip-audit, and the packages that its service knew nothing of."""
    found, unknown = [], []
    for one in json.loads(text)["dependencies"]:
        if "skip_reason" in one:
            unknown.append(one["name"])
        for said in one.get("vulns", []):
            names = (said["id"], *sorted(set(said.get("aliases", [])) - {said["id"]}))
            found.append(Vulnerability(names, _plain(one["name"]), one["version"], tuple(said["fix_versions"])))
    return found, unknown


def completed(bill: dict, lock: str, vendored: Sequence[dict[str, str]], made: datetime) -> dict:
    """A bill of materials with what cyclonedx-py cannot know of a lock: what each package is needed by (the lock's
    "# via"), the front-end files that are shipped, the product itself and when it was made."""
    refs = {_plain(one["name"]): one["bom-ref"] for one in bill["components"]}
    needs: dict[str, set[str]] = {ref: set() for ref in refs.values()} | {"underwatch": set()}
    for package, via in re.findall(r"^([A-Za-z0-9._-]+)==\S+\s+# via (.+)$", lock, flags=re.MULTILINE):
        for parent in via.split(", "):
            needs["underwatch" if parent.startswith("-r ") else refs[_plain(parent)]].add(refs[_plain(package)])
    shipped = [
        {
            "type": "library",
            "bom-ref": f"vendored-{row['file']}",
            "name": row["package"],
            "version": row["version"],
            "purl": f"pkg:npm/{row['package']}@{row['version']}",
            "licenses": [{"license": {"id": row["licence"]}}],
            "hashes": [{"alg": "SHA-256", "content": row["sha256"]}],
        }
        for row in vendored
        if row["file"].endswith(".js")
    ]
    needs["underwatch"] |= {str(one["bom-ref"]) for one in shipped}
    # Where a package index is mirrored is nobody else's concern.
    plain = [
        {key: value for key, value in one.items() if key not in ("externalReferences", "description")}
        for one in bill["components"]
    ]
    product = {"type": "application", "bom-ref": "underwatch", "name": "underwatch"}
    said = {**bill["metadata"], "component": product, "timestamp": made.isoformat(timespec="seconds")}
    return {
        **bill,
        "metadata": said,
        "components": [*plain, *shipped],
        "dependencies": [{"ref": ref, "dependsOn": sorted(several)} for ref, several in sorted(needs.items())],
    }


def write_bill(name: str, folder: Path, made: datetime) -> Path:
    """The CycloneDX bill of materials of one lock."""
    lock = HERE / f"{name}.lock"
    drawn = _tool("cyclonedx-py", "requirements", str(lock), "--output-reproducible", "--of=JSON")
    drawn.check_returncode()
    vendored: list[dict[str, str]] = []
    if name == "jobs":
        with VENDORED.open(encoding="utf-8", newline="") as stream:
            vendored = list(csv.DictReader(stream))
    path = folder / f"sbom-{name}.cdx.json"
    bill = completed(json.loads(drawn.stdout), lock.read_text(encoding="utf-8"), vendored, made)
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    return path


def ask(requirements: Path, service: Sequence[str]) -> tuple[str, str]:
    """pip-audit's JSON report of pinned requirements, or an empty one and why there is none."""
    told = _tool(
        "pip-audit", "--requirement", str(requirements), "--no-deps", "--disable-pip", "--progress-spinner=off",
        "--format=json", *service,
    )  # fmt: skip
    try:
        json.loads(told.stdout)
    except ValueError:
        return "", (told.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return told.stdout, ""


def silent(service: Sequence[str]) -> str:
    """Why the service cannot be believed; empty where it knows what everybody knows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known-bad.txt"
        path.write_text(KNOWN_BAD + "\n", encoding="utf-8")
        report, why = ask(path, service)
    if not report:
        return why
    found, unknown = read_report(report)
    if unknown:
        return f"it has never heard of {KNOWN_BAD}"
    return "" if found else f"it knows no vulnerability of {KNOWN_BAD}, which has several"


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Audit both locks and write their bills of materials.")
    parser.add_argument("--out", type=Path, default=Path("var/audit"), help="Folder to write to.")
    parser.add_argument("--service", default="pypi", choices=("pypi", "osv"), help="Who is asked.")
    parser.add_argument("--osv-url", default="", help="An OSV server of your own, such as a mirror.")
    options = parser.parse_args(given)
    service = [
        f"--vulnerability-service={options.service}",
        *([f"--osv-url={options.osv_url}"] * bool(options.osv_url)),
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    for name in LOCKS:
        path = write_bill(name, options.out, now)
        parts = json.loads(path.read_text(encoding="utf-8"))["components"]
        print(f"bill of materials of {name}.lock, {len(parts):,} parts: {path}")
    rows = accepted(ACCEPTED)
    if why := silent(service):
        print(f"NOT AUDITED: the vulnerability service ({options.service}) does not answer: {why}")
        print("Nothing is known about vulnerabilities. Run it where the service can be reached.")
        return NOT_AUDITED
    return max(_audit(name, options.out, service, rows, now.date()) for name in LOCKS)


def _audit(name: str, folder: Path, service: Sequence[str], rows: Sequence[Accepted], today: date) -> int:
    report, why = ask(HERE / f"{name}.lock", service)
    if not report:
        print(f"NOT AUDITED: {name}.lock: {why}")
        return NOT_AUDITED
    (folder / f"vulnerabilities-{name}.json").write_text(report, encoding="utf-8")
    found, unknown = read_report(report)
    stops = not_accepted(found, rows, today)
    lived_with = len(found) - len(stops)
    print(f"{name}.lock: {len(found):,} known vulnerabilities, {lived_with:,} accepted, {len(stops):,} to mend")
    for title, mend in stops:
        print(f"  {title}: {mend}")
    if unknown:
        print(f"  NOT AUDITED: the service has never heard of {', '.join(unknown)}")
    return VULNERABLE if stops else NOT_AUDITED if unknown else CLEAN


def _plain(package: str) -> str:
    """A package's name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(Path(sys.executable).parent / name), *arguments], capture_output=True, text=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BadAcceptance as bad:
        sys.exit(str(bad))

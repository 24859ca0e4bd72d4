"""Data Docs: a page per checked table, rendered by Great Expectations, and an index.

Great Expectations' own page loads scripts from half a dozen public hosts and shows little without them. The pages here
keep its rendering of each expectation and put a frame around it that needs no network.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, DictLoader, Environment

from expectations.run import Report

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.5rem } h2, h5 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem; vertical-align: top;
border-bottom: 1px solid #d8dee4 } a { color: #0b5394 } .passed { color: #1a7f37 } .warned { color: #9a6700 }
.stopped { color: #b3261e; font-weight: 600 } .ge-breadcrumbs, script, img { display: none }
"""
_HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ title }}</title>
<style>""" + f"{_STYLE}</style></head><body>"  # fmt: skip

_PAGE = (
    _HEAD
    + """
<p><a href="../index.html">All checked tables</a></p>
<h1>{{ facts.table }}, {{ facts.name }}</h1>
<p>{{ "{:,}".format(facts.row_count) }} rows checked at {{ facts.checked_at }} UTC. {% include 'counts' %}.
{% if facts.left_out %}Not checked, for want of the other table: {{ facts.left_out | join('; ') }}.{% endif %}</p>
<table><tr><th>Result</th><th>Check</th><th>Observed</th></tr>
{% for outcome in outcomes %}<tr><td class="{{ outcome.status }}">{{ outcome.status }}</td>
<td>{{ outcome.check.name }}</td><td>{{ outcome.observed }}</td></tr>{% endfor %}</table>
<h2>As Great Expectations tells it</h2>
{% for section in sections[1:] %}{% set section_loop = loop %}{% include 'section.j2' %}{% endfor %}
</body></html>"""
)

_INDEX = (
    _HEAD
    + """
<h1>Checked tables</h1>
<p>STOP checks keep a table from being read or published when they fail; WARN checks are told with the run.
These pages hold counts and shares, never a value of a row.</p>
<table><tr><th>Table</th><th>Of</th><th>Rows</th><th>Checks</th><th>Checked at (UTC)</th></tr>
{% for facts in tables %}<tr><td><a href="{{ facts.table }}/{{ facts.file }}.html">{{ facts.table }}</a></td>
<td>{{ facts.name }}</td><td>{{ "{:,}".format(facts.row_count) }}</td><td>{% include 'counts' %}</td>
<td>{{ facts.checked_at }}</td></tr>{% endfor %}</table>
</body></html>"""
)

_COUNTS = """<span class="passed">{{ facts.passed }} passed</span>, <span class="{{ 'warned' if facts.warned }}">
{{ facts.warned }} warned</span>, <span class="{{ 'stopped' if facts.stopped }}">{{ facts.stopped }} stopped</span>"""


@dataclass(frozen=True)
class Facts:
    """What the index says about one page. `name` is the batch or the day; `file` the page's name for it."""

    table: str
    name: str
    file: str
    row_count: int
    passed: int
    warned: int
    stopped: int
    left_out: list[str]
    checked_at: str


def _is_ours(template: str | None) -> bool:
    return template in ("page", "index", "counts")


class _View(DefaultJinjaPageView):
    def __init__(self) -> None:
        super().__init__()
        frame = DictLoader({"page": _PAGE, "index": _INDEX, "counts": _COUNTS})
        environment: Environment = self.env
        # Batches are named after folders, and folders may be named anything.
        environment.autoescape = _is_ours
        environment.loader = ChoiceLoader([frame] + ([environment.loader] if environment.loader else []))


def write_page(folder: Path, report: Report, name: str, run_id: RunIdentifier) -> Path:
    """Write the page of one report, and the index anew; returns the page."""
    checked_at = run_id.run_time.strftime("%Y-%m-%d %H:%M:%S")
    counts = {status: report.count(status) for status in ("passed", "warned", "stopped")}
    facts = Facts(
        report.table, name, re.sub(r"[^A-Za-z0-9._-]", "_", name), report.row_count, **counts,
        left_out=[check.name for check in report.left_out], checked_at=checked_at,
    )  # fmt: skip
    report.result.meta |= {"run_id": run_id, "validation_time": run_id.run_time}
    document = ValidationResultsPageRenderer().render(report.result)
    order = ["stopped", "warned", "passed"]
    outcomes = sorted(report.outcomes, key=lambda outcome: order.index(outcome.status))
    page = folder / report.table / f"{facts.file}.html"
    html = _View().render(document, template="page", facts=facts, outcomes=outcomes, title=f"{report.table}, {name}")
    _write(page, html)
    _write(page.with_suffix(".json"), json.dumps(asdict(facts)))
    _write_index(folder)
    return page


def _write_index(folder: Path) -> None:
    found = [Facts(**json.loads(path.read_text())) for path in folder.glob("*/*.json")]
    found.sort(key=lambda facts: facts.checked_at, reverse=True)
    page = _View().env.get_template("index").render(tables=found, title="Checked tables")
    _write(folder / "index.html", page)


def _write(path: Path, text: str) -> None:
    # Two jobs may write the index at once: each replaces it whole.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)

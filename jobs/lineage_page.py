"""The page of a lineage: one table of steps for each published partition, from the delivery to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
tr.first td{border-top:2px solid #888}td.k{white-space:nowrap;font-weight:600}td.t{white-space:nowrap}"""
_HEAD = ("Step", "What", "Version", "When (UTC)", "What is recorded of it")


@dataclass(frozen=True)
class Step:
    """One thing that published rows came through. `version` is a number or the start of a hash, `at` UTC or empty."""

    kind: str
    name: str
    version: str
    at: str
    said: str


def page(title: str, told: Sequence[tuple[str, Sequence[Step]]]) -> str:
    """HTML without scripts or anything from elsewhere; every text in it is escaped."""
    parts = [f"<h1>Lineage of {escape(title)}</h1>", "<p>From the files delivered to the rows published, in order.</p>"]
    for heading, steps in told:
        parts += [f"<h2>{escape(heading)}</h2>", _table(steps)]
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lineage of {escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _table(steps: Sequence[Step]) -> str:
    lines = ["<tr>" + "".join(f"<th>{name}</th>" for name in _HEAD) + "</tr>"]
    before = ""
    for one in steps:
        kind, first = (one.kind, ' class="first"') if one.kind != before else ("", "")
        before = one.kind
        lines.append(
            f'<tr{first}><td class="k">{escape(kind)}</td><td>{escape(one.name)}</td><td>{escape(one.version)}</td>'
            f'<td class="t">{escape(one.at)}</td><td>{escape(one.said)}</td></tr>'
        )
    return f"<table>{''.join(lines)}</table>"

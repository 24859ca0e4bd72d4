from __future__ import annotations

import json
import sys
from collections import deque
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as TextTable

from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import AuditLog


def audit_log(
    lake: LakeRoot = DEFAULT_LAKE,
    subject: Annotated[str, typer.Option(help="Only what was done to this table, model or request.")] = "",
    action: Annotated[str, typer.Option(help="Only these: publish, promote, approve, rollback, quote ...")] = "",
    last: Annotated[int, typer.Option(min=1, help="Entries printed at most: the newest.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the entries as they are kept, one a line.")] = False,
) -> None:
    """Print who did what to models, tables and quotes, newest last.

    Example: underwatch audit-log --subject risk_cost --last 20
    """
    kept = (
        entry for entry in AuditLog(lake).entries() if subject in ("", entry.subject) and action in ("", entry.action)
    )
    shown = deque(kept, maxlen=last)
    if as_json:
        for entry in shown:
            print(json.dumps(vars(entry), sort_keys=True))
        return
    text = TextTable("entry", "at (UTC)", "actor", "action", "subject", "details")
    for entry in shown:
        details = ", ".join(f"{key}={value}" for key, value in entry.details.items())
        text.add_row(str(entry.sequence), entry.at[:19], entry.actor, entry.action, entry.subject, details)
    width = None if sys.stdout.isatty() else 10_000
    Console(width=width, markup=False, emoji=False, highlight=False).print(text)

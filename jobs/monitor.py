from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from catalog.errors import MissingTable, UnderwatchError
from jobs.as_of import given_day
from jobs.monitor_page import page
from jobs.monitor_tables import findings_of, last_day
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.progress import step
from jobs.text_table import text_console, text_table
from lake import Lake
from models.drift import BREACH, Finding

TABLE = "monitoring"


class Breach(UnderwatchError):
    """Monitoring found a breach, and was asked to fail then."""

    exit_code = 17


def monitor(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: Annotated[str, typer.Option("--as-of", help="Day to look at. Empty: the newest with features.")] = "",
    fail_on_breach: Annotated[bool, typer.Option(help="Exit code 17 after a breach.")] = False,
) -> None:
    """Hold data, features, scores and outcomes against what the champions were trained on; write a table and a page.

    Example: underwatch monitor --as-of 2025-12-31
    """
    store = Lake(lake)
    day = given_day(as_of) if as_of else last_day(store)
    with step("monitoring", as_of=str(day)) as said:
        found = watch(store, day)
        said.update(Counter(one.status for one in found))
        where = page(store, day)
    breaches = [one for one in found if one.status == BREACH]
    _print(breaches)
    print(f"{len(found):,} checks, {len(breaches):,} breaches. Page with plots: {where}")
    if breaches and fail_on_breach:
        raise Breach(f"{len(breaches):,} breaches on {day}; look at {where}, and retrain where a model no longer fits")


def watch(lake: Lake, day: date) -> list[Finding]:
    """Everything that can be looked at on a day, kept in the table monitoring (the day is replaced as a whole)."""
    found = findings_of(lake, day)
    if not found:
        raise MissingTable(f"the lake {lake.root} holds nothing to monitor on {day}; run `underwatch run` first")
    now = datetime.now(UTC)
    rows: list[dict[str, object]] = [
        {"as_of": day, **vars(one), "value": None if one.status == "not_measured" else one.value}
        | {"alert": one.status, "checked_at": now}
        for one in found
    ]
    lake.write_rows(rows, TABLE, str(day), run="monitor")
    return found


def _print(breaches: list[Finding]) -> None:
    if not breaches:
        return
    table = text_table(
        "Breaches", "check", "model", "subject", "value>", "bound>", "held against", wrap=("held against",)
    )
    for one in sorted(breaches, key=lambda one: -(one.value or 0) / (one.bound or 1)):
        table.add_row(
            one.check_name, one.model_name, one.subject, f"{one.value:.3g}", f"{one.bound:.3g}", one.reference
        )
    text_console().print(table)

"""The review queue: claims, providers and cases of the newest day, filtered, sorted and paged by key."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.kinds import Kind, Sort
from app.snapshot import Snapshot
from app.words import dollars

PAGE = 50
LANES = {"patient_harm": "Patient harm", "money": "Money"}


@dataclass(frozen=True)
class Asked:
    """What a reader asked of a queue. Values come from the address and are taken as they are; see `asked`."""

    text: str = ""
    scheme: str = ""
    claim_type: str = ""
    provider: str = ""
    peer_group: str = ""
    specialty: str = ""
    state: str = ""
    lane: str = ""
    status: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    sort: str = "rank"
    after: tuple[str, str] | None = None

    @property
    def given(self) -> dict[str, str]:
        """The filters and the sort as parameters of an address, without the page."""
        told = {name: str(value) for name, value in vars(self).items() if name != "after" and value not in ("", None)}
        return {name: value for name, value in told.items() if (name, value) != ("sort", "rank")}


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    total: int
    after: str = ""
    problems: tuple[str, ...] = field(default=())


def asked(kind: Kind, parameters: Mapping[str, str]) -> tuple[Asked, tuple[str, ...]]:
    """The question in an address, and what of it could not be understood and was left out."""
    problems: list[str] = []
    told: dict[str, Any] = {
        name: parameters.get(name, "").strip()[:200] for name in kind.filters if name not in ("least", "most")
    }
    told |= {name: _amount(parameters.get(name, ""), name, problems) for name in ("least", "most")}
    sort = parameters.get("sort", "rank")
    if sort not in kind.sorts:
        problems.append("There is no such order; the most suspect come first.")
        sort = "rank"
    return Asked(**told, sort=sort, after=_decoded(parameters.get("after", ""), problems)), tuple(problems)


def page(tables: Snapshot, kind: Kind, ask: Asked, statuses: Mapping[str, str], most: int = PAGE) -> Page:
    """The rows after `ask.after`, at most `most`, and how many there are in all."""
    where, values = _where(tables, kind, ask, statuses)
    counted = tables.queue(kind.table, f"select count(*) as n from kept.queue {_and(where)}", values)
    sort = kind.sorts[ask.sort]
    way, beyond = ("desc", "<") if sort.falling else ("asc", ">")
    if ask.after is not None:
        same = f"{sort.column} = ?::{_type(sort)}"
        where.append(f"({sort.column} {beyond} ?::{_type(sort)} or ({same} and {kind.key} > ?))")
        values = [*values, ask.after[0], ask.after[0], ask.after[1]]
    found = tables.queue(
        kind.table,
        # The narrow columns say which rows these are; the wide ones are read for those rows alone.
        f"select {', '.join(kind.columns)}, ({sort.column})::varchar as at from kept.queue where rowid in ("
        f"select rowid from kept.queue {_and(where)} order by {sort.column} {way}, {kind.key} limit {most + 1}) "
        f"order by {sort.column} {way}, {kind.key}",
        values,
    )
    rows = [_with_status(row, kind, statuses) for row in found[:most]]
    last = found[most - 1] if len(found) > most else None
    return Page(rows, int(counted[0]["n"]), encoded(last["at"], last[kind.key]) if last else "")


def all_rows(tables: Snapshot, kind: Kind, ask: Asked, statuses: Mapping[str, str], most: int) -> list[dict[str, Any]]:
    """Rows of the whole question in its order, for an export."""
    where, values = _where(tables, kind, ask, statuses)
    sort = kind.sorts[ask.sort]
    rows = tables.queue(
        kind.table,
        f"select {', '.join(kind.columns)} from kept.queue {_and(where)} "
        f"order by {sort.column} {'desc' if sort.falling else 'asc'}, {kind.key} limit {int(most)}",
        values,
    )
    return [_with_status(row, kind, statuses) for row in rows]


def choices(tables: Snapshot, kind: Kind, column: str) -> list[str]:
    """The values of a column to choose from."""
    query = f"select distinct {column} as value from kept.queue where {column} is not null order by 1"
    return [row["value"] for row in tables.queue(kind.table, query)]


def _with_status(row: dict[str, Any], kind: Kind, statuses: Mapping[str, str]) -> dict[str, Any]:
    return row | {"status": statuses.get(row[kind.key], "open")}


def encoded(at: str, key: str) -> str:
    """Where a page ends, as a parameter of an address."""
    return base64.urlsafe_b64encode(json.dumps([at, key]).encode()).decode()


def _decoded(text: str, problems: list[str]) -> tuple[str, str] | None:
    if not text:
        return None
    try:
        at, key = json.loads(base64.urlsafe_b64decode(text.encode()))
        return str(at), str(key)
    except (ValueError, binascii.Error, UnicodeError):
        problems.append("The page asked for is not there; this is the first.")
        return None


def _where(tables: Snapshot, kind: Kind, ask: Asked, statuses: Mapping[str, str]) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    for name, column in (
        ("scheme", "scheme"),
        ("claim_type", "claim_type"),
        ("provider", "provider_id"),
        ("peer_group", "peer_group"),
        ("specialty", "specialty"),
        ("state", "state"),
        ("lane", "review_lane"),
    ):
        if getattr(ask, name):
            where.append(f"{column} = ?")
            values.append(getattr(ask, name))
    for amount, way in ((ask.least, ">="), (ask.most, "<=")):
        if amount is not None:
            where.append(f"paid_amount {way} ?")
            values.append(amount)
    if ask.text:
        text = ask.text.lower()
        places = tables.holding(kind.table, text)
        where.append("contains(searched, ?)" if places is None else "rowid in (select unnest(?::bigint[]))")
        values.append(text if places is None else places)
    if ask.status == "open":
        where.append(f"{kind.key} not in (select unnest(?::varchar[]))")
        values.append(list(statuses))
    elif ask.status:
        where.append(f"{kind.key} in (select unnest(?::varchar[]))")
        values.append([key for key, status in statuses.items() if status == ask.status])
    return where, values


def _and(where: list[str]) -> str:
    return f"where {' and '.join(where)}" if where else ""


def _type(sort: Sort) -> str:
    return "date" if sort.column == "service_from" else "bigint" if not sort.falling else "decimal(18,2)"


def _amount(text: str, name: str, problems: list[str]) -> Decimal | None:
    try:
        return dollars(text)
    except ValueError:
        problems.append(f"The {name} amount is no sum of dollars and was left out.")
        return None

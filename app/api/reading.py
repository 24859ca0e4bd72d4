"""What a question of the API asks, and the rows that answer it: a page by key, of one version of one table."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.api.problems import Problem
from app.api.tables import Served
from app.snapshot import Snapshot

USUAL, MOST = 100, 1000
"""Rows of a page, where nothing is asked and at most."""
_NO_CURSOR = "`after` is not what a page gave as `next`; leave it out to begin with the first page"


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: of which version and day, and the values of its last row in the order of the table."""

    version: int
    day: str
    at: tuple[str | int, ...]

    def __str__(self) -> str:
        content = json.dumps([self.version, self.day, *self.at], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Question:
    filters: dict[str, str]
    limit: int = USUAL
    as_of: date | None = None
    after: Cursor | None = None


@dataclass(frozen=True)
class Answer:
    """`as_of` is empty for a table of all days."""

    version: int
    as_of: str
    rows: list[dict[str, Any]]
    after: str


def question(table: Served, parameters: Sequence[tuple[str, str]]) -> Question:
    """What the parameters of an address ask. Raises Problem (400) for what is not understood; nothing is left out."""
    given = dict(parameters)
    known = (*table.filters, "limit", "after", *(("as_of",) if table.by_day else ()))
    for name in given:
        if name not in known:
            raise Problem(400, f"there is no such parameter; {table.name} takes {', '.join(known)}")
    if len(given) != len(parameters):
        raise Problem(400, "each parameter is given once; ask again for another value")
    return Question(
        filters={name: given[name] for name in table.filters if name in given},
        limit=_limit(given["limit"]) if "limit" in given else USUAL,
        as_of=_day(given["as_of"]) if "as_of" in given else None,
        after=_cursor(table, given["after"]) if "after" in given else None,
    )


def answer(tables: Snapshot, table: Served, asked: Question, key: str) -> Answer:
    """The rows after `asked.after`. Raises Problem where there is no such table or day, or another version now.

    `key` is secret: the order of a table that is served in secret comes of it."""
    if not tables.has(table.name):
        raise Problem(404, f"{table.name} was not published yet; it comes with the first run that ends")
    version, day, source = tables.versions[table.name], "", table.name
    if table.by_day:
        if asked.after is not None and asked.after.version != version:
            raise Problem(409, "a newer version was published since the first page; begin again without `after`")
        day, source = _day_served(tables, table, asked)
    where = [f"{name} = ?" for name in asked.filters]
    values: list[object] = list(asked.filters.values())
    order = _order(table, key)
    if day:
        where.append("as_of = ?::date")
        values.append(day)
    if asked.after is not None:
        beyond, more = _beyond(order, asked.after.at)
        where.append(beyond)
        values += more
    columns = ", ".join([column.name for column in table.columns] + [f"{one} as at_{n}" for n, one in enumerate(order)])
    found = tables.rows(
        f"select {columns} from {source} {'where ' if where else ''}{' and '.join(where)} "
        f"order by {', '.join(order)} limit {asked.limit + 1}",
        values,
    )
    rows = [{column.name: plain(row[column.name]) for column in table.columns} for row in found[: asked.limit]]
    after = ""
    if len(found) > asked.limit:
        last = found[asked.limit - 1]
        after = str(Cursor(version, day, tuple(last[f"at_{n}"] for n in range(len(order)))))
    return Answer(version, day, rows, after)


def plain(value: Any) -> Any:
    """A value as JSON holds it: sums of money as text, so that no cent is lost; what is no number is null."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return value


def _day_served(tables: Snapshot, table: Served, asked: Question) -> tuple[str, str]:
    """The day, and the view that holds it: the newest of the table where none is asked for. Raises Problem (404)."""
    source = f"{table.name}_history" if table.name in tables.as_of else table.name
    newest = tables.as_of.get(table.name) or str(tables.rows(f"select max(as_of) as day from {source}")[0]["day"])
    day = str(asked.as_of) if asked.as_of else asked.after.day if asked.after else newest
    if day == newest:
        return day, table.name
    if not tables.rows(f"select 1 from {source} where as_of = ?::date limit 1", [day]):
        raise Problem(404, f"{table.name} holds no rows of that day; the newest is {newest}")
    return day, source


def _order(table: Served, key: str) -> tuple[str, ...]:
    """SQL of what the table is ordered by."""
    if not table.in_secret:
        return table.order
    salt = hashlib.sha256(f"{key} {table.name}".encode()).hexdigest()
    return (*table.order[:-1], f"sha256('{salt}' || {table.order[-1]})")


def _beyond(order: tuple[str, ...], at: tuple[str | int, ...]) -> tuple[str, list[object]]:
    """The condition of rows after `at`: a leading column beyond its value, or the same and the rest beyond theirs."""
    first, rest = order[0], order[1:]
    if not rest:
        return f"{first} > ?", [at[0]]
    condition, values = _beyond(rest, at[1:])
    return f"({first} >= ? and ({first} > ? or {condition}))", [at[0], at[0], *values]


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text) or not 1 <= int(text) <= MOST:
        raise Problem(400, f"`limit` is a whole number from 1 to {MOST}")
    return int(text)


def _day(text: str) -> date:
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(400, "`as_of` is a day, written as YYYY-MM-DD") from None


def _cursor(table: Served, text: str) -> Cursor:
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        version, day, *at = json.loads(content)
    except (ValueError, TypeError, RecursionError):
        raise Problem(400, _NO_CURSOR) from None
    kinds = ["string" if table.in_secret and name == table.order[-1] else table.described.column(name).type
             for name in table.order]  # fmt: skip
    told = [version, *at]
    fits = len(told) == 1 + len(kinds) and all(map(_is, told, ["bigint", *kinds]))
    if not fits or not isinstance(day, str) or bool(day) != table.by_day:
        raise Problem(400, _NO_CURSOR)
    if day:
        _day(day)
    return Cursor(version, day, tuple(at))


def _is(value: object, kind: str) -> bool:
    """Whether a value of a cursor is text where its column is, and else a whole number as the column holds them."""
    if kind == "string":
        return isinstance(value, str)
    return type(value) is int and 0 <= value < 2**63

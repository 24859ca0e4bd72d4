"""What the workbench reads: one committed version of each table, whole, in DuckDB."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from app.kinds import KINDS, Kind
from catalog.errors import MissingTable
from lake import Lake

_KIND_OF = {kind.table: kind for kind in KINDS.values()}
LATEST = tuple(_KIND_OF)
"""Tables of which people read the newest day; their former days are `<table>_history`."""
READ = (
    *LATEST,
    "claim_lines",
    "pharmacy_claims",
    "claim_features",
    "provider_features",
    "providers",
    "care_graph",
    "investigations",
    "risk_predictions",
    "underwriting_quotes",
    "underwriting_members",
    "underwriting_requests",
    "check_results",
    "monitoring",
)
_LOOK_AGAIN = 3.0
_MOST_KEPT, _MOST_KEPT_ROWS, _MOST_HELD = 500, 100, 2000


@dataclass(frozen=True)
class Queue:
    """The narrow columns of one published table, compressed in memory and in order of rank; `searched` is what a search
    looks into. `versions`: of the table, and of providers where it describes them. Answers are kept: versions never
    change."""

    versions: tuple[int, int | None]
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    answers: dict[tuple[object, ...], list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    def rows(self, query: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
        asked = (query, *map(str, parameters))
        if asked not in self.answers:
            found = _rows(self.connection, query, parameters)
            if len(found) > _MOST_KEPT_ROWS:
                return found
            if len(self.answers) >= _MOST_KEPT:
                self.answers.clear()
            self.answers[asked] = found
        return self.answers[asked]

    def holding(self, text: str) -> list[int] | None:
        """The row ids of rows in which a search finds the text, in lower case; None where they are many.

        Looking for a text in every row is the slow part of a search: its pages, orders and filters share it."""
        query = (
            "select list(place) as places from (select rowid as place from kept.queue where contains(searched, ?) "
            f"limit {_MOST_HELD + 1})"
        )
        places: list[int] = self.rows(query, [text])[0]["places"] or []
        return places if len(places) <= _MOST_HELD else None


@dataclass(frozen=True)
class Snapshot:
    """Views of pinned files, which are never rewritten: what is committed meanwhile changes none of them.

    `versions`: tables that hold rows. `as_of`: the newest day of those in LATEST."""

    versions: dict[str, int]
    as_of: dict[str, str]
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    queues: dict[str, Queue] = field(default_factory=dict, repr=False)

    def has(self, table: str) -> bool:
        return table in self.versions

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Rows of a query of our own, with values as parameters only."""
        return _rows(self.connection, query, parameters)

    def queue(self, table: str, query: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Rows of a query on the table `kept.queue`: the columns of a Kind, of the newest day, kept in memory."""
        return self.queues[table].rows(query, parameters)

    def holding(self, table: str, text: str) -> list[int] | None:
        """See Queue.holding."""
        return self.queues[table].holding(text)

    def one(self, query: str, parameters: Sequence[object] = ()) -> dict[str, Any] | None:
        found = self.rows(query, parameters)
        return found[0] if found else None

    def require(self, table: str) -> None:
        """Raises MissingTable where nothing was published yet."""
        if not self.has(table):
            raise MissingTable(f"the lake has no {table} yet; run `underwatch run` first")


class Tables:
    """The newest snapshot of a lake. A watcher looks for newer versions and opens them; readers never wait for it."""

    def __init__(self, lake: Lake, look_again: float = _LOOK_AGAIN) -> None:
        self._lake, self._look_again = lake, look_again
        self._opening, self._stop = threading.Lock(), threading.Event()
        self._snapshot: Snapshot | None = None
        self._versions: dict[str, int] = {}
        self._watcher: threading.Thread | None = None

    def now(self) -> Snapshot:
        """What readers see; the first call opens it, which takes seconds for a million claims."""
        return self._snapshot or self.fresh()

    def fresh(self) -> Snapshot:
        """The newest snapshot, looked for at once: for what this workbench has just had written."""
        with self._opening:
            versions = self._lake.versions(list(READ))
            if self._snapshot is None or versions != self._versions:
                self._snapshot, self._versions = _open(self._lake, versions, self._snapshot), versions
            return self._snapshot

    def watch(self) -> None:
        """Looks for newer versions from now on, until `close`."""
        self._watcher = threading.Thread(target=self._look, name="watch the lake", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join(timeout=30)
        with self._opening:
            self._snapshot = None

    def _look(self) -> None:
        while not self._stop.wait(self._look_again):
            try:
                self.fresh()
            except Exception as error:  # whatever it is, readers keep the former version, and it is tried again
                kind = type(error).__name__
                logging.getLogger(__name__).warning("the lake could not be read (%s); the former version stays", kind)


def _open(lake: Lake, versions: dict[str, int], before: Snapshot | None) -> Snapshot:
    connection = duckdb.connect()
    as_of: dict[str, str] = {}
    kept: dict[str, int] = {}
    queues: dict[str, Queue] = {}
    for table, version in versions.items():
        files = lake.files(table, version)
        if not files:
            continue
        kept[table] = version
        if table in LATEST:
            as_of[table] = max(_day(file) for file in files)
            _view(connection, f"{table}_history", files)
            files = [file for file in files if _day(file) == as_of[table]]
            kind = _KIND_OF[table]
            wanted = version, versions.get("providers") if kind.described else None
            same = before.queues.get(table) if before else None
            queues[table] = same if same and same.versions == wanted else _queue(lake, kind, wanted, files)
        _view(connection, table, files)
    return Snapshot(kept, as_of, connection, queues)


def _queue(lake: Lake, kind: Kind, versions: tuple[int, int | None], files: list[str]) -> Queue:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as kept (compress)")
    _view(connection, "published", files)
    published = "published"
    if kind.described:
        _describe(connection, lake.files("providers", versions[1]) if versions[1] is not None else [])
        published += " left join described using (provider_id)"
    columns = ", ".join(f"{sql} as {name}" for name, sql in (kind.columns | kind.hidden).items())
    searched = " || ' ' || ".join(f"coalesce({name}, '')" for name in kind.text)
    connection.execute(
        f"create table kept.queue as select {columns}, lower({searched}) as searched "
        f"from {published} order by fraud_rank"
    )
    connection.execute("drop view published")
    connection.execute("drop table if exists described")
    return Queue(versions, connection)


def _describe(connection: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """Makes the table `described`: specialty and state of each provider as last told."""
    if not files:
        connection.execute("create table described (provider_id varchar, specialty varchar, state varchar)")
        return
    _view(connection, "providers", files)
    # The whole last description, as on the provider's page: what it leaves open is not filled from an earlier one.
    connection.execute(
        "create table described as select provider_id, specialty, state from providers "
        "qualify row_number() over (partition by provider_id order by known_date desc, batch_id desc) = 1"
    )
    connection.execute("drop view providers")


def _view(connection: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
    connection.read_parquet(files, union_by_name=True, hive_partitioning=False).create_view(name)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
    cursor = connection.cursor()
    try:
        found = cursor.execute(query, list(parameters))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        cursor.close()


def _day(file: str) -> str:
    return file.rsplit("/as_of=", 1)[1].split("/", 1)[0]

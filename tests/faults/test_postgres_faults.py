"""Publishing to PostgreSQL, killed or cut off: readers see whole versions all the while, and a retry completes it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from catalog.errors import DatabaseUnavailable
from lake import Lake, Staged
from lake.postgres import Target, publish
from tests.faults.kill import begun, ends, kill
from tests.faults.ledger import Ledger, tries
from tests.lake.plain import rows_of, stage_many
from tests.postgres_server import Database, PostgresServer

pytestmark = pytest.mark.slow
TABLES = ("scored_claims", "scored_providers")
ROWS = 8000
PREPARE = """
from lake import Lake
from lake.postgres import Target, publish
lake = Lake(sys.argv[1])
"""
PUBLISH = f"publish([lake.pinned(table) for table in {TABLES}], Target.parse(sys.argv[2]))"
Seen = tuple[tuple[str, int], ...]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(str(tmp_path_factory.mktemp("postgres") / "lake"))


@pytest.fixture(scope="module")
def contents(lake: Lake) -> dict[str, list[Staged]]:
    """Two contents of each table."""
    return {run: [stage_many(lake, table, run, ROWS) for table in TABLES] for run in ("a", "b")}


@pytest.fixture(autouse=True)
def _password(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", database.password)


def commit(lake: Lake, contents: dict[str, list[Staged]], run: str) -> None:
    for staged in contents[run]:
        lake.commit(staged)


def again(lake: Lake, database: Database) -> None:
    publish([lake.pinned(table) for table in TABLES], Target.parse(database.address), wait=60)


def rows(database: Database) -> list[tuple[str, str, str]]:
    """Table, key and run of every row."""
    query = """select 'scored_claims', claim_id, run_id from underwatch.scored_claims
               union all select 'scored_providers', provider_id, run_id from underwatch.scored_providers"""
    return sorted(database.ask(query))


def whole(run: str) -> list[tuple[str, str, str]]:
    return sorted((table, *row) for table in TABLES for row in rows_of(table, run, ROWS))


@contextmanager
def polled(database: Database) -> Iterator[set[Seen]]:
    """What a reader sees who asks for both tables in one transaction, again and again."""
    found: set[Seen] = set()
    over = threading.Event()

    def poll() -> None:
        with psycopg.connect(database.server.admin(database.name)) as connection:
            while not over.is_set():
                seen: list[tuple[str, int]] = []
                for table in TABLES:
                    seen += connection.execute(f"select run_id, count(*) from underwatch.{table} group by 1").fetchall()
                connection.commit()
                found.add(tuple(seen))
                time.sleep(0.01)

    reader = threading.Thread(target=poll)
    reader.start()
    try:
        yield found
    finally:
        over.set()
        reader.join()


def test_killed_at_any_moment(
    lake: Lake, contents: dict[str, list[Staged]], database: Database, ledger: Ledger
) -> None:
    commit(lake, contents, "a")
    lasts, dice, fates = ends(begun(PREPARE, PUBLISH, lake.root, database.address)), random.Random(17), set()
    assert rows(database) == whole("a")
    with polled(database) as polls:
        for attempt in range(tries(5, 30)):
            before, after = ("a", "b") if attempt % 2 == 0 else ("b", "a")
            commit(lake, contents, after)
            kill(begun(PREPARE, PUBLISH, lake.root, database.address), dice.uniform(0, lasts))
            left = rows(database)
            assert left in (whole(before), whole(after))
            fates.add(left == whole(before))
            again(lake, database)
            ledger.note("kill -9 while publishing to PostgreSQL", "publish --to again", whole(after), rows(database))
    assert True in fates
    assert polls <= {((run, ROWS),) * 2 for run in ("a", "b")}
    assert len(polls) == 2
    assert database.ask("select count(*) from pg_tables where schemaname = 'underwatch_rows'") == [(2,)]


def test_the_server_stops_while_rows_are_loaded(
    lake: Lake, contents: dict[str, list[Staged]], postgres: PostgresServer, database: Database, ledger: Ledger
) -> None:
    commit(lake, contents, "a")
    again(lake, database)
    many = 60_000
    for attempt in range(tries(1, 3)):
        before = rows(database)
        lake.commit(stage_many(lake, TABLES[0], f"run {attempt}", many))
        stopper = threading.Thread(target=_stop_while_loading, args=(postgres, database))
        stopper.start()
        with pytest.raises(DatabaseUnavailable, match="the connection to it was lost; nothing was published") as raised:
            again(lake, database)
        assert database.password not in str(raised.value)
        stopper.join()
        postgres.start()
        assert rows(database) == before
        again(lake, database)
        expected = sorted(("scored_claims", *row) for row in rows_of(TABLES[0], f"run {attempt}", many))
        found = [row for row in rows(database) if row[0] == "scored_claims"]
        ledger.note("PostgreSQL stopped while rows are loaded", "start it, publish --to again", expected, found)
    assert database.ask("select count(*) from pg_tables where schemaname = 'underwatch_rows'") == [(2,)]


def _stop_while_loading(postgres: PostgresServer, database: Database) -> None:
    with psycopg.connect(postgres.admin(database.name), autocommit=True) as connection:
        deadline = time.monotonic() + 60
        loaded = "select coalesce(max(tuples_processed), 0) from pg_stat_progress_copy"
        while connection.execute(loaded).fetchone() == (0,) and time.monotonic() < deadline:
            time.sleep(0.005)
        postgres.stop()

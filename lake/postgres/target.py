"""A PostgreSQL database to publish to: how it is reached, and what its errors mean to a person.

No password is ever kept in a message: messages are ours, with names that the server gave, never its own text with rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from catalog.errors import CommitConflict, DatabaseUnavailable, UnderwatchError

_FORM = "postgresql://USER@HOST:5432/DATABASE"
_OLDEST = 130000  # 13.0
_NOTHING_CHANGED = "nothing was published and readers keep the previous version"
_SECONDS_TO_ANSWER = 20
# At the door errors bring no SQLSTATE, only words: those of libpq and of the server.
_NOT_LET_IN = re.compile(r"authentication failed|no password supplied|no pg_hba.conf entry")
_NO_DATABASE = re.compile(r'database "[^"]*" does not exist')


@dataclass(frozen=True)
class Target:
    """`url` may hold a password, so it is not printed; without one, libpq takes PGPASSWORD or ~/.pgpass."""

    url: URL = field(repr=False)

    @staticmethod
    def parse(text: str) -> Target:
        """Raises DatabaseUnavailable where the text is no URL of PostgreSQL."""
        try:
            url = make_url(text)
            known = url.drivername in ("postgresql", "postgres", "postgresql+psycopg")
            readable = known and "@" not in (url.host or "") and bool(url.database)
        except (ArgumentError, ValueError):  # neither is kept: their text may hold a part of the password
            readable = False
        if not readable:
            raise DatabaseUnavailable(
                f"the address of the database cannot be read; it looks like {_FORM}, where @ : / in a password are "
                "written %40 %3A %2F (better: leave the password to PGPASSWORD or ~/.pgpass)"
            ) from None
        return Target(url.set(drivername="postgresql+psycopg"))

    @property
    def where(self) -> str:
        """Host, port and database, for people."""
        port = f":{self.url.port}" if self.url.port else ""
        return f"{self.url.host or 'local socket'}{port}/{self.url.database}"

    @property
    def _user(self) -> str:
        return self.url.username or "this user"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. Raises DatabaseUnavailable or CommitConflict, which name the mend."""
        engine = create_engine(
            self.url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "client_encoding": "utf8",
                "application_name": "underwatch publish",
                "connect_timeout": _SECONDS_TO_ANSWER,
                "keepalives_idle": _SECONDS_TO_ANSWER,
            },
        )
        try:
            with engine.begin() as connection:
                version = connection.connection.driver_connection.info.server_version  # type: ignore[union-attr]
                if version < _OLDEST:
                    raise DatabaseUnavailable(f"{self.where} is PostgreSQL {version // 10000}; 13 is the oldest served")
                yield connection
        except DBAPIError as error:
            raise self._told(error.orig) from None
        except psycopg.Error as error:
            raise self._told(error) from None

    def _told(self, error: BaseException | None) -> UnderwatchError:
        state = getattr(error, "sqlstate", None) or ""
        told = error.diag if isinstance(error, psycopg.Error) else None
        if state in ("28P01", "28000") or _NOT_LET_IN.search(str(error)):
            return DatabaseUnavailable(
                f"{self.where} does not let {self._user} in; give the right password in PGPASSWORD or "
                "~/.pgpass (mode 0600), or have pg_hba.conf admit this host"
            )
        if state == "3D000" or _NO_DATABASE.search(str(error)):
            return DatabaseUnavailable(f"{self.where} does not exist; have it made: createdb {self.url.database}")
        if state == "42501":
            return DatabaseUnavailable(
                f"{self._user} has no right to do this in {self.where}; {_NOTHING_CHANGED}. Have an administrator "
                "make the schemas and own them by this user, as docs/sql-access.md says"
            )
        if state in ("53100", "53200", "53300", "54000"):
            return DatabaseUnavailable(
                f"{self.where} is out of room (disk, memory or connections); {_NOTHING_CHANGED}. Make room and "
                "run it again"
            )
        if state in ("2BP01", "0A000"):
            return DatabaseUnavailable(
                f"{self.where} holds a view on a column that the catalog changed; {_NOTHING_CHANGED}. Drop the view "
                "(pg_depend names it), publish, and make it again"
            )
        if state in ("40P01", "40001", "55P03", "57014"):
            return CommitConflict(f"another session of {self.where} was in the way; {_NOTHING_CHANGED}. Run it again")
        if state.startswith("22"):
            column = re.search(r"column (\w+)", (told.context or "") if told else "")
            place = f"in column {column[1]}" if column else "in a row"
            return DatabaseUnavailable(
                f"{self.where} cannot hold a value {place} (SQLSTATE {state}: a NUL character, or a number out of "
                f"range); {_NOTHING_CHANGED}. Mend the delivery that brought it"
            )
        if isinstance(error, psycopg.OperationalError):
            return DatabaseUnavailable(
                f"{self.where} cannot be reached or the connection to it was lost; {_NOTHING_CHANGED}. See that the "
                "server runs and that host, port and sslmode are right (psql with the same address tells more), and "
                "run it again"
            )
        # Errors of class 42 are about names and rights; the text of others may hold a row.
        why = f": {told.message_primary}" if told and state.startswith("42") else ""
        return DatabaseUnavailable(
            f"{self.where} refused a statement (SQLSTATE {state or 'unknown'}, {type(error).__name__}{why}); "
            f"{_NOTHING_CHANGED}. The server's log has the details"
        )

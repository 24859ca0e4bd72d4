"""A PostgreSQL server of the tests' own: in a new folder, on a free port of loopback, stopped when they end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest


@dataclass
class PostgresServer:
    """`owner` may do anything and comes in by the socket without a password; everybody else needs one, over TCP."""

    programs: Path
    folder: Path
    port: int
    user: str | None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", "fsync=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            command = [self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *options]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, cwd=self.folder)
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.admin("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        """At once, as if the machine lost power: no session ends in order."""
        if self.process is not None:
            self.process.send_signal(3)  # SIGQUIT: immediate shutdown, which ends the server's children too
            self.process.wait(timeout=60)
            self.process = None

    def admin(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user=owner dbname={database}"

    def new_database(self) -> Database:
        """A database with a user who may make schemas and roles in it, and a password that nobody knows."""
        name, password = f"d{secrets.token_hex(6)}", f"p@ss/{secrets.token_hex(12)}"
        with psycopg.connect(self.admin("postgres"), autocommit=True) as connection:
            connection.execute(f"create role {name} login createrole password '{password}'")
            connection.execute(f"create database {name} owner {name}")
        return Database(self, name, password)


@dataclass(frozen=True)
class Database:
    server: PostgresServer
    name: str
    password: str

    @property
    def address(self) -> str:
        """Without the password."""
        return f"postgresql://{self.name}@127.0.0.1:{self.server.port}/{self.name}"

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """As the server's owner."""
        with psycopg.connect(self.server.admin(self.name), autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []


def programs_folder() -> Path | None:
    """Where initdb and postgres are: on PATH, or where Debian's package puts them, newest first."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: -int(bin.parent.name))
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    programs = programs_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian and Ubuntu: apt-get install postgresql)")
    # It refuses to run as root. A short path of its own: a socket's has to fit into 107 characters.
    user = _unprivileged() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="underwatch-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PostgresServer(programs, folder, port, user)
    try:
        if user is not None:
            shutil.chown(folder, user)
        made = [programs / "initdb", "-D", folder / "data", "-U", "owner", "-E", "UTF8", "--locale=C", "-N"]
        access = ["--auth-local=trust", "--auth-host=scram-sha-256"]
        subprocess.run([*made, *access], check=True, capture_output=True, user=user, cwd=folder)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"

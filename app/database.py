"""The workbench's own small database: accounts, dispositions and assignments, in one SQLite file beside the lake."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)

FILE = "workbench.db"
METADATA = MetaData()

accounts = Table(
    "accounts",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Integer, nullable=False, default=1),
    Column("locked", Integer, nullable=False, default=0),
    # Rises with every change of password, role or lock and every sign-out: sessions of an earlier number are over.
    Column("epoch", Integer, nullable=False, default=1),
    Column("created_at", DateTime, nullable=False),
)

# Accounts that sign in at the site's identity provider, under the name that never changes there.
identities = Table(
    "identities",
    METADATA,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", ForeignKey("accounts.name"), nullable=False, unique=True),
    Column("vouched_at", DateTime, nullable=False),
)

dispositions = Table(
    "dispositions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target_type", String(16), nullable=False),
    Column("target_id", Text, nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("model", Text, nullable=False),
    Column("fraud_rank", Integer),
    Column("outcome", String(16), nullable=False),
    Column("scheme", Text),
    Column("selection", String(16), nullable=False),
    # SQLite has no decimals: whole cents.
    Column("recovered_cents", Integer),
    Column("note", Text, nullable=False),
    Column("needs_second_look", Integer, nullable=False),
    Column("recorded_by", String(64), nullable=False),
    Column("recorded_at", DateTime, nullable=False),
    CheckConstraint("target_type in ('claim', 'provider')"),
    CheckConstraint("outcome in ('confirmed', 'unfounded', 'needs_records')"),
)

# Files that go with a disposition. They lie in the folder `attachments` of the workbench under the name `stored`.
attachments = Table(
    "attachments",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("disposition_id", ForeignKey("dispositions.id"), nullable=False, index=True),
    Column("stored", String(32), nullable=False),
    Column("name", String(120), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
)

second_looks = Table(
    "second_looks",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("disposition_id", ForeignKey("dispositions.id"), nullable=False, unique=True),
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("looked_by", String(64), nullable=False),
    Column("looked_at", DateTime, nullable=False),
    CheckConstraint("verdict in ('approved', 'returned')"),
)

assignments = Table(
    "assignments",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target_type", String(16), nullable=False),
    Column("target_id", Text, nullable=False),
    Column("assigned_to", String(64)),
    Column("assigned_by", String(64), nullable=False),
    Column("assigned_at", DateTime, nullable=False),
)

set_asides = Table(
    "set_asides",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target_type", String(16), nullable=False),
    Column("target_id", Text, nullable=False),
    # The last day on which it is set aside; an earlier one takes it up again.
    Column("until", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", DateTime, nullable=False),
)

# Who was told for which claim who its member is. The member is not named.
identity_disclosures = Table(
    "identity_disclosures",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String(64), nullable=False),
    Column("claim_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", DateTime, nullable=False),
)

saved_views = Table(
    "saved_views",
    METADATA,
    Column("account", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("filters", Text, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String(64), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("used_on", String(10)),
)

_APPEND_ONLY = ("dispositions", "attachments", "second_looks", "assignments", "set_asides", "identity_disclosures")


def utc_now() -> datetime:
    """This moment as the database keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def open_database(home: Path) -> Engine:
    """The database of a workbench's folder, made where it is not there. Its owner alone may read folder and file."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / FILE
    _private(file, b"")
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _enforce_keys)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        for table in _APPEND_ONLY:
            for verb in ("update", "delete"):
                # The database itself refuses, whatever the program above it does.
                connection.execute(
                    text(
                        f"create trigger if not exists {table}_{verb} before {verb} on {table} "
                        f"begin select raise(abort, '{table} is append-only'); end"
                    )
                )
    return engine


def session_key(home: Path) -> str:
    """The random key that signs session cookies, made on first use. Removing the file ends every session."""
    file = home / "session.key"
    _private(file, secrets.token_hex(32).encode())
    return file.read_text(encoding="ascii")


def _private(file: Path, content: bytes) -> None:
    """Make the file with mode 0600 unless it is there."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)


def _enforce_keys(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("pragma foreign_keys = on")
    cursor.close()

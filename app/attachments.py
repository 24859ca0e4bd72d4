"""Files that go with a disposition, such as the records that prove it: kept as they came, beside the database."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from app.database import attachments
from catalog.errors import UnderwatchError

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST = 5
"""Files of one disposition."""


class BadAttachment(UnderwatchError):
    """A file cannot be kept, or is no longer what was kept; the message says what to do."""

    exit_code = 2


@dataclass(frozen=True)
class Kept:
    """A file that lies in the folder under `stored`; it counts when a disposition names it."""

    stored: str
    name: str
    media_type: str
    size: int
    sha256: str


def _is_text(content: bytes) -> bool:
    try:
        return not re.search(r"[\x00-\x08\x0e-\x1f]", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False


# By what it begins with: a name says nothing. Office files and archives may hold programs and are left out.
_KINDS: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": lambda content: content.startswith(b"%PDF-"),
    "image/png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
    "image/tiff": lambda content: content.startswith((b"II*\0", b"MM\0*")),
    "text/plain": _is_text,
}
TAKEN = "PDF, PNG, JPEG, TIFF or text (UTF-8)"


class Attachments:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder

    def keep(self, place: int, name: str, content: bytes) -> Kept:
        """Lay a file into the folder under a random name, for its owner alone. Raises BadAttachment, which tells the
        file by its `place` among those given (1 for the first): its name may name a person."""
        shown = re.sub(r"[^\w .()+,-]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[-120:] or "file"
        if not content:
            raise BadAttachment(f"file {place} is empty")
        if len(content) > LARGEST:
            raise BadAttachment(f"file {place} is larger than {LARGEST // 1024**2} MB; split it, or scan it coarser")
        kind = next((kind for kind, fits in _KINDS.items() if fits(content)), None)
        if kind is None:
            raise BadAttachment(f"file {place} is no {TAKEN}; save or print it as PDF")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        stored = secrets.token_hex(16)
        file = self._folder / stored
        file.touch(mode=0o600)
        file.write_bytes(content)
        return Kept(stored, shown, kind, len(content), hashlib.sha256(content).hexdigest())

    def of(self, dispositions: list[int]) -> dict[int, list[dict[str, Any]]]:
        """Disposition -> its files in the order they were given."""
        query = select(attachments).where(attachments.c.disposition_id.in_(dispositions)).order_by(attachments.c.id)
        found: dict[int, list[dict[str, Any]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.disposition_id, []).append(dict(row._mapping))
        return found

    def read(self, number: int) -> tuple[dict[str, Any], bytes] | None:
        """A file and what is known of it; None where there is none. Raises BadAttachment where it was changed."""
        with self._engine.connect() as connection:
            row = connection.execute(select(attachments).where(attachments.c.id == number)).first()
        if row is None:
            return None
        file = self._folder / row.stored
        content = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise BadAttachment(
                f"attachment {number} is missing or was changed since it was kept: put back attachments/{row.stored} "
                "of the workbench's folder from a backup"
            )
        return dict(row._mapping), content

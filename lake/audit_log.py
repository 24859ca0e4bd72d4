"""The audit log: who did what to models, tables and quotes, in an order that cannot be changed unseen.

JSON lines in `<lake>/audit/log.jsonl`, one entry a line; each holds the SHA-256 of the one before and its own.
`head.json` beside it holds the count and the last hash, so that an end cut off is found too. Who may rewrite both
files may rewrite the whole chain: against that, keep the head's hash elsewhere and pass it to `verify`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from catalog.errors import AuditLogFault

GENESIS = "0" * 64
"""What the first entry holds as the hash of the one before."""


@dataclass(frozen=True)
class Entry:
    """One thing done. `at` is UTC (ISO 8601), `details` is JSON, `sha256` is over all the other fields.

    Members never stand in it by identifier: tokens only.
    """

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    details: dict[str, object]
    previous: str
    sha256: str = ""

    def hashed(self) -> str:
        content = {key: value for key, value in asdict(self).items() if key != "sha256"}
        return hashlib.sha256(_canonical(content)).hexdigest()


@dataclass(frozen=True)
class Head:
    """Where the log ends: how many entries, the last one's hash, and the bytes up to there."""

    count: int
    sha256: str
    size: int


@dataclass(frozen=True)
class Broken:
    """The first place where the log is not what was written: number of the entry (from 1) and what is wrong."""

    sequence: int
    why: str

    def __str__(self) -> str:
        return f"entry {self.sequence}: {self.why}"


class AuditLog:
    """The log of one lake. UNDERWATCH_AUDIT names another folder for it, and must where the lake is an object store,
    which cannot append."""

    def __init__(self, lake_root: str) -> None:
        place = os.environ.get("UNDERWATCH_AUDIT", "")
        if not place and "://" in str(lake_root):
            raise AuditLogFault(
                "a lake in an object store keeps its audit log in a folder: set UNDERWATCH_AUDIT to one of its own"
            )
        self.folder = Path(place) if place else Path(lake_root) / "audit"
        self.path = self.folder / "log.jsonl"
        self.head_path = self.folder / "head.json"

    # -- writing -------------------------------------------------------------------------------

    def append(self, *, actor: str, action: str, subject: str, details: Mapping[str, object] | None = None) -> Entry:
        """Add an entry; it is on the disk when this returns. Safe when several processes write at once.

        A broken log is added to as well, at the end that its head names, so that work goes on and `verify` still
        finds the break. Raises AuditLogFault where the head is gone, since nothing could be told afterwards, and
        where the log may not be written.
        """
        try:
            return self._added(actor, action, subject, dict(details or {}))
        except PermissionError:
            raise AuditLogFault(
                f"you may not write in {self.folder}, where what is done is noted first: ask who owns the lake for the "
                "right to"
            ) from None

    # -- reading -------------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first; none where nothing was logged yet. Raises AuditLogFault at one that is none."""
        for number, line in enumerate(self._lines(), start=1):
            entry = _parsed(line)
            if entry is None:
                raise AuditLogFault(f"entry {number} of {self.path} cannot be read; see `underwatch audit-log-verify`")
            yield entry

    def head(self) -> Head:
        """Where the log ends; count 0 and the genesis hash where nothing was logged yet. Raises AuditLogFault."""
        try:
            return Head(**json.loads(self.head_path.read_bytes()))
        except FileNotFoundError:
            if self.path.exists():
                raise AuditLogFault(
                    f"{self.head_path} is gone, so the end of the audit log cannot be known: put both files back "
                    "from a backup, or move the folder away and keep it"
                ) from None
            return Head(0, GENESIS, 0)
        except (ValueError, TypeError):
            raise AuditLogFault(
                f"{self.head_path} cannot be read: put it back from a backup, or move the folder away and keep it"
            ) from None

    def verify(self, expect: str = "") -> Broken | None:
        """The first broken entry, or None where every one is as it was written, in order, and none is missing.

        `expect` is a hash that the head had once: it must still be the hash of an entry.
        """
        if not self.folder.exists():
            return self._first_broken(Head(0, GENESIS, 0), expect)
        with FileLock(self.folder / ".lock", timeout=120):
            try:
                head = self.head()
            except AuditLogFault as fault:
                return Broken(1, str(fault))
            return self._first_broken(head, expect)

    # -- inside --------------------------------------------------------------------------------

    def _first_broken(self, head: Head, expect: str) -> Broken | None:
        if not head.count and head.sha256 != GENESIS:
            return Broken(1, "the head names a hash and no entry")
        previous, number, met = GENESIS, 0, expect in ("", GENESIS)
        for number, line in enumerate(self._lines(), start=1):
            why = _fault(line, number, previous)
            # One whole entry beyond the head is of a writer killed before it wrote the head.
            if not why and number > head.count + 1:
                why = f"the head names {head.count} entries"
            if why:
                return Broken(number, why)
            previous = json.loads(line)["sha256"]
            if number == head.count and previous != head.sha256:
                return Broken(number, "it is not the one whose hash the head names")
            met = met or previous == expect
        if number < head.count:
            return Broken(number + 1, f"missing: the head names {head.count} entries")
        return None if met else Broken(max(number, 1), f"no entry has the expected hash {expect}: rewritten")

    def _added(self, actor: str, action: str, subject: str, details: dict[str, object]) -> Entry:
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock", timeout=120):
            head = self._settled()
            entry = Entry(
                sequence=head.count + 1,
                at=datetime.now(UTC).isoformat(timespec="microseconds"),
                actor=actor,
                action=action,
                subject=subject,
                # As read back: a date becomes text here, not at the next reading.
                details=json.loads(json.dumps(details, default=str, allow_nan=False)),
                previous=head.sha256,
            )
            entry = Entry(**{**asdict(entry), "sha256": entry.hashed()})
            with self.path.open("ab") as stream:
                stream.write(_line(entry))
                stream.flush()
                os.fsync(stream.fileno())
                size = stream.tell()
            self._write_head(Head(entry.sequence, entry.sha256, size))
        return entry

    def _settled(self) -> Head:
        """The head, after a writer that was killed between the log and the head: its entry is taken in when it is
        whole, and cut off when it is not (nobody was told that it is there)."""
        head = self.head()
        if not self.path.exists():
            if not head.count:  # the head first: a log without one would look as if it had been taken away
                self._write_head(head)
            return head
        size = self.path.stat().st_size
        if size <= head.size:
            return head
        with self.path.open("rb+") as stream:
            stream.seek(head.size)
            rest = stream.read()
            if b"\n" not in rest:
                stream.truncate(head.size)
                return head
        if rest.count(b"\n") > 1 or _fault(rest, head.count + 1, head.sha256):
            return head
        return Head(head.count + 1, json.loads(rest)["sha256"], size)

    def _write_head(self, head: Head) -> None:
        draft = self.folder / "head.json.draft"
        with draft.open("wb") as stream:
            stream.write(_canonical(asdict(head)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self.head_path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _lines(self) -> Iterator[bytes]:
        if self.path.exists():
            with self.path.open("rb") as stream:
                yield from stream


def _canonical(content: object) -> bytes:
    """One text for one content, so that any change of a byte is a change."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _line(entry: Entry) -> bytes:
    return _canonical(asdict(entry)) + b"\n"


def _parsed(line: bytes) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _fault(line: bytes, number: int, previous: str) -> str:
    """What is wrong with a line that should be entry `number`; empty where nothing is."""
    entry = _parsed(line)
    if entry is None or not isinstance(entry.details, dict):
        return "it cannot be read" if line.endswith(b"\n") else "it was not written to its end"
    if entry.sha256 != entry.hashed() or line != _line(entry):
        return "it is not as it was written"
    if entry.sequence != number:
        return f"entry {entry.sequence} stands here: entries are missing, repeated or moved"
    return "" if entry.previous == previous else "it does not follow from the one before"

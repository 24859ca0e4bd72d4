"""Looks for identifiers in whatever a run left behind: every file under some folders, decoded as far as it goes.

Parquet is read as rows, SQLite as SQL, gzip and zip are unpacked; of everything the plain bytes are looked through,
too, and what HTML, URLs and JSON escapes stand for. Letters count without regard to case.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ROWS = 50_000


@dataclass(frozen=True)
class Found:
    """A sentinel in a file."""

    path: str
    sentinel: str


def scan(roots: Iterable[Path], sentinels: Iterable[str]) -> list[Found]:
    """Each sentinel in each file (or name of a file) under `roots` once."""
    wanted = {word: word.casefold() for word in sentinels}
    assert wanted
    assert all(wanted.values())
    found = []
    for path in _files(roots):
        open_words = dict(wanted)
        for text in texts(path):
            hits = in_text(text, open_words)
            found += [Found(str(path), word) for word in hits]
            for word in hits:
                del open_words[word]
    return found


def in_text(text: str, wanted: dict[str, str]) -> list[str]:
    """Sentinels of `wanted` (each with its casefolded form) that stand in a text in one of its readings."""
    plain = text.casefold()
    readings = [plain]
    if "&" in plain:
        readings.append(html.unescape(plain))
    if "%" in plain or "+" in plain:
        readings.append(unquote(plain.replace("+", " ")))
    if "\\u" in plain:
        readings.append(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain).casefold())
    return [word for word, form in wanted.items() if any(form in reading for reading in readings)]


def texts(path: Path) -> Iterator[str]:
    """All readings of a file: its name, its bytes, and what they hold decoded."""
    yield path.name
    yield from _decoded(path.read_bytes())


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        assert root.exists(), f"{root} is not there: nothing would be scanned"
        yield from (path for path in sorted(root.rglob("*")) if path.is_file()) if root.is_dir() else (root,)


def _decoded(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    if b"\0" in content[:4096]:
        yield content.decode("utf-16-le", "replace")
    if content.startswith(b"PAR1"):
        for batch in pq.ParquetFile(io.BytesIO(content)).iter_batches(_ROWS):
            yield json.dumps(batch.to_pydict(), default=str, ensure_ascii=False)
    elif content.startswith(b"SQLite format 3\0"):
        yield from _sqlite(content)
    elif content.startswith(b"\x1f\x8b"):
        yield from _decoded(gzip.decompress(content))
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _decoded(archive.read(name))


def _sqlite(content: bytes) -> Iterator[str]:
    with sqlite3.connect(":memory:") as connection:
        # Written in write-ahead mode (2), a database cannot be opened in memory; as a plain one (1) it can.
        connection.deserialize(content[:18] + b"\1\1" + content[20:])
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            yield "\n".join(str(row) for row in connection.execute(f'select * from "{name}"'))

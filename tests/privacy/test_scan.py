"""A scan that finds nothing proves something only if it finds what was put there."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.privacy.scan import Found, scan

WORD = "Zzquill O'Abra & Søn"


def _parquet(path: Path) -> None:
    rows = [{"code": "x", "nested": [{"evidence": ["y"]}]}, {"code": "y", "nested": [{"evidence": [WORD.lower()]}]}]
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table runs (name text, note text)")
        connection.execute("insert into runs values ('r', ?)", ("n" * 9000 + WORD,))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt.gz", gzip.compress(WORD.encode()))


PLANTED = {
    "log.txt": lambda path: path.write_text(f"12:00 error: {WORD} is bad"),
    "page.html": lambda path: path.write_text("<td>Zzquill O&#39;Abra &amp; S&oslash;n</td>"),
    "note.json": lambda path: path.write_text(json.dumps({"detail": WORD})),
    "link.txt": lambda path: path.write_text("batch=Zzquill+O%27Abra%20%26%20S%C3%B8n/x"),
    "log.gz": lambda path: path.write_bytes(gzip.compress(WORD.upper().encode())),
    "wide.bin": lambda path: path.write_bytes(WORD.encode("utf-16-le")),
    "part.parquet": _parquet,
    "mlflow.db": _sqlite,
    "model.zip": _zip,
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep").mkdir()
    PLANTED[name](tmp_path / "deep" / name)
    (tmp_path / "harmless.txt").write_text("Zzquill alone is another word")
    assert scan([tmp_path], [WORD, "absent"]) == [Found(str(tmp_path / "deep" / name), WORD)]


def test_a_name_of_a_file_counts(tmp_path: Path) -> None:
    (tmp_path / "claims_of_M-77.csv").write_text("")
    assert [found.sentinel for found in scan([tmp_path], ["m-77"])] == ["m-77"]


def test_nothing_to_look_at_or_for_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        scan([tmp_path / "absent"], [WORD])
    with pytest.raises(AssertionError):
        scan([tmp_path], [])

"""Where members' identifiers are kept apart from the lake: a folder (or URL) that no table of the lake lies in.

Plain Parquet, a folder per batch, and no versions: what is removed is gone. A note per batch says which of its folders
counts, so that a job killed while writing changes nothing for readers.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as arrow_fs

from catalog import IDENTITY
from catalog.errors import MissingTable
from lake.staged import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TABLE = IDENTITY["member_identifiers"]


class IdentifierStore:
    """The table member_identifiers under `root`, which on disk its owner alone may enter (mode 0700)."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        if "://" not in self.root:
            self._fs, self._base = arrow_fs.LocalFileSystem(), str(Path(self.root).resolve())
        else:
            self._fs, self._base = arrow_fs.FileSystem.from_uri(self.root)

    def made_by(self, batch: str) -> str:
        """The run that wrote the identifiers of a batch; empty where none are kept."""
        note = self._note(f"{self._base}/batches/{quoted(batch)}.json")
        return str(note["run"]) if note else ""

    def write(self, rows: DataFrame, batch: str, run: str) -> None:
        """Replace the identifiers of one batch; the former ones are deleted."""
        self._make_private()
        folder, name = quoted(batch), uuid.uuid4().hex
        columns = [f"cast(`{column.name}` as {column.type}) as `{column.name}`" for column in TABLE.columns]
        rows.selectExpr(*columns).write.parquet(f"{self.root}/{TABLE.name}/{folder}/{name}")
        note = json.dumps({"batch_id": batch, "folder": f"{folder}/{name}", "run": run})
        self._put(f"{self._base}/batches/{folder}.json", note)
        for info in self._fs.get_file_info(arrow_fs.FileSelector(f"{self._base}/{TABLE.name}/{folder}")):
            if info.base_name != name:
                self._fs.delete_dir(info.path)

    def forget(self, batch: str) -> bool:
        """Delete the identifiers of one batch; whether there were any, or remains of a job that was killed."""
        note, folder = (f"{self._base}/{path}" for path in _places(batch))
        found = self._fs.get_file_info([note, folder])
        if found[0].type != arrow_fs.FileType.NotFound:
            self._fs.delete_file(note)
        if found[1].type != arrow_fs.FileType.NotFound:
            self._fs.delete_dir(folder)
        return any(info.type != arrow_fs.FileType.NotFound for info in found)

    def keeps_any(self) -> bool:
        """Whether identifiers of any batch are kept."""
        return bool(self._fs.get_file_info(arrow_fs.FileSelector(f"{self._base}/batches", allow_not_found=True)))

    def of(self, token: str) -> list[dict[str, str]]:
        """Everything kept about the member of that token: kind, value, source, batch_id. Raises MissingTable where
        nothing is kept at all."""
        notes = self._fs.get_file_info(arrow_fs.FileSelector(f"{self._base}/batches", allow_not_found=True))
        folders = [note["folder"] for info in notes if (note := self._note(info.path))]
        if not folders:
            raise MissingTable(
                f"{self.root} keeps no identifiers; deliveries are read with them by ingest-claims --keep-identifiers"
            )
        files = [
            info.path
            for folder in folders
            for info in self._fs.get_file_info(arrow_fs.FileSelector(f"{self._base}/{TABLE.name}/{folder}"))
            if info.path.endswith(".parquet")
        ]
        schema = pa.schema([(column.name, pa.string()) for column in TABLE.columns])
        table = ds.dataset(files, schema=schema, filesystem=self._fs, format="parquet")
        found = table.to_table(["kind", "value", "source", "batch_id"], filter=ds.field("member_id") == token)
        return sorted(found.to_pylist(), key=lambda row: (row["kind"], row["value"], row["batch_id"]))

    def note_lookup(self, who: str, token: str) -> None:
        """Write into `audit/` who asked for which token and when, never what was found."""
        self._make_private()
        now = datetime.now(UTC)
        line = json.dumps({"at": now.isoformat(timespec="seconds"), "who": who, "token": token})
        # One file each: an object store cannot append, and two lookups at once must both be noted.
        self._put(f"{self._base}/audit/{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}.json", line + "\n")

    def _make_private(self) -> None:
        if "://" not in self.root:
            folder = Path(self._base)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def _put(self, path: str, text: str) -> None:
        self._fs.create_dir(path.rsplit("/", 1)[0], recursive=True)
        draft = f"{path}.{uuid.uuid4().hex}"
        with self._fs.open_output_stream(draft) as stream:
            stream.write(text.encode())
        self._fs.move(draft, path)

    def _note(self, path: str) -> dict[str, str] | None:
        if not path.endswith(".json"):
            return None
        try:
            with self._fs.open_input_stream(path) as stream:
                note: dict[str, str] = json.loads(stream.read())
                return note
        except FileNotFoundError:
            return None


def _places(batch: str) -> tuple[str, str]:
    """The note of a batch, and the folder of its files."""
    return f"batches/{quoted(batch)}.json", f"{TABLE.name}/{quoted(batch)}"

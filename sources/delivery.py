"""The files of a delivery: which are there, which kind each is, what their first line says, and their hashes."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import BadDelivery
from sources.archives import unpack
from sources.source import FileKind, Source

_CHUNK = 1 << 20
_LONGEST_HEADER = 1 << 16
_MOST_NAMED = 3


@dataclass(frozen=True)
class DeliveredFile:
    """One text file of a delivery. `name` is its path inside the delivery, `header` its columns in file order."""

    name: str
    path: Path
    kind: FileKind
    sha256: str
    header: tuple[str, ...]
    ends_with_newline: bool


@dataclass(frozen=True)
class Delivery:
    """The files of one delivery that a source reads, and the names of those it does not."""

    source: Source
    batch_id: str
    files: tuple[DeliveredFile, ...]
    ignored: tuple[str, ...] = field(default=())

    def of_kind(self, name: str) -> list[DeliveredFile]:
        return [file for file in self.files if file.kind.name == name]


def open_delivery(source: Source, others: list[Source], folder: Path, batch_id: str, scratch: Path) -> Delivery:
    """Find, unpack (into `scratch`) and identify the files of `folder`.

    Raises BadDelivery, naming the file and the mend, for a folder that is not there, a file that is empty or
    not text, a header with missing or unknown columns, a missing file, or files of another source.
    """
    if not folder.is_dir():
        raise BadDelivery(f"the delivery {folder} is not a folder; give --delivery the folder that holds the files")
    found = _texts(folder, scratch)
    known = {name: path for name, path in found.items() if source.kind_of(name) is not None}
    if not known:
        raise BadDelivery(_wrong_source(source, others, folder, list(found)))
    files = tuple(_identify(source, name, known[name]) for name in sorted(known))
    delivery = Delivery(source, batch_id, files, tuple(sorted(set(found) - set(known))))
    _check_kinds_present(delivery)
    source.check(delivery)
    return delivery


def _texts(folder: Path, scratch: Path) -> dict[str, Path]:
    """Name inside the delivery -> file, archives unpacked. The same file plain and zipped counts once."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith((".", "_")) for part in Path(name).parts):
            continue
        inside = f"{name.rpartition('/')[0]}/" if "/" in name else ""
        texts = unpack(path, scratch / name) if path.suffix.lower() == ".zip" else {path.name: path}
        for text_name, text in texts.items():
            whole = inside + text_name
            if whole in found and _sha256(found[whole]) != _sha256(text):
                raise BadDelivery(f"{whole} is delivered twice with different content, once in {name}; remove one")
            found.setdefault(whole, text)
    return found


def _identify(source: Source, name: str, path: Path) -> DeliveredFile:
    kind = source.kind_of(name)
    if kind is None:
        raise BadDelivery(f"{name} is not a file of source {source.name}")
    size = path.stat().st_size
    if size == 0:
        raise BadDelivery(f"{name} is empty (0 bytes); deliver it again")
    header = _header(name, path)
    _check_header(name, header, kind.columns)
    with path.open("rb") as stream:
        stream.seek(size - 1)
        ends_with_newline = stream.read(1) == b"\n"
    return DeliveredFile(name, path, kind, _sha256(path), header, ends_with_newline)


def _header(name: str, path: Path) -> tuple[str, ...]:
    with path.open("rb") as stream:
        line = stream.readline(_LONGEST_HEADER)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadDelivery(f"{name} is damaged: it does not start with text; deliver it again")
    if "\r" in text.rstrip("\r\n"):
        raise BadDelivery(f"{name} ends its rows with a carriage return alone; save it with line feeds")
    return tuple(column.strip() for column in next(csv.reader([text]), []))


def _check_header(name: str, header: tuple[str, ...], expected: tuple[str, ...]) -> None:
    repeated = sorted({column for column in header if header.count(column) > 1})
    missing = [column for column in expected if column not in header]
    unknown = [column for column in header if column not in expected]
    if len(missing) == len(expected):
        raise BadDelivery(
            f"{name} has no header: its first row names none of the columns {', '.join(expected[:3])} ..."
        )
    if missing:
        raise BadDelivery(f"{name} lacks the column {', '.join(missing)}; deliver the file with all its columns")
    if unknown:
        raise BadDelivery(f"{name} has {_said(unknown)}; rename or remove it")
    if repeated:
        raise BadDelivery(f"{name} names the column {', '.join(repeated)} twice; remove one")


def _said(unknown: list[str]) -> str:
    # So many are no slip of a name but a row of data that ran into the header: it may name a person.
    if len(unknown) > _MOST_NAMED:
        return f"{len(unknown)} unknown columns in its first row"
    return f"the unknown column {', '.join(unknown)}"


def _check_kinds_present(delivery: Delivery) -> None:
    for kind in delivery.source.kinds:
        if kind.required and not delivery.of_kind(kind.name):
            raise BadDelivery(
                f"the delivery {delivery.batch_id} lacks {kind.example} ({kind.table}); "
                f"add the file and run again. Source {delivery.source.name} expects {delivery.source.expects}"
            )


def _wrong_source(source: Source, others: list[Source], folder: Path, names: list[str]) -> str:
    for other in others:
        if any(other.kind_of(name) for name in names):
            return (
                f"the files in {folder} are not those of source {source.name}; they look like {other.name}: "
                f"use --source {other.name}"
            )
    some = f", but {', '.join(sorted(names)[:5])}" if names else "; the folder is empty"
    return f"{folder} holds no file of source {source.name}{some}. It expects {source.expects}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

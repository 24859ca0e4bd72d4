"""The files of a delivery: which are there, which kind each is, what their first line says, and their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import BadDelivery
from sources.archives import is_archive, unpack
from sources.headers import header_of
from sources.manifest import MANIFESTS, Manifest, read_manifest
from sources.source import FileKind, Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_CHUNK = 1 << 20


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery. `name` is its path inside the delivery, `header` its columns in file order: by the
    names of the kind, and none for a file that is no table."""

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
    manifest: Manifest | None = None
    earlier: Mapping[str, DataFrame] = field(default_factory=dict, repr=False, compare=False)
    """By table, whole rows of other batches of the source, of tables that it continues; see Earlier."""

    def of_kind(self, name: str) -> list[DeliveredFile]:
        return [file for file in self.files if file.kind.name == name]


def open_delivery(source: Source, others: list[Source], folder: Path, batch_id: str, scratch: Path) -> Delivery:
    """Find, unpack (into `scratch`) and identify the files of `folder`.

    Raises BadDelivery, naming the file and the mend, for a folder that is not there, a file that is empty or
    not text, a header with missing or unknown columns, a missing file, or files of another source.
    """
    if not folder.is_dir():
        raise BadDelivery(f"the delivery {folder} is not a folder; give --delivery the folder that holds the files")
    found = _files(folder, scratch)
    manifest = read_manifest(found)
    known = {name: path for name, path in found.items() if source.kind_of(name, path) is not None}
    if not known:
        raise BadDelivery(_wrong_source(source, others, folder, found))
    files = tuple(_identify(source, name, known[name]) for name in sorted(known))
    ignored = tuple(sorted(set(found) - set(known) - set(MANIFESTS)))
    delivery = Delivery(source, batch_id, files, ignored, manifest)
    if manifest:
        manifest.check_files({file.name: file.sha256 for file in files}, batch_id)
    _check_kinds_present(delivery)
    source.check(delivery)
    return delivery


def check_unchanged(delivery: Delivery) -> None:
    """Raises BadDelivery, naming the file, when a file is no longer what it was when the delivery was opened."""
    for file in delivery.files:
        if not file.path.is_file() or sha256_of(file.path) != file.sha256:
            raise BadDelivery(
                f"{file.name} changed while it was read; nothing was committed. "
                "Wait until the delivery is complete and run again"
            )


def _files(folder: Path, scratch: Path) -> dict[str, Path]:
    """Name inside the delivery -> file, archives unpacked. The same file plain and zipped counts once."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "_")) for part in Path(name).parts):
            continue
        # A link to a folder, or to nothing, is no file: passed over, it would take its files with it in silence.
        if path.is_symlink():
            _check_link(name, path, folder)
        if not path.is_file():
            continue
        inside = f"{name.rpartition('/')[0]}/" if "/" in name else ""
        texts = unpack(path, scratch / name) if is_archive(path) else {path.name: path}
        for text_name, text in texts.items():
            whole = inside + text_name
            if whole in found and sha256_of(found[whole]) != sha256_of(text):
                raise BadDelivery(f"{whole} is delivered twice with different content, once in {name}; remove one")
            found.setdefault(whole, text)
    return found


def _check_link(name: str, path: Path, folder: Path) -> None:
    if not path.exists():
        raise BadDelivery(f"{name} is a link to nothing; put the file itself into the folder")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadDelivery(f"{name} is a link that leads out of the delivery; put the file itself into the folder")


def _identify(source: Source, name: str, path: Path) -> DeliveredFile:
    kind = source.kind_of(name, path)
    if kind is None:
        raise BadDelivery(f"{name} is not a file of source {source.name}")
    size = path.stat().st_size
    if size == 0:
        raise BadDelivery(f"{name} is empty (0 bytes); deliver it again")
    header = () if kind.read else header_of(name, path, kind.columns, kind.layout)
    with path.open("rb") as stream:
        stream.seek(size - 1)
        ends_with_newline = stream.read(1) == b"\n"
    return DeliveredFile(name, path, kind, sha256_of(path), header, ends_with_newline)


def _check_kinds_present(delivery: Delivery) -> None:
    for kind in delivery.source.kinds:
        if kind.required and not delivery.of_kind(kind.name):
            raise BadDelivery(
                f"the delivery {delivery.batch_id} lacks {kind.example} ({kind.table}); "
                f"add the file and run again. Source {delivery.source.name} expects {delivery.source.expects}"
            )


def _wrong_source(source: Source, others: list[Source], folder: Path, found: dict[str, Path]) -> str:
    names = list(found)
    for other in others:
        if any(other.kind_of(name, path) for name, path in found.items()):
            return (
                f"the files in {folder} are not those of source {source.name}; they look like {other.name}: "
                f"use --source {other.name}"
            )
    some = f", but {', '.join(sorted(names)[:5])}" if names else "; the folder is empty"
    return f"{folder} holds no file of source {source.name}{some}. It expects {source.expects}"


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

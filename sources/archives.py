"""Zip and gzip files as they are downloaded, unpacked without trusting them."""

from __future__ import annotations

import gzip
import lzma
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from catalog.errors import BadDelivery

_DATA = {".csv", ".txt", ".json", ".ndjson", ".jsonl", ".parquet", ".edi", ".x12", ".834", ".835", ".837"}
# A claims file compresses about tenfold; far more than that is a bomb, not a delivery.
_LARGEST_RATIO = 200
_LARGEST_BYTES = 64 << 30


def is_archive(path: Path) -> bool:
    """Whether `unpack` opens it."""
    return path.suffix.lower() in (".zip", ".gz")


def unpack(archive: Path, target: Path) -> dict[str, Path]:
    """Files of a zip or gzip archive, by base name, unpacked under `target`.

    Raises BadDelivery for a damaged, encrypted or dangerous archive.
    """
    if archive.suffix.lower() == ".gz":
        return _unpack_gzip(archive, target)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if _is_data(info)]
            _check_safe(archive.name, members)
            target.mkdir(parents=True, exist_ok=True)
            return {_inside(info).name: _extract(opened, info, target) for info in members}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise BadDelivery(f"{archive.name} is a damaged zip file; download it again") from error


def _unpack_gzip(archive: Path, target: Path) -> dict[str, Path]:
    path = target / archive.stem
    target.mkdir(parents=True, exist_ok=True)
    limit = min(_LARGEST_BYTES, _LARGEST_RATIO * archive.stat().st_size)
    try:
        with gzip.open(archive) as source, path.open("wb") as sink:
            while chunk := source.read(1 << 20):
                sink.write(chunk)
                if sink.tell() > limit:
                    raise BadDelivery(
                        f"{archive.name} unpacks to more than {_LARGEST_RATIO} times its size; do not trust it"
                    )
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadDelivery(f"{archive.name} is a damaged gzip file; download it again") from error
    return {path.name: path}


def _inside(info: zipfile.ZipInfo) -> PurePosixPath:
    """Path inside the archive. Some archives of Windows are written with backslashes."""
    return PurePosixPath(info.filename.replace("\\", "/"))


def _is_data(info: zipfile.ZipInfo) -> bool:
    path = _inside(info)
    return not info.is_dir() and path.suffix.lower() in _DATA and not path.parts[0].startswith("__MACOSX")


def _check_safe(archive: str, members: list[zipfile.ZipInfo]) -> None:
    names = [_inside(info).name for info in members]
    if len(set(names)) < len(names):
        raise BadDelivery(f"{archive} holds two files of the same name; unpack it and keep one")
    if sum(info.file_size for info in members) > _LARGEST_BYTES:
        raise BadDelivery(f"{archive} unpacks to more than {_LARGEST_BYTES >> 30} GiB; deliver it in parts")
    for info in members:
        path = _inside(info)
        if path.is_absolute() or ".." in path.parts or stat.S_ISLNK(info.external_attr >> 16):
            raise BadDelivery(f"{archive} holds a file that points outside the archive; do not trust it")
        if info.flag_bits & 0x1:
            raise BadDelivery(f"{archive} is encrypted; deliver it unpacked or without a password")
        if info.file_size > _LARGEST_RATIO * max(info.compress_size, 1):
            raise BadDelivery(f"{archive} unpacks to more than {_LARGEST_RATIO} times its size; do not trust it")


def _extract(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> Path:
    # Only the base name is used, so nothing can be written outside `target`. Reading to the end checks the CRC.
    path = target / _inside(info).name
    with opened.open(info) as source, path.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    return path

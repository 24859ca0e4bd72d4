"""Zip files are unpacked without trusting them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from catalog.errors import BadDelivery
from sources.archives import unpack
from tests.sources.delivered import zipped


def refused(archive: Path) -> str:
    target = archive.parent / "out"
    with pytest.raises(BadDelivery) as error:
        unpack(archive, target)
    assert archive.name in str(error.value)
    return str(error.value)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_csv_files_are_found_wherever_the_zip_keeps_them(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip", {"x/members.csv": "1", "CLAIMS.CSV": "2", "read.me": "3", "__MACOSX/._members.csv": "4"}
    )
    found = unpack(archive, tmp_path / "out")
    assert {name: path.read_text() for name, path in found.items()} == {"members.csv": "1", "CLAIMS.CSV": "2"}


@pytest.mark.parametrize("name", ["../members.csv", "/etc/members.csv", "a/../../members.csv"])
def test_a_name_that_points_outside_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "in" / "a.zip", {name: "1"})
    assert "points outside the archive" in refused(archive)
    assert everything(tmp_path) == {"in/a.zip"}


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("members.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert "points outside the archive" in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_zip_is_damaged(tmp_path: Path, kept: float) -> None:
    archive = zipped(tmp_path / "a.zip", {"members.csv": "".join(f"{n * n}\n" for n in range(3000))})
    archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * kept)])
    assert "damaged zip file; download it again" in refused(archive)


def test_a_zip_with_a_flipped_byte_is_damaged(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"members.csv": "".join(f"{n * n}\n" for n in range(3000))})
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    assert "damaged zip file; download it again" in refused(archive)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    assert "do not trust it" in refused(zipped(tmp_path / "a.zip", {"members.csv": b"0" * 5_000_000}))


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "two files of the same name" in refused(zipped(tmp_path / "a.zip", {"a/m.csv": "1", "b/m.csv": "2"}))


def test_a_password_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"members.csv": "1"})
    content = archive.read_bytes()
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark) + flags
        content = content[:at] + b"\x01" + content[at + 1 :]
    archive.write_bytes(content)
    assert "without a password" in refused(archive)

"""Which files were given, and what their names say."""

from __future__ import annotations

import re
from pathlib import Path

from catalog.errors import BadDelivery
from sources.archives import is_archive, unpack

_SETTINGS = (
    (re.compile(r"ccioph|hospital|facility", re.IGNORECASE), "outpatient_hospital"),
    (re.compile(r"ccipra|practitioner", re.IGNORECASE), "practitioner"),
    (re.compile(r"dme", re.IGNORECASE), "dme"),
)


def text_files(given: list[Path], folder: Path) -> list[tuple[Path, str]]:
    """Text files (.txt, .csv), each with the setting that its name or that of its archive says; zip and gzip files are
    unpacked under `folder`. Raises BadDelivery for anything else."""
    found: list[tuple[Path, str]] = []
    for number, path in enumerate(given):
        if not path.is_file():
            raise BadDelivery(f"there is no file {path.name}; give the file downloaded from CMS")
        inside = list(unpack(path, folder / str(number)).values()) if is_archive(path) else [path]
        texts = [one for one in inside if one.suffix.lower() in (".txt", ".csv")]
        if not texts:
            raise BadDelivery(f"{path.name} holds no .txt or .csv; of the files CMS publishes, load those, not .xlsx")
        found += [(one, _setting(one.name) or _setting(path.name)) for one in texts]
    return found


def _setting(name: str) -> str:
    return next((setting for pattern, setting in _SETTINGS if pattern.search(name)), "")

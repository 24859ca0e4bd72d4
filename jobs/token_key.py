"""The key that turns member identifiers into tokens: from a file, the environment, or made once beside the lake."""

from __future__ import annotations

import os
from pathlib import Path

from catalog.errors import BadDelivery
from jobs.progress import log
from sources.tokens import TokenKey

KEY_VARIABLE = "UNDERWATCH_TOKEN_KEY"
KEY_FILE_VARIABLE = "UNDERWATCH_TOKEN_KEY_FILE"


def token_key(lake: str, file: Path | None = None) -> TokenKey:
    """The key of `file`, else of the environment, else of the file beside the lake.

    A lake on disk that has none yet gets a random one, readable by its owner alone: a key is never a default.
    Raises BadDelivery where a file is not there, or where the lake lies in an object store and nobody gave a key.
    """
    if file is None and os.environ.get(KEY_VARIABLE):
        return TokenKey.of_text(os.environ[KEY_VARIABLE])
    named = file or (Path(os.environ[KEY_FILE_VARIABLE]) if os.environ.get(KEY_FILE_VARIABLE) else None)
    if named is not None:
        return _read(named)
    if "://" in lake:
        raise BadDelivery(
            f"a lake in an object store needs its token key: set {KEY_FILE_VARIABLE} or {KEY_VARIABLE}, "
            "or give --token-key-file (make one with: underwatch new-token-key --out FILE)"
        )
    beside = key_file_of(lake)
    if not beside.exists():
        write_new_key(beside)
        log.info("a token key was made; keep a copy of it apart from the lake", file=str(beside))
    return _read(beside)


def key_file_of(lake: str) -> Path:
    """Where a lake on disk has its key: beside its folder, so that whoever may read the tables need not hold it."""
    folder = Path(lake).resolve()
    return folder.with_name(f"{folder.name}.token-key")


def write_new_key(file: Path) -> None:
    """Write a random key that its owner alone may read. Raises BadDelivery rather than replace a key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadDelivery(f"{file} exists; a key is never replaced: tokens made with it would be lost") from error
    with os.fdopen(descriptor, "w") as stream:
        stream.write(TokenKey.new().text + "\n")


def _read(file: Path) -> TokenKey:
    if not file.is_file():
        raise BadDelivery(
            f"the token key file {file} is not there; make one with: underwatch new-token-key --out {file}"
        )
    return TokenKey.of_text(file.read_text())

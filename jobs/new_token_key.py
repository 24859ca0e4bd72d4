from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.token_key import KEY_FILE_VARIABLE, write_new_key


def new_token_key(out: Annotated[Path, typer.Option(help="File to write; it must not exist.")]) -> None:
    """Write a random key for member tokens to a file that its owner alone may read.

    Keep it apart from the lake: with it and a list of identifiers anyone can tell who is who; without it later
    deliveries cannot be joined to earlier ones.

    Example: underwatch new-token-key --out secrets/members.key
    """
    write_new_key(out)
    typer.echo(f"{out} written. Use it with --token-key-file {out} or {KEY_FILE_VARIABLE}={out}")

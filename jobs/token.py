from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.token_key import token_key


def token(
    lake: LakeRoot = DEFAULT_LAKE,
    token_key_file: Annotated[Path | None, typer.Option(help="Key of the lake; default: the one beside it.")] = None,
) -> None:
    """Say under which token the lake knows a member: identifiers from standard input, one a line, tokens out.

    Identifiers are not taken as arguments: a command line is seen by others and kept in histories.

    Example: underwatch token --lake var/lake < members.txt
    """
    key = token_key(lake, token_key_file)
    for line in sys.stdin:
        if line.strip():
            typer.echo(key.token(line.strip()))

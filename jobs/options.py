"""Command-line options shared by several jobs, so that each is described once."""

from __future__ import annotations

from typing import Annotated

import typer

LakeRoot = Annotated[
    str,
    typer.Option("--lake", envvar="UNDERWATCH_LAKE", help="Root of the lake: a folder or an object-store URL."),
]
Master = Annotated[
    str,
    typer.Option("--master", envvar="UNDERWATCH_MASTER", help="Spark master: local[*] or spark://host:7077."),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        help="Use only what was known on this day (YYYY-MM-DD). Empty: the last day known to the lake.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random; the same seed gives the same result.")]

DEFAULT_LAKE = "var/lake"
DEFAULT_MASTER = "local[*]"

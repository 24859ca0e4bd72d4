"""Where the identifiers of a lake's members are kept, and who keeps them there: ingest-claims --keep-identifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.errors import BadDelivery
from jobs.progress import log
from lake.identifiers import IdentifierStore

Identifiers = Annotated[
    str,
    typer.Option(
        "--identifiers",
        envvar="UNDERWATCH_IDENTIFIERS",
        help="Where identifiers are kept apart: a folder or URL; default: <lake>.identifiers beside a lake on disk.",
    ),
]


def identifier_store(lake: str, identifiers: str) -> IdentifierStore:
    """The place for the identifiers of a lake's members. Raises BadDelivery where it is inside the lake, or where the
    lake lies in an object store and nobody named one."""
    if not identifiers and "://" in lake:
        raise BadDelivery(
            "a lake in an object store has no place beside it: name one, that readers of the lake may not enter, "
            "with --identifiers URL or UNDERWATCH_IDENTIFIERS"
        )
    place = identifiers or f"{_whole(lake)}.identifiers"
    if f"{_whole(place)}/".startswith(f"{_whole(lake)}/"):
        raise BadDelivery("identifiers are kept apart from the lake: give --identifiers a place outside of it")
    return IdentifierStore(place)


def forget(lake: str, identifiers: str, batch: str) -> None:
    """Delete what an earlier reading of the batch kept; says so. A lake in an object store needs its place named."""
    if "://" in lake and not identifiers:
        return
    if identifier_store(lake, identifiers).forget(batch):
        log.warning("identifiers of the batch were kept and are deleted: it was read without --keep-identifiers now")


def _whole(place: str) -> str:
    return place.rstrip("/") if "://" in place else str(Path(place).resolve())

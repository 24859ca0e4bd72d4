from __future__ import annotations

import getpass
import re
from typing import Annotated

import typer
from rich.markup import escape

from catalog.errors import UnderwatchError
from jobs.identifiers import Identifiers, identifier_store
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.text_table import text_console, text_table

_TOKEN = re.compile(r"m-[a-z2-7]{24}")


class UnknownToken(UnderwatchError):
    """What was given is no token, or no identifiers of that member are kept."""

    exit_code = 2


def identify(
    token: Annotated[str, typer.Option(help="Token of the member, as the lake and published tables show it.")],
    lake: LakeRoot = DEFAULT_LAKE,
    identifiers: Identifiers = "",
) -> None:
    """Say who the member of a token is, where a delivery was read with --keep-identifiers.

    Every lookup is noted first: who asked, when, for which token.

    Example: underwatch identify --token m-k5z3qj2v7h4xw6ynpa2rb3sd --lake var/lake
    """
    if not _TOKEN.fullmatch(token):
        # It may be an identifier given by mistake: it is neither repeated nor noted.
        raise UnknownToken("that is no token of a member (m- and 24 letters and digits); `underwatch token` makes one")
    store = identifier_store(lake, identifiers)
    store.note_lookup(getpass.getuser(), token)
    found = store.of(token)
    if not found:
        raise UnknownToken("no identifiers of this member are kept; its batch was read without --keep-identifiers")
    shown = text_table(token, "kind", "value", "source", "batch", wrap=("value",))
    for row in found:
        shown.add_row(row["kind"], escape(row["value"]), row["source"], escape(row["batch_id"]))
    text_console().print(shown)

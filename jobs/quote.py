from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from catalog.errors import UnderwatchError
from jobs.as_of import given_day
from jobs.options import DEFAULT_LAKE, LakeRoot, Seed
from jobs.quote_answer import ADVERSE_ABOVE, Answer, BadRequest, Request, answer_request
from jobs.quote_members import read_members
from jobs.quote_tables import last_day
from jobs.quote_text import print_answer
from lake import Lake
from models.underwriting.adverse import page
from models.underwriting.uses import MARKETS, PURPOSES, SHIPPED


class RefusedUse(UnderwatchError):
    """The policy does not allow this use, so no quote was made."""

    exit_code = 11


def quote(
    market: Annotated[str, typer.Option(help=f"Market the quote is for: {', '.join(MARKETS)}.")],
    purpose: Annotated[str, typer.Option(help=f"What it is to be used for: {', '.join(PURPOSES)}.")],
    group: Annotated[str, typer.Option("--group", help="Group of the book to quote.")] = "",
    members: Annotated[
        Path | None,
        typer.Option(help="CSV with member_id (identifier or token) and, for members new to the lake, age and sex."),
    ] = None,
    jurisdiction: Annotated[str, typer.Option(help="Whose rules hold: US, a state such as US-CO, or EU.")] = "US",
    as_of: Annotated[
        str, typer.Option("--as-of", help="Use only what was known on this day. Empty: the newest with features.")
    ] = "",
    requested_by: Annotated[str, typer.Option(help="Who asks. Empty: the account that runs this.")] = "",
    request_id: Annotated[str, typer.Option(help="Name of the request; asking again under it replaces it.")] = "",
    adverse_above: Annotated[
        float, typer.Option(min=1.0, help="Relative risk above which a notice of an adverse decision is made.")
    ] = ADVERSE_ABOVE,
    notices: Annotated[Path | None, typer.Option(help="Folder to write the notices to, as printable pages.")] = None,
    policy: Annotated[Path, typer.Option(help="Rules of your own, in the columns of the shipped ones.")] = SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print the row of underwriting_quotes as JSON.")] = False,
    lake: LakeRoot = DEFAULT_LAKE,
    seed: Seed = 1,
) -> None:
    """Quote a group or a list of members, if the law allows the use; keep the answer, or the refusal with its rule.

    The rules are a configurable safeguard, not legal advice. Every request is kept in underwriting_requests.

    Example: underwatch quote --group G0054 --market large_group --purpose renewal --as-of 2024-12-31

    Example: underwatch quote --members members.csv --market self_funded_stop_loss --purpose stop_loss --notices notices

    Example: underwatch quote --group G0054 --market large_group --purpose care_management
    """
    store = Lake(lake)
    if bool(group) == bool(members):
        raise BadRequest("say whom to quote: --group ID or --members FILE, not both")
    if market not in MARKETS or purpose not in PURPOSES:
        raise BadRequest(f"markets are {', '.join(MARKETS)}; purposes are {', '.join(PURPOSES)}")
    request = Request(
        market=market,
        purpose=purpose,
        jurisdiction=jurisdiction,
        as_of=given_day(as_of) if as_of else last_day(store),
        requested_by=requested_by or getpass.getuser(),
        group_id=group or None,
        members=read_members(members, lake) if members else None,
        request_id=request_id,
        adverse_above=adverse_above,
        policy=policy,
        seed=seed,
    )
    answer = answer_request(store, request)
    if as_json:
        typer.echo(json.dumps(answer.quote, default=str, indent=1))
    else:
        print_answer(answer.quote, answer.members)
    if notices is not None:
        _write_notices(answer, notices)
    if answer.refused:
        raise RefusedUse(answer.refused)


def _write_notices(answer: Answer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for row in [answer.quote, *answer.members]:
        if row.get("adverse_notice"):
            name = f"{answer.quote['request_id']}-{row.get('row_number', 'group')}.html"
            (folder / name).write_text(page(json.loads(row["adverse_notice"])), encoding="utf-8")
            written += 1
    typer.echo(f"wrote {written:,} notices to {folder}")

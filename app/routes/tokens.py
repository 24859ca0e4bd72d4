"""The own tokens of the API: making one, which is shown once, and ending it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.access import may
from app.accounts import Account
from app.api.tables import SERVED
from app.api.tokens import LONGEST_DAYS, USUAL_DAYS, BadToken
from app.audit import note
from app.database import utc_now
from app.pages import render
from app.security import Needs, PartsOf

router = APIRouter()
Owner = Annotated[Account, Depends(Needs("use_api"))]


@router.get("/tokens")
def tokens(request: Request, parts: PartsOf, account: Owner) -> Response:
    return _page(request, parts, account)


@router.post("/tokens")
def make(
    request: Request,
    parts: PartsOf,
    account: Owner,
    name: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
) -> Response:
    try:
        if not days.strip().isdecimal() or len(days) > 9:
            raise BadToken(f"a token is good for 1 to {LONGEST_DAYS} days")
        once = parts.tokens.make(account.name, name, int(days))
    except BadToken as error:
        return _page(request, parts, account, problem=str(error))
    made = parts.tokens.of(account.name)[0]
    note(parts, account.name, "make_token", f"account {account.name}", token=made.number, days=int(days))
    return _page(request, parts, account, made=made.name, once=once)


@router.post("/tokens/{number}/end")
def end(parts: PartsOf, account: Owner, number: int) -> Response:
    if not parts.tokens.end(account.name, number):
        raise HTTPException(404)
    note(parts, account.name, "end_token", f"account {account.name}", token=number)
    return RedirectResponse("/tokens", 303)


def _page(request: Request, parts: PartsOf, account: Account, problem: str = "", **told: str) -> Response:
    context = {
        "account": account,
        "tokens": parts.tokens.of(account.name),
        "now": utc_now(),
        "problem": problem and f"{problem[:1].upper()}{problem[1:]}.",
        "longest": LONGEST_DAYS,
        "usual": USUAL_DAYS,
        "tables": [table for table in SERVED.values() if may(account.role, table.action)],
    }
    return render(request, "tokens.html", context | told, 400 if problem else 200)

"""Break-glass on the page of a claim."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.accounts import Account
from app.audit import note
from app.break_glass import NotDisclosed, WrongPassword
from app.pages import render
from app.security import Needs, PartsOf

router = APIRouter()


@router.post("/claims/{claim_id:path}/member")
def member(
    request: Request,
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("break_glass"))],
    claim_id: str,
    reason: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    tables = parts.tables.now()
    tables.require("scored_claims")
    claim = tables.one("select member_id from scored_claims where claim_id = ?", [claim_id])
    if claim is None:
        raise HTTPException(404)
    key, reason = f"account {account.name}", " ".join(reason.split())
    if parts.sign_ins.blocked(key):
        raise NotDisclosed("too many wrong passwords: wait five minutes and try again")
    try:
        parts.break_glass.check(parts.accounts, account, password, request.session["since"], reason)
    except WrongPassword:
        parts.sign_ins.failed(key)
        note(parts, account.name, "break_glass_refused", f"claim {claim_id}")
        raise
    seconds = parts.disclosures.wait(account.name)
    if seconds:
        minutes = math.ceil(seconds / 60)
        raise NotDisclosed(f"that was often: {parts.settings.disclosures} members an hour; wait {minutes} minutes")
    note(parts, account.name, "break_glass", f"claim {claim_id}")
    found = parts.break_glass.disclose(account, claim_id, claim["member_id"], reason)
    return render(request, "member.html", {"account": account, "claim_id": claim_id, "found": found})

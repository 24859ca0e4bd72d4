"""The audit log, for auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import Account
from app.audit import newest, note
from app.pages import render
from app.security import Needs, PartsOf

router = APIRouter()


@router.get("/audit")
def audit(request: Request, parts: PartsOf, account: Annotated[Account, Depends(Needs("read_audit_log"))]) -> Response:
    note(parts, account.name, "view_audit_log", "audit log")
    text = request.query_params.get("text", "").strip()[:200]
    entries = [
        one for one in newest(parts) if text.lower() in f"{one.actor} {one.action} {one.subject}".lower() or not text
    ]
    return render(
        request,
        "audit.html",
        {"account": account, "entries": entries, "text": text, "disclosures": parts.break_glass.newest()},
    )

"""Dispositions: recording one, looking a second time, and the delivery that makes them labels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.accounts import Account
from app.attachments import LARGEST, MOST, Kept
from app.audit import note
from app.dispositions import BadDisposition, Decision, check
from app.pages import render
from app.parts import Parts
from app.security import Needs, PartsOf
from app.words import dollars

router = APIRouter()
Recorder = Annotated[Account, Depends(Needs("record_disposition"))]
_TABLES = {"claim": ("scored_claims", "claim_id"), "provider": ("scored_providers", "provider_id")}


@router.get("/dispositions")
def listed(
    request: Request, parts: PartsOf, account: Annotated[Account, Depends(Needs("read_dispositions"))]
) -> Response:
    note(parts, account.name, "view_dispositions", "dispositions")
    awaiting, newest = parts.dispositions.awaiting(), parts.dispositions.newest()
    files = parts.attachments.of([one["id"] for one in awaiting + newest])
    context = {"account": account, "awaiting": awaiting, "newest": newest, "files": files}
    return render(request, "dispositions.html", context)


@router.get("/dispositions/delivery.csv")
def delivery(parts: PartsOf, account: Annotated[Account, Depends(Needs("deliver_dispositions"))]) -> Response:
    content = parts.dispositions.delivery()
    note(parts, account.name, "export", "dispositions", rows=content.count("\n") - 1, form="csv")
    headers = {"Content-Disposition": 'attachment; filename="dispositions.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/attachments/{number}")
def attachment(
    parts: PartsOf, account: Annotated[Account, Depends(Needs("read_attachments"))], number: int
) -> Response:
    found = parts.attachments.read(number)
    if found is None:
        raise HTTPException(404)
    row, content = found
    # Its name may name a person: the log has the number.
    note(parts, account.name, "view_attachment", f"attachment {number}", disposition=row["disposition_id"])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}"}
    return Response(content, media_type=row["media_type"], headers=headers)


@router.post("/dispositions")
def record(
    parts: PartsOf,
    account: Recorder,
    target_type: Annotated[str, Form()] = "",
    target_id: Annotated[str, Form()] = "",
    outcome: Annotated[str, Form()] = "",
    scheme: Annotated[str, Form()] = "",
    selection: Annotated[str, Form()] = "",
    recovered: Annotated[str, Form()] = "",
    words: Annotated[str, Form(alias="note")] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    scored = _scored(parts, target_type, target_id)
    decision = Decision(
        target_type=target_type,
        target_id=target_id,
        as_of=str(scored["as_of"]),
        model=f"{scored['model_name']} {scored['model_version']}",
        fraud_rank=scored["fraud_rank"],
        outcome=outcome,
        scheme=scheme.strip().lower().replace(" ", "_")[:64],
        selection=selection,
        recovered_amount=_amount(recovered),
        note=words.strip(),
    )
    check(decision)  # before any file is kept for it
    kept = _keep(parts, files or [])
    number = parts.dispositions.record(decision, account.name, kept)
    told = {"number": number, "outcome": outcome, "as_of": decision.as_of, "model": decision.model}
    if kept:
        told["files"] = [file.sha256 for file in kept]
    note(parts, account.name, "record_disposition", f"{target_type} {target_id}", **told)
    return _back(target_type, target_id)


@router.post("/dispositions/{number}/look")
def look(
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("second_look"))],
    number: int,
    verdict: Annotated[str, Form()] = "",
    words: Annotated[str, Form(alias="note")] = "",
) -> Response:
    parts.dispositions.look(number, verdict, words.strip()[:4000], account.name)
    found = parts.dispositions.find(number) or {}
    subject = f"{found['target_type']} {found['target_id']}"
    note(parts, account.name, "second_look", subject, number=number, verdict=verdict)
    return RedirectResponse("/dispositions", 303)


@router.post("/assignments")
def assign(
    parts: PartsOf,
    account: Recorder,
    target_type: Annotated[str, Form()] = "",
    target_id: Annotated[str, Form()] = "",
    take: Annotated[str, Form()] = "",
) -> Response:
    _scored(parts, target_type, target_id)
    to = account.name if take == "yes" else None
    parts.dispositions.assign(target_type, target_id, to, account.name)
    note(parts, account.name, "assign", f"{target_type} {target_id}", to=to)
    return _back(target_type, target_id)


@router.post("/set-asides")
def set_aside(
    parts: PartsOf,
    account: Recorder,
    target_type: Annotated[str, Form()] = "",
    target_id: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    _scored(parts, target_type, target_id)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise BadDisposition("say until which day, as YYYY-MM-DD") from None
    parts.dispositions.set_aside(target_type, target_id, day, reason, account.name)
    note(parts, account.name, "set_aside", f"{target_type} {target_id}", until=until)
    return _back(target_type, target_id)


def _scored(parts: Parts, target_type: str, target_id: str) -> dict[str, Any]:
    """The score that is decided on; 404 where there is none of that name."""
    if target_type not in _TABLES:
        raise HTTPException(404)
    table, key = _TABLES[target_type]
    tables = parts.tables.now()
    tables.require(table)
    found = tables.one(f"select as_of, model_name, model_version, fraud_rank from {table} where {key} = ?", [target_id])
    if found is None:
        raise HTTPException(404)
    return found


def _keep(parts: Parts, files: list[UploadFile]) -> list[Kept]:
    given = [file for file in files if file.filename]
    if len(given) > MOST:
        raise BadDisposition(f"at most {MOST} files go with a disposition")
    return [
        parts.attachments.keep(place, str(file.filename), file.file.read(LARGEST + 1))
        for place, file in enumerate(given, start=1)
    ]


def _amount(text: str) -> Decimal | None:
    try:
        return dollars(text)
    except ValueError:
        raise BadDisposition("the recovered amount is a sum of dollars, 0 or more, such as 1250.00") from None


def _back(target_type: str, target_id: str) -> Response:
    return RedirectResponse(f"/{target_type}s/{quote(target_id, safe='')}#decision", 303)

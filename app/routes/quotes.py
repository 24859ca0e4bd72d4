"""Underwriting: asking for a quote of a group or a list of members, and what was answered."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.access import may
from app.accounts import Account
from app.audit import note
from app.pages import render
from app.parts import Parts, QuoteRequest, Underwriting
from app.security import Needs, PartsOf
from app.snapshot import Snapshot
from catalog.errors import UnderwatchError

router = APIRouter()
Reader = Annotated[Account, Depends(Needs("read_quotes"))]
_LARGEST_LIST = 20 * 1024 * 1024
_MOST_SHOWN = 200


@router.get("/quotes")
def quotes(request: Request, parts: PartsOf, account: Reader) -> Response:
    return _page(request, parts, account)


@router.post("/quotes")
async def ask(
    request: Request,
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("ask_for_quotes"))],
    market: Annotated[str, Form()] = "",
    purpose: Annotated[str, Form()] = "",
    jurisdiction: Annotated[str, Form()] = "US",
    group: Annotated[str, Form()] = "",
    as_of: Annotated[str, Form()] = "",
    member: Annotated[str, Form()] = "",
    age: Annotated[str, Form()] = "",
    sex: Annotated[str, Form()] = "",
    members: UploadFile | None = None,
) -> Response:
    content = await members.read(_LARGEST_LIST + 1) if members is not None else b""
    # The member is not given back to the page: what is told of a problem names no person.
    given = {"market": market, "purpose": purpose, "jurisdiction": jurisdiction, "group": group, "as_of": as_of}
    problem = _problem(parts, given, member, content)
    if not content and member.strip():
        content = _list_of_one(member.strip(), age.strip(), sex)
    if not problem:
        asked = QuoteRequest(
            market=market,
            purpose=purpose,
            jurisdiction=jurisdiction.strip() or "US",
            requested_by=account.name,
            group_id=group.strip(),
            members_csv=content,
            as_of=date.fromisoformat(as_of) if as_of else None,
        )
        assert parts.underwriting is not None  # noqa: S101 - _problem told otherwise
        try:
            quote, _ = await run_in_threadpool(parts.underwriting.answer, asked)
        except UnderwatchError as error:
            problem = str(error)
        # Answered, refused or failed: it is in the list of the page that follows.
        await run_in_threadpool(parts.tables.fresh)
        if not problem:
            told = {"market": market, "purpose": purpose, "refused": bool(quote["refused_reason"])}
            note(parts, account.name, "ask_for_quote", f"request {quote['request_id']}", **told)
            return RedirectResponse(f"/quotes/{quote['request_id']}", 303)
    return _page(request, parts, account, problem=problem, given=given)


@router.get("/quotes/{request_id}")
def answered(request: Request, parts: PartsOf, account: Reader, request_id: str) -> Response:
    quote, members = _answer(parts, request_id)
    note(parts, account.name, "view_quote", f"request {request_id}", members=len(members))
    context = {"account": account, "quote": quote, "members": members[:_MOST_SHOWN], "member_rows": len(members)}
    return render(request, "quote.html", context)


@router.get("/quotes/{request_id}/notice/{row}.pdf")
def notice_pdf(parts: PartsOf, account: Reader, request_id: str, row: str) -> Response:
    """The notice of an adverse decision as a PDF; `row` is "group" or the member's row in the request."""
    underwriting, kept = _notice(parts, account, request_id, row, "pdf")
    return _download(underwriting.notice_pdf(kept), "application/pdf", f"notice-{row}.pdf")


@router.get("/quotes/{request_id}/notice/{row}")
def notice(parts: PartsOf, account: Reader, request_id: str, row: str) -> Response:
    """The same as a page to print."""
    underwriting, kept = _notice(parts, account, request_id, row, "html")
    return _download(underwriting.notice(kept).encode(), "text/html; charset=utf-8", f"notice-{row}.html")


def _notice(parts: Parts, account: Account, request_id: str, row: str, form: str) -> tuple[Underwriting, str]:
    """The notice as it was kept with the request; 404 where there is none."""
    quote, members = _answer(parts, request_id)
    rows = [quote] if row == "group" else [one for one in members if str(one["row_number"]) == row]
    if not rows or not rows[0].get("adverse_notice") or parts.underwriting is None:
        raise HTTPException(404)
    note(parts, account.name, "view_notice", f"request {request_id}", row=row, form=form)
    return parts.underwriting, rows[0]["adverse_notice"]


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _list_of_one(member: str, age: str, sex: str) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("member_id", "age", "sex"), (member, age, sex)])
    return text.getvalue().encode()


def _problem(parts: Parts, given: dict[str, str], member: str, content: bytes) -> str:
    """What is wrong with the form; empty where nothing is."""
    if parts.underwriting is None:
        return "This workbench was started without the call that answers requests."
    if given["market"] not in parts.underwriting.markets or given["purpose"] not in parts.underwriting.purposes:
        return "Choose the market and the purpose that the quote is for."
    if [bool(given["group"].strip()), bool(member.strip()), bool(content)].count(True) != 1:
        return "Name a group or one member, or choose a file with a list of members; one of the three."
    if len(content) > _LARGEST_LIST:
        return "The list is larger than 20 MB; quote it with `underwatch quote --members`."
    try:
        _ = given["as_of"] and date.fromisoformat(given["as_of"])
    except ValueError:
        return "The day is not a date; write it as YYYY-MM-DD."
    return ""


def _page(
    request: Request, parts: Parts, account: Account, problem: str = "", given: dict[str, str] | None = None
) -> Response:
    tables = parts.tables.now()
    history = (
        tables.rows(
            "select request_id, requested_by, requested_at, market, purpose, jurisdiction, group_id, member_count, "
            "expected_pmpm, lower, upper, relative_risk, credibility, refused_reason from underwriting_quotes "
            "order by requested_at desc limit 200"
        )
        if tables.has("underwriting_quotes")
        else []
    )
    failed = (
        tables.rows(
            "select request_id, requested_by, requested_at, market, purpose, group_id, member_count, rule "
            "from underwriting_requests where verdict = 'failed' order by requested_at desc limit 20"
        )
        if tables.has("underwriting_requests")
        else []
    )
    context = {
        "account": account,
        "history": history,
        "failed": failed,
        "problem": problem,
        "given": given or {},
        "underwriting": parts.underwriting,
        "may_ask": may(account.role, "ask_for_quotes"),
    }
    return render(request, "quotes.html", context, 400 if problem else 200)


def _answer(parts: Parts, request_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The quote and its members, the costliest first; 404 where nothing was asked under that name."""
    tables = parts.tables.now()
    quote = _quote(tables, request_id)
    if quote is None:
        # What was just answered may be newer than what is open.
        tables = parts.tables.fresh()
        quote = _quote(tables, request_id)
    if quote is None:
        raise HTTPException(404)
    if not tables.has("underwriting_members"):
        return quote, []
    return quote, tables.rows(
        "select * from underwriting_members where request_id = ? order by expected_cost desc", [request_id]
    )


def _quote(tables: Snapshot, request_id: str) -> dict[str, Any] | None:
    if not tables.has("underwriting_quotes"):
        return None
    return tables.one("select * from underwriting_quotes where request_id = ?", [request_id])

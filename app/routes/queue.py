"""The review queue and its exports."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.accounts import Account
from app.audit import note
from app.download import as_csv, as_xlsx
from app.kinds import KINDS, Kind
from app.pages import render
from app.parts import Parts
from app.queue import all_rows, asked, choices, page
from app.security import Needs, PartsOf

router = APIRouter()
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/queue/{kind}")
def queue(
    request: Request, parts: PartsOf, account: Annotated[Account, Depends(Needs("review_claims"))], kind: str
) -> Response:
    found, tables = _kind(kind), parts.tables.now()
    context = {"account": account, "kind": found, "kinds": KINDS.values(), "empty": not tables.has(found.table)}
    if context["empty"]:
        return render(request, "queue.html", context)
    ask, problems = asked(found, request.query_params)
    shown = page(tables, found, ask, _statuses(parts, found))
    context |= {
        "ask": ask,
        "views": parts.views.of(account.name, found.name),
        "problems": problems,
        "page": shown,
        "as_of": tables.as_of[found.table],
        "assigned": parts.dispositions.assigned(found.target_type),
        "export_rows": parts.settings.export_rows,
    }
    chosen = [name for name in ("scheme", "claim_type", "peer_group", "specialty", "state") if name in found.filters]
    context |= {name: choices(tables, found, name) for name in chosen}
    note(parts, account.name, "view_queue", found.name, rows=len(shown.rows))
    # A filter asks for the table alone; the page around it stays.
    part = request.headers.get("hx-target") == "results"
    return render(request, "queue_results.html" if part else "queue.html", context)


@router.post("/queue/{kind}/views")
def keep_view(
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("review_claims"))],
    kind: str,
    name: Annotated[str, Form()] = "",
    filters: Annotated[str, Form()] = "",
    remove: Annotated[str, Form()] = "",
) -> Response:
    """Keeps the filters of a page under a name for this account, or removes the name."""
    found = _kind(kind)
    # Only what the queue understands is kept.
    kept = urlencode(asked(found, dict(parse_qsl(filters)))[0].given)
    if remove:
        parts.views.remove(account.name, kind, name)
    else:
        parts.views.keep(account.name, kind, name, kept)
    return RedirectResponse(f"/queue/{kind}?{kept}", 303)


@router.get("/queue/{kind}/export.{form}")
def export(
    request: Request,
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("export_claims"))],
    kind: str,
    form: str,
) -> Response:
    found, tables = _kind(kind), parts.tables.now()
    tables.require(found.table)
    if form not in ("csv", "xlsx"):
        raise HTTPException(404)
    ask, _ = asked(found, request.query_params)
    rows = all_rows(tables, found, ask, _statuses(parts, found), parts.settings.export_rows)
    names = [*found.columns, "status"]
    cells = [[row[name] for name in names] for row in rows]
    content = as_csv(names, cells) if form == "csv" else as_xlsx(names, cells, found.words)
    note(parts, account.name, "export", found.name, rows=len(rows), form=form)
    file = f"{found.table}-{tables.as_of[found.table]}.{form}"
    media = "text/csv; charset=utf-8" if form == "csv" else _XLSX
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{file}"'})


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise HTTPException(404)
    return KINDS[name]


def _statuses(parts: Parts, kind: Kind) -> dict[str, str]:
    return parts.dispositions.statuses(kind.target_type)

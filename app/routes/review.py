"""Pages of one claim, one provider and one case, and the care graph around a provider."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.access import may
from app.accounts import Account
from app.attachments import TAKEN
from app.audit import note
from app.claim_page import claim_page
from app.definitions import codes
from app.dispositions import OUTCOMES, SELECTIONS
from app.pages import render
from app.parts import Parts
from app.provider_page import case_page, neighbourhood, provider_page
from app.security import Needs, PartsOf

router = APIRouter()
Reviewer = Annotated[Account, Depends(Needs("review_claims"))]


@router.get("/claims/{claim_id:path}")
def claim(request: Request, parts: PartsOf, account: Reviewer, claim_id: str) -> Response:
    shown = claim_page(parts.tables.now(), claim_id)
    if shown is None:
        raise HTTPException(404)
    note(parts, account.name, "view_claim", f"claim {claim_id}", as_of=str(shown.claim["as_of"]))
    shown_with = {"shown": shown, "break_glass": may(account.role, "break_glass") and parts.break_glass.available}
    return render(request, "claim.html", _decided(parts, account, "claim", claim_id) | shown_with)


@router.get("/providers/{provider_id:path}/graph.json")
def provider_graph(parts: PartsOf, account: Reviewer, provider_id: str, wide: bool = False) -> Response:
    note(parts, account.name, "view_graph", f"provider {provider_id}", wide=wide)
    return JSONResponse(neighbourhood(parts.tables.now(), [provider_id], wide))


@router.get("/providers/{provider_id:path}")
def provider(request: Request, parts: PartsOf, account: Reviewer, provider_id: str) -> Response:
    shown = provider_page(parts.tables.now(), provider_id)
    if shown is None:
        raise HTTPException(404)
    note(parts, account.name, "view_provider", f"provider {provider_id}", as_of=str(shown.provider["as_of"]))
    return render(request, "provider.html", _decided(parts, account, "provider", provider_id) | {"shown": shown})


@router.get("/cases/{case_id}/graph.json")
def case_graph(parts: PartsOf, account: Reviewer, case_id: str, wide: bool = False) -> Response:
    tables = parts.tables.now()
    found = case_page(tables, case_id)
    if found is None:
        raise HTTPException(404)
    note(parts, account.name, "view_graph", f"case {case_id}", wide=wide)
    return JSONResponse(neighbourhood(tables, found[0]["provider_ids"], wide))


@router.get("/cases/{case_id}")
def case(request: Request, parts: PartsOf, account: Reviewer, case_id: str) -> Response:
    found = case_page(parts.tables.now(), case_id)
    if found is None:
        raise HTTPException(404)
    note(parts, account.name, "view_case", f"case {case_id}", as_of=str(found[0]["as_of"]))
    statuses = parts.dispositions.statuses("provider")
    context = {"account": account, "case": found[0], "providers": found[1], "statuses": statuses, "codes": codes()}
    return render(request, "case.html", context)


def _decided(parts: Parts, account: Account, kind: str, target: str) -> dict[str, Any]:
    decided = parts.dispositions.of(kind, target)
    return {
        "account": account,
        "target_type": kind,
        "target_id": target,
        "decided": decided,
        "files": parts.attachments.of([one["id"] for one in decided]),
        "taken": TAKEN,
        "status": parts.dispositions.statuses(kind).get(target, "open"),
        "assigned_to": parts.dispositions.assigned(kind).get(target),
        "aside": parts.dispositions.aside(kind).get(target),
        "outcomes": OUTCOMES,
        "selections": SELECTIONS,
        "four_eyes": parts.dispositions.four_eyes,
        "codes": codes(),
    }

"""The read-only JSON API: the published tables, which of them an account may read, and the description of it all."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.access import may
from app.accounts import Account
from app.api.description import document, parameters, responses
from app.api.gate import ApiNeeds
from app.api.problems import Problem
from app.api.reading import answer, question
from app.api.tables import SERVED, Served
from app.audit import note
from app.security import COOKIE, PartsOf

router = APIRouter(prefix="/api/v1")
_USER = Depends(ApiNeeds("use_api"))
_LIST = {
    "type": "object",
    "properties": {
        "tables": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "table": {"type": "string"},
                    "holds": {"type": "string"},
                    "version": {"type": ["integer", "null"]},
                    "as_of": {"type": ["string", "null"], "format": "date"},
                    "href": {"type": "string"},
                },
                "required": ["table", "holds", "version", "as_of", "href"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["tables"],
    "additionalProperties": False,
}


@router.get(
    "/openapi.json",
    summary="This description",
    responses=responses({"type": "object"}, 400, 401, 403, 429),
)
def description(request: Request, parts: PartsOf, account: Account = _USER) -> Response:
    _nothing_else(request)
    note(parts, account.name, "api_read", "description", **_by(request))
    return _json(document(router.routes, COOKIE))


@router.get("/tables", summary="The tables that you may read", responses=responses(_LIST, 400, 401, 403, 429))
def tables(request: Request, parts: PartsOf, account: Account = _USER) -> Response:
    _nothing_else(request)
    now = parts.tables.now()
    note(parts, account.name, "api_read", "tables", **_by(request))
    told = [
        {
            "table": table.name,
            "holds": table.described.grain,
            "version": now.versions.get(table.name),
            "as_of": now.as_of.get(table.name),
            "href": f"/api/v1/{table.name}",
        }
        for table in SERVED.values()
        if may(account.role, table.action)
    ]
    return _json({"tables": told})


def _serve(table: Served) -> None:
    gate = Depends(ApiNeeds(table.action))

    @router.get(
        f"/{table.name}",
        name=table.name,
        operation_id=f"read_{table.name}",
        summary=table.described.grain,
        responses=responses({"$ref": f"#/components/schemas/{table.name}_page"}, 400, 401, 403, 404, 409, 429),
        openapi_extra={"parameters": parameters(table)},
    )
    def read(request: Request, parts: PartsOf, account: Account = gate) -> Response:
        asked = question(table, request.query_params.multi_items())
        found = answer(parts.tables.now(), table, asked, parts.key)
        told = {"rows": len(found.rows), "version": found.version, "as_of": found.as_of}
        note(parts, account.name, "api_read", table.name, **told, **_by(request))
        day = {"as_of": found.as_of} if table.by_day else {}
        page = {"table": table.name, "version": found.version, **day, "rows": found.rows}
        return _json({**page, "next": found.after or None})


for _table in SERVED.values():
    _serve(_table)


def _by(request: Request) -> dict[str, object]:
    """The token that was used, by its number; a session leaves none."""
    number = getattr(request.state, "token", None)
    return {} if number is None else {"token": number}


def _nothing_else(request: Request) -> None:
    if request.query_params:
        raise Problem(400, "this takes no parameters; ask again without any")


def _json(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content, allow_nan=False), media_type="application/json")

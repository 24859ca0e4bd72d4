"""What columns and reason codes mean, one click away from where they stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.accounts import Account
from app.definitions import codes, tables
from app.pages import render
from app.security import Needs

router = APIRouter()
Reader = Annotated[Account, Depends(Needs("read_definitions"))]


@router.get("/definitions")
def definitions(request: Request, account: Reader) -> Response:
    return render(request, "definitions.html", {"account": account, "tables": tables(), "codes": codes().values()})


@router.get("/definitions/code/{code}")
def code(request: Request, account: Reader, code: str) -> Response:
    """One reason code, as a part for the page that asked."""
    found = codes().get(code)
    if found is None:
        raise HTTPException(404)
    return render(request, "definition.html", {"account": account, "code": found})

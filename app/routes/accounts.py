"""Keeping the accounts: for those who run the workbench, who see no claims and no quotes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.access import ROLES, matrix
from app.accounts import Account, BadAccount
from app.audit import note
from app.pages import render
from app.security import Needs, PartsOf

router = APIRouter()
Keeper = Annotated[Account, Depends(Needs("manage_accounts"))]


@router.get("/accounts")
def accounts(request: Request, parts: PartsOf, account: Keeper) -> Response:
    return _page(request, parts, account)


@router.post("/accounts")
def create(
    request: Request,
    parts: PartsOf,
    account: Keeper,
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
) -> Response:
    try:
        once = parts.accounts.create(name.strip(), role)
    except BadAccount as error:
        return _page(request, parts, account, problem=str(error))
    note(parts, account.name, "create_account", f"account {name.strip()}", role=role)
    return _page(request, parts, account, made=name.strip(), once=once)


@router.post("/accounts/{name}")
def change(
    request: Request,
    parts: PartsOf,
    account: Keeper,
    name: str,
    role: Annotated[str, Form()] = "",
    locked: Annotated[str, Form()] = "",
) -> Response:
    try:
        parts.accounts.change(name, role, bool(locked))
    except BadAccount as error:
        return _page(request, parts, account, problem=str(error))
    note(parts, account.name, "change_account", f"account {name}", role=role, locked=bool(locked))
    return _page(request, parts, account, said=f"{name} is changed; its sessions are over.")


@router.post("/accounts/{name}/password")
def reset(request: Request, parts: PartsOf, account: Keeper, name: str) -> Response:
    try:
        once = parts.accounts.reset_password(name)
    except BadAccount as error:
        return _page(request, parts, account, problem=str(error))
    note(parts, account.name, "reset_password", f"account {name}")
    return _page(request, parts, account, made=name, once=once)


def _page(request: Request, parts: PartsOf, account: Account, problem: str = "", **told: str) -> Response:
    context = {
        "account": account,
        "accounts": parts.accounts.all(),
        "roles": ROLES,
        "problem": problem and f"{problem[:1].upper()}{problem[1:]}.",
        "matrix": matrix(),
    }
    return render(request, "accounts.html", context | told, 400 if problem else 200)

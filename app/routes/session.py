"""Signing in and out, the own password, and the page where each role begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from app.access import may
from app.accounts import LEAST_LENGTH, Account, BadAccount
from app.audit import note
from app.pages import render
from app.parts import Parts
from app.security import MustChange, Needs, NotSignedIn, PartsOf, signed_in, start_session

router = APIRouter()
_WRONG = "Name and password do not fit, or the account is locked."
_ALONE = "Passwords of the workbench are not taken here: sign in at the identity provider."
_OFTEN = "Too many failed tries. Wait five minutes and try again."


@router.get("/")
def begin(request: Request) -> Response:
    """Where a role begins."""
    account = signed_in(request)
    if account.must_change:
        raise MustChange
    for action, place in (
        ("review_claims", "/queue/claims"),
        ("ask_for_quotes", "/quotes"),
        ("read_audit_log", "/audit"),
        ("manage_accounts", "/accounts"),
    ):
        if may(account.role, action):  # type: ignore[arg-type]
            return RedirectResponse(place, 303)
    raise NotSignedIn


@router.get("/sign-in")
def sign_in_page(request: Request, parts: PartsOf) -> Response:
    return sign_in_form(request, parts)


@router.post("/sign-in")
def sign_in(
    request: Request, parts: PartsOf, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if parts.identity_provider is not None and parts.identity_provider.settings.alone:
        return sign_in_form(request, parts, _ALONE, 403)
    name = name.strip().lower()[:64]
    address = request.client.host if request.client else "unknown"
    keys = (f"account {name}", f"address {address}")
    if parts.sign_ins.blocked(*keys):
        return sign_in_form(request, parts, _OFTEN, 429)
    account = parts.accounts.sign_in(name, password)
    if account is None:
        parts.sign_ins.failed(*keys)
        known = parts.accounts.find(name) is not None
        note(parts, name if known else "unknown", "sign_in_failed", "account")
        return sign_in_form(request, parts, _WRONG, 401)
    parts.sign_ins.forget(*keys)
    start_session(request, account)
    note(parts, account.name, "sign_in", "account")
    return RedirectResponse("/password" if account.must_change else "/", 303)


def sign_in_form(request: Request, parts: Parts, problem: str = "", status: int = 200) -> Response:
    provider = parts.identity_provider
    ways = {"provider": provider is not None, "passwords": provider is None or not provider.settings.alone}
    return render(request, "sign_in.html", ways | {"problem": problem}, status)


@router.post("/sign-out")
def sign_out(
    request: Request, parts: PartsOf, account: Annotated[Account, Depends(Needs("change_own_password"))]
) -> Response:
    parts.accounts.end_sessions(account.name)  # a copy of the cookie must be over too
    request.session.clear()
    note(parts, account.name, "sign_out", "account")
    return RedirectResponse("/sign-in", 303)


@router.get("/password")
def password_page(request: Request, account: Annotated[Account, Depends(Needs("change_own_password"))]) -> Response:
    return render(request, "password.html", {"account": account, "problem": "", "least": LEAST_LENGTH})


@router.post("/password")
def change_password(
    request: Request,
    parts: PartsOf,
    account: Annotated[Account, Depends(Needs("change_own_password"))],
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    try:
        if new != again:
            raise BadAccount("the two new passwords differ")
        changed = parts.accounts.change_password(account, old, new)
    except BadAccount as error:
        told = {"account": account, "problem": f"{str(error).capitalize()}.", "least": LEAST_LENGTH}
        return render(request, "password.html", told, 400)
    start_session(request, changed)
    note(parts, account.name, "change_password", "account")
    return RedirectResponse("/", 303)

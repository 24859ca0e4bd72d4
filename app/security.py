"""What every request passes: headers of every answer, the session, the token against forged forms, and the role."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import PlainTextResponse, Response

from app.access import Action, may
from app.accounts import Account
from app.parts import Parts

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
COOKIE = "underwatch_session"
LARGEST = 24 * 1024 * 1024
"""Bytes of a request: a list of members of 20 MB with its form."""
_SAFE = ("GET", "HEAD", "OPTIONS")


class NotSignedIn(Exception):
    """Nobody is signed in, or the session is over."""


class NotAllowed(Exception):
    """The role may not do this."""

    def __init__(self, account: Account, action: Action) -> None:
        super().__init__(action)
        self.account, self.action = account, action


class Forged(Exception):
    """A changing request without the session's token, or from another site."""


async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers on every answer; pages are kept by no cache, since they hold members' claims."""
    response = too_large(request) or await call_next(request)
    for name, value in HEADERS.items():
        response.headers[name] = value
    if not request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    if parts_of(request).settings.https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def too_large(request: Request) -> Response | None:
    """The answer to a body that is larger than any form of ours, or does not say how large it is; it is not read."""
    if request.method in _SAFE:
        return None
    # A request that says neither how long its body is nor that it comes in chunks has none (RFC 9112, 6.3).
    told = request.headers.get("content-length", "" if "transfer-encoding" in request.headers else "0")
    if not told.isdecimal():
        return PlainTextResponse("say how long the request is", 411)
    return (
        PlainTextResponse("the request is larger than any form of this workbench", 413) if int(told) > LARGEST else None
    )


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def start_session(request: Request, account: Account) -> None:
    """A fresh session after signing in: nothing of the one before is kept."""
    request.session.clear()
    now = time.time()
    request.session.update(account=account.name, epoch=account.epoch, since=now, seen=now)
    request.session["csrf"] = secrets.token_urlsafe(24)


def csrf_token(request: Request) -> str:
    """The token that forms of this session carry."""
    if "csrf" not in request.session:
        request.session["csrf"] = secrets.token_urlsafe(24)
    return str(request.session["csrf"])


async def check_forged(request: Request) -> None:
    """Raises Forged for a changing request that no page of this session sent."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged
    given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf_token", ""))
    if not hmac.compare_digest(given.encode(), str(request.session.get("csrf", "")).encode()) or not given:
        raise Forged


def signed_in(request: Request) -> Account:
    """Whose session it is. Raises NotSignedIn where there is none, or it was idle or went on for too long."""
    parts, session, now = parts_of(request), request.session, time.time()
    found = parts.accounts.find(str(session.get("account", "")))
    over = (
        found is None
        or found.locked
        or found.epoch != session.get("epoch")
        or now - session.get("seen", 0) > parts.settings.idle_minutes * 60
        or now - session.get("since", 0) > parts.settings.longest_hours * 3600
    )
    if found is None or over:
        request.session.clear()
        raise NotSignedIn
    session["seen"] = now
    return found


class Needs:
    """A dependency: the account of the session, if its role may do `action`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def who(self, request: Request) -> Account:
        return signed_in(request)

    def __call__(self, request: Request) -> Account:
        account = self.who(request)
        # A one-time password opens the page that changes it, and no other.
        if account.must_change and self.action != "change_own_password":
            raise MustChange
        if not may(account.role, self.action):
            raise NotAllowed(account, self.action)
        return account


class MustChange(Exception):
    """The one-time password must be changed first."""


PartsOf = Annotated[Parts, Depends(parts_of)]

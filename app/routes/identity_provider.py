"""The way to the site's identity provider and back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.accounts import BadAccount
from app.audit import note
from app.identity_provider import IdentityProvider, NotAdmitted, ProviderSilent
from app.pages import render
from app.parts import Parts
from app.routes.session import sign_in_form
from app.security import PartsOf, start_session

router = APIRouter()
# The session's cookie is not sent when another site leads back here (SameSite=Strict); this one is, for ten minutes.
COOKIE, PATH, SECONDS = "underwatch_oidc", "/oidc", 600


@router.get("/oidc/begin")
def begin(request: Request, parts: PartsOf) -> Response:
    provider = _provider(parts)
    scheme = "https" if parts.settings.https else request.url.scheme
    try:
        place, kept = provider.begin(str(request.url_for("come_back").replace(scheme=scheme)))
    except ProviderSilent as error:
        return _refused(request, parts, error, 503)
    answer = RedirectResponse(place, 303)
    answer.set_cookie(
        COOKIE,
        _signer(parts).dumps(kept),
        max_age=SECONDS,
        path=PATH,
        secure=parts.settings.https,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/oidc/callback")
def come_back(request: Request, parts: PartsOf) -> Response:
    try:
        identity = _provider(parts).finish(_kept(request, parts), request.query_params)
        account = parts.accounts.enter(identity)
    except ProviderSilent as error:
        return _refused(request, parts, error, 503)
    except (NotAdmitted, BadAccount) as error:
        note(parts, "unknown", "sign_in_failed", "identity provider")
        return _refused(request, parts, error, 403)
    start_session(request, account)
    note(parts, account.name, "sign_in", "account", by="identity provider")
    # A redirect would still be the other site's doing, and the session's cookie would not go with it: a page goes on.
    answer = render(request, "entered.html", {})
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _provider(parts: Parts) -> IdentityProvider:
    if parts.identity_provider is None:
        raise HTTPException(404)
    return parts.identity_provider


def _kept(request: Request, parts: Parts) -> dict[str, str]:
    try:
        kept: dict[str, str] = _signer(parts).loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
        return kept
    except BadSignature:
        return {}


def _signer(parts: Parts) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts.key, salt="oidc")


def _refused(request: Request, parts: Parts, error: Exception, status: int) -> Response:
    told = str(error)
    return sign_in_form(request, parts, f"{told[:1].upper()}{told[1:]}.", status)

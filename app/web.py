"""The web application: its rooms, what every request passes, and how errors look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse, Response

from app.api.problems import Problem, is_api, problem
from app.audit import note
from app.pages import render
from app.parts import Parts
from app.routes import ROUTERS
from app.security import COOKIE, Forged, MustChange, NotAllowed, NotSignedIn, add_headers, check_forged, parts_of
from catalog.errors import UnderwatchError

STATIC = Path(__file__).parent / "static"
_MENDS = {
    404: "there is nothing under this address; /api/v1/tables says what is there",
    405: "the API only reads: ask with GET; what is decided is decided on a page",
}


def create_app(parts: Parts) -> FastAPI:
    """The workbench on its parts. Nothing is served that a role was not asked for, but signing in and static files."""
    app = FastAPI(
        title="Underwatch workbench",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_watching,
        dependencies=[Depends(check_forged)],
    )
    app.state.parts = parts
    app.middleware("http")(add_headers)
    app.add_middleware(
        SessionMiddleware,
        secret_key=parts.key,
        session_cookie=COOKIE,
        max_age=parts.settings.longest_hours * 3600,
        same_site="strict",
        https_only=parts.settings.https,
    )
    # Outermost: a name that is not ours is answered before anything else (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(parts.settings.hosts))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)
    _handle_errors(app)
    return app


@asynccontextmanager
async def _watching(app: FastAPI) -> AsyncIterator[None]:
    """While it is served, newer versions of the lake are looked for; afterwards its parts are let go."""
    parts: Parts = app.state.parts
    parts.tables.watch()
    yield
    parts.close()


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, _error: NotSignedIn) -> Response:
        if is_api(request):
            return problem(401, "sign in to the workbench, or send a token: `Authorization: Bearer TOKEN`")
        return _go(request, "/sign-in")

    @app.exception_handler(MustChange)
    def must_change(request: Request, _error: MustChange) -> Response:
        if is_api(request):
            return problem(403, "the one-time password must be changed first: sign in to the workbench")
        return _go(request, "/password")

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> Response:
        note(parts_of(request), error.account.name, "denied", error.action)
        words = f"The role {error.account.role} may not open this. Ask who keeps the accounts if you should."
        if is_api(request):
            return problem(403, words)
        return render(request, "error.html", {"title": "Not for your role", "words": words}, 403)

    @app.exception_handler(Forged)
    def forged(request: Request, _error: Forged) -> Response:
        words = "The form was not sent from a page of your session, or the session is over. Open the page again."
        return render(request, "error.html", {"title": "Not sent from your session", "words": words}, 403)

    @app.exception_handler(UnderwatchError)
    def told(request: Request, error: UnderwatchError) -> Response:
        if is_api(request):
            return problem(409, str(error))
        return render(request, "error.html", {"title": "This cannot be shown", "words": str(error)}, 409)

    @app.exception_handler(Problem)
    def asked_wrongly(_request: Request, error: Problem) -> Response:
        return problem(error.status, error.detail, error.headers)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        if is_api(request):
            return problem(error.status_code, _MENDS.get(error.status_code, str(error.detail)), error.headers)
        words = "There is nothing under this address." if error.status_code == 404 else str(error.detail)
        title = "Not found" if error.status_code == 404 else "This does not work"
        return render(request, "error.html", {"title": title, "words": words}, error.status_code)


def _go(request: Request, place: str) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(place, 303)

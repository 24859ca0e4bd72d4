"""Rendering: the templates with the words, drawings and links that all of them use."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from app import drawings, words
from app.access import ROLE_WORDS, may
from app.dispositions import STATUSES
from app.queue import LANES
from app.security import csrf_token, parts_of

_TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")
_TEMPLATES.env.globals.update(words=words, drawings=drawings, may=may, STATUSES=STATUSES, LANES=LANES)
_TEMPLATES.env.globals["ROLE_WORDS"] = ROLE_WORDS
_TEMPLATES.env.filters["query"] = urlencode
_TEMPLATES.env.filters["in_path"] = lambda text: quote(str(text), safe="")
_TEMPLATES.env.trim_blocks = _TEMPLATES.env.lstrip_blocks = True


def render(request: Request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    """The page. Who is signed in decides which links it has; the gate of each page decides what opens."""
    account = context.get("account") or parts_of(request).accounts.find(str(request.session.get("account", "")))
    shared = {"account": account, "csrf": csrf_token(request), "here": request.url.path}
    return _TEMPLATES.TemplateResponse(request, template, shared | context, status)

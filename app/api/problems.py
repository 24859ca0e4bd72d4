"""Answers that are no rows: what is wrong and what to do, as JSON (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

MEDIA = "application/problem+json"
TITLES = {
    400: "The question cannot be understood",
    401: "Nobody is signed in",
    403: "Not for this account",
    404: "Not found",
    405: "The API only reads",
    409: "The table was published anew",
    429: "Too many questions",
}


class Problem(Exception):
    """A question of the API that is not answered with rows. `detail` says what to do, and names no member."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    title = TITLES.get(status, "This does not work")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    told = dict(headers or {})
    if status == 401:
        told.setdefault("WWW-Authenticate", 'Bearer realm="underwatch"')
    return Response(json.dumps(body), status, told, media_type=MEDIA)

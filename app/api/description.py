"""The OpenAPI document: made of the routes of the API and of the catalog, so that it cannot say something else."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from app.api.problems import MEDIA, TITLES
from app.api.reading import MOST, USUAL
from app.api.tables import SERVED, Served
from lake.arrow_types import arrow_type

TOKEN, COOKIE = "token", "session"
_ABOUT = (
    "Published tables, to read. Who may read which is the table of roles in docs/security.md; every answer is noted in "
    "the audit log. Rows come in pages: ask again with `after` set to `next` until `next` is null. A page is of one "
    "version and one day; where a newer version was published meanwhile the answer is 409, and paging begins again."
)
_RESPONSES = {
    400: "A parameter is not understood",
    401: "No session and no valid token",
    403: "The role may not read this",
    404: "Nothing of that name or day is there",
    409: "A newer version was published since the first page",
    429: "Too many questions in a minute",
}


def document(routes: list[BaseRoute], cookie: str) -> dict[str, Any]:
    """The whole document; `cookie` names the session's."""
    made = get_openapi(title="Underwatch published tables", version="1", description=_ABOUT, routes=routes)
    schemas = {table.name: row_schema(table) for table in SERVED.values()}
    made["components"] = {
        "schemas": {**schemas, **{f"{name}_page": _page(table) for name, table in SERVED.items()}, "problem": _PROBLEM},
        "securitySchemes": {
            TOKEN: {"type": "http", "scheme": "bearer", "description": "A personal token, made on the page /tokens"},
            COOKIE: {"type": "apiKey", "in": "cookie", "name": cookie, "description": "The session of the workbench"},
        },
    }
    made["security"] = [{TOKEN: []}, {COOKIE: []}]
    return made


def responses(content: dict[str, Any], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of a route: its content, and the problems it can answer with."""
    problem = {"content": {MEDIA: {"schema": {"$ref": "#/components/schemas/problem"}}}}
    told: dict[int | str, dict[str, Any]] = {
        status: {"description": _RESPONSES[status], **problem} for status in statuses
    }
    return {200: {"description": "The answer", "content": {"application/json": {"schema": content}}}, **told}


def parameters(table: Served) -> list[dict[str, Any]]:
    """The parameters that a table takes."""
    told = [
        _parameter(name, f"Only rows of this {name}: {table.described.column(name).description}", {"type": "string"})
        for name in table.filters
    ]
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    told.append(_parameter("limit", "Rows of a page at most", whole))
    cursor = {"type": "string", "format": "underwatch-cursor"}
    told.append(_parameter("after", "What the page before gave as `next`", cursor))
    if table.by_day:
        told.append(_parameter("as_of", "Another day than the newest", {"type": "string", "format": "date"}))
    return told


def row_schema(table: Served) -> dict[str, Any]:
    """One row. Sums of money are text, so that no cent is lost."""
    properties = {}
    for column in table.columns:
        schema = _schema(arrow_type(column.type), column.nullable)
        unit = f" ({column.unit})" if column.unit else ""
        properties[column.name] = {**schema, "description": f"{column.description}{unit}"}
    return {
        "type": "object",
        "description": table.described.grain,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _page(table: Served) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "table": {"type": "string", "const": table.name},
        "version": {"type": "integer", "description": "Version of the table that the rows are of"},
        "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{table.name}"}},
        "next": {"type": ["string", "null"], "description": "What to give as `after` for the page that follows"},
    }
    if table.by_day:
        properties["as_of"] = {"type": "string", "format": "date", "description": "Day that the rows are of"}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _schema(kind: pa.DataType, nullable: bool) -> dict[str, Any]:
    """The JSON schema of a column's type. Within lists and structs anything may be null, as in the lake's files."""
    made = _plain(kind)
    return made | {"type": [made["type"], "null"]} if nullable else made


def _plain(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_decimal(kind):
        return {"type": "string", "format": "decimal", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    if pa.types.is_list(kind):
        return {"type": "array", "items": _schema(kind.value_type, nullable=True)}
    if pa.types.is_map(kind):
        return {"type": "object", "additionalProperties": _schema(kind.item_type, nullable=True)}
    if pa.types.is_struct(kind):
        fields = {field.name: _schema(field.type, nullable=True) for field in kind}
        return {"type": "object", "properties": fields, "required": list(fields)}
    if pa.types.is_timestamp(kind):
        return {"type": "string", "format": "date-time"}
    if pa.types.is_date(kind):
        return {"type": "string", "format": "date"}
    names = ((pa.types.is_integer, "integer"), (pa.types.is_floating, "number"), (pa.types.is_boolean, "boolean"))
    return {"type": next((name for fits, name in names if fits(kind)), "string")}


_PROBLEM = {
    "type": "object",
    "description": "What is wrong and what to do (RFC 9457)",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "examples": sorted(TITLES.values())},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do"},
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}

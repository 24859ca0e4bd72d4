"""Models and data: which version scores and how it was measured, what moved since, and what the last checks said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.accounts import Account
from app.pages import render
from app.parts import Parts
from app.security import Needs, PartsOf
from app.snapshot import Snapshot
from catalog.errors import ModelUnavailable

router = APIRouter()
Reader = Annotated[Account, Depends(Needs("read_models"))]
_RUNS = """
    with last as (select *, row_number() over (partition by table_name, check_name order by checked_at desc) as nth
                  from check_results)
    select * exclude (nth) from last where nth = 1
    order by case status when 'stopped' then 0 when 'warned' then 1 else 2 end, table_name, check_name"""
_MOVED = """
    select * from monitoring where as_of = (select max(as_of) from monitoring)
    order by case alert when 'breach' then 0 when 'ok' then 1 else 2 end, value / nullif(bound, 0) desc nulls last,
             check_name, model_name, subject"""
_WRITTEN = (
    *("claim_lines", "claim_features", "scored_claims", "risk_predictions", "underwriting_quotes", "investigations"),
    "monitoring",
)
"""A table that each step of the work writes."""
_MOST_MOVED = 15
"""Checks of drift on the page, breaches first; all of them are in the table monitoring."""


@dataclass(frozen=True)
class Written:
    """When a table was last written. `dag`, `run` and `address` are empty where no lasting Airflow did."""

    table: str
    version: int
    at: datetime
    dag: str
    run: str
    address: str


@router.get("/models")
def models(request: Request, parts: PartsOf, account: Reader) -> Response:
    tables = parts.tables.now()
    checks = tables.rows(_RUNS) if tables.has("check_results") else []
    counts = {status: sum(one["status"] == status for one in checks) for status in ("passed", "warned", "stopped")}
    context = {
        "account": account,
        "cards": parts.models.cards(),
        "checks": [one for one in checks if one["status"] != "passed"],
        "counts": counts,
        "last_checked": max((one["checked_at"] for one in checks), default=None),
        "as_of": tables.as_of,
        "drift": _drift(tables),
        "written": _written(parts),
    }
    return render(request, "models.html", context)


def _written(parts: Parts) -> list[Written]:
    """The newest commit of the tables, with its run's page in Airflow where the site has one."""
    found = []
    for table in _WRITTEN:
        if not parts.lake.exists(table):
            continue
        commit = parts.lake.history(table, 1)[0]
        by = {name: str(commit.get(f"airflow_{name}", "")) for name in ("dag", "run")}
        at = datetime.fromtimestamp(int(str(commit["timestamp"])) / 1000, UTC)
        address = ""
        if parts.settings.airflow and by["run"]:
            address = f"{parts.settings.airflow.rstrip('/')}/dags/{quote(by['dag'], '')}/runs/{quote(by['run'], '')}"
        found.append(Written(table, int(str(commit["version"])), at, by["dag"], by["run"], address))
    return found


@router.get("/models/{name}/{version}/{file}")
def plot(parts: PartsOf, account: Reader, name: str, version: str, file: str) -> Response:
    """A plot that training drew of a version."""
    try:
        picture = parts.models.plot(name, version, file)
    except ModelUnavailable:
        raise HTTPException(404) from None
    return Response(picture, media_type="image/png")


def _drift(tables: Snapshot) -> dict[str, Any] | None:
    """What `underwatch monitor` said of the last day it looked at, or None where it never did."""
    found = tables.rows(_MOVED) if tables.has("monitoring") else []
    if not found:
        return None
    counts = {alert: sum(one["alert"] == alert for one in found) for alert in ("breach", "ok", "not_measured")}
    shown = [one for one in found if one["alert"] != "not_measured"][:_MOST_MOVED]
    return {"day": found[0]["as_of"], "counts": counts, "rows": shown, "more": len(found) - len(shown)}

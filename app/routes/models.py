"""Models and data: which version scores and how it was measured, and what the last checks said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import Account
from app.pages import render
from app.security import Needs, PartsOf

router = APIRouter()
_RUNS = """
    with last as (select *, row_number() over (partition by table_name, check_name order by checked_at desc) as nth
                  from check_results)
    select * exclude (nth) from last where nth = 1
    order by case status when 'stopped' then 0 when 'warned' then 1 else 2 end, table_name, check_name"""


@router.get("/models")
def models(request: Request, parts: PartsOf, account: Annotated[Account, Depends(Needs("read_models"))]) -> Response:
    tables = parts.tables.now()
    checks = tables.rows(_RUNS) if tables.has("check_results") else []
    counts = {status: sum(one["status"] == status for one in checks) for status in ("passed", "warned", "stopped")}
    context = {
        "account": account,
        "cards": parts.model_cards(),
        "checks": [one for one in checks if one["status"] != "passed"],
        "counts": counts,
        "last_checked": max((one["checked_at"] for one in checks), default=None),
        "as_of": tables.as_of,
    }
    return render(request, "models.html", context)

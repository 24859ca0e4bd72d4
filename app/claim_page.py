"""What the page of one claim shows, read from one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.peers import CLAIM_TABLES, Spread, spreads
from app.snapshot import Snapshot

_AROUND = timedelta(days=90)
_MOST_LINES = 200
_MOST_NEAR = 60
_LINE = """
    claim_line_id, claim_id, claim_line_number, claim_version, claim_frequency_code, claim_type, member_id, provider_id,
    physician_id, service_from, service_through, received_date, paid_date, place_of_service_code, hcpcs_code,
    hcpcs_modifier_1, revenue_center_code, drg_code, diagnosis_codes, service_unit_quantity, charge_amount,
    allowed_amount, paid_amount"""
_FILL = """
    claim_line_id, claim_id, 1 as claim_line_number, claim_version, claim_frequency_code, 'pharmacy' as claim_type,
    member_id, provider_id, physician_id, dispensing_date as service_from, dispensing_date as service_through,
    received_date, paid_date, null as place_of_service_code, ndc_code as hcpcs_code, null as hcpcs_modifier_1,
    null as revenue_center_code, null as drg_code, []::varchar[] as diagnosis_codes, quantity as service_unit_quantity,
    charge_amount, allowed_amount, paid_amount"""


@dataclass(frozen=True)
class ClaimPage:
    """`cited`: claim line -> numbers of the reasons, from 1, that it stands behind."""

    claim: dict[str, Any]
    total: int
    spreads: list[Spread | None]
    lines: list[dict[str, Any]]
    cited: dict[str, list[int]]
    near: list[dict[str, Any]]
    around: list[dict[str, Any]]
    history: list[dict[str, Any]]
    provider: dict[str, Any] | None


def claim_page(tables: Snapshot, claim_id: str) -> ClaimPage | None:
    """None where no claim of that name was scored on the newest day."""
    tables.require("scored_claims")
    claim = tables.one("select * from scored_claims where claim_id = ?", [claim_id])
    if claim is None:
        return None
    counted = tables.one("select count(*) as n from scored_claims")
    keys = {"claim_features": ("claim_id", claim_id), "provider_features": ("provider_id", claim["provider_id"])}
    cited: dict[str, list[int]] = {}
    for number, reason in enumerate(claim["reasons"], start=1):
        for line in reason["evidence"] or []:
            cited.setdefault(line, []).append(number)
    return ClaimPage(
        claim=claim,
        total=counted["n"] if counted else 0,
        spreads=spreads(tables, CLAIM_TABLES, keys, claim["as_of"], claim["reasons"]),
        lines=_lines(tables, claim),
        cited=cited,
        near=_near(tables, claim),
        around=_around(tables, claim),
        history=history(tables, "scored_claims", "claim_id", claim_id),
        provider=provider_of(tables, claim["provider_id"]),
    )


def history(tables: Snapshot, table: str, key: str, value: str) -> list[dict[str, Any]]:
    """The scores of one thing, oldest day first."""
    return tables.rows(
        f"select as_of, fraud_rank, fraud_probability, model_name, model_version, scored_at from {table}_history "
        f"where {key} = ? order by as_of",
        [value],
    )


def provider_of(tables: Snapshot, provider_id: str | None) -> dict[str, Any] | None:
    """What describes a provider: kind, specialty, state; None where nothing does."""
    if provider_id is None or not tables.has("providers"):
        return None
    return tables.one(
        "select * from providers where provider_id = ? order by known_date desc, batch_id desc limit 1", [provider_id]
    )


def _source(tables: Snapshot, claim_type: str) -> tuple[str, str] | None:
    table, columns = ("pharmacy_claims", _FILL) if claim_type == "pharmacy" else ("claim_lines", _LINE)
    return (table, columns) if tables.has(table) else None


def _lines(tables: Snapshot, claim: dict[str, Any]) -> list[dict[str, Any]]:
    """The claim's own lines, the newest version first, as they were known on the day of the score."""
    source = _source(tables, claim["claim_type"])
    if source is None:
        return []
    return tables.rows(
        f"select {source[1]} from {source[0]} where claim_id = ? and known_date <= ? "
        f"order by claim_version desc, claim_line_number limit {_MOST_LINES}",
        [claim["claim_id"], claim["as_of"]],
    )


def _near(tables: Snapshot, claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines of other claims of the member on the same days, those with a code of this claim first.

    Duplicates, services during a stay and stays that overlap are seen by holding these beside the claim's own.
    """
    found: list[dict[str, Any]] = []
    for table, columns, first, last in (
        ("claim_lines", _LINE, "service_from", "service_through"),
        ("pharmacy_claims", _FILL, "dispensing_date", "dispensing_date"),
    ):
        if not tables.has(table):
            continue
        code = "ndc_code" if table == "pharmacy_claims" else "hcpcs_code"
        found += tables.rows(
            f"""select {columns}, coalesce({code} in (
                    select {code} from {table} where claim_id = ? and known_date <= ?), false) as same_code
                from {table} where member_id = ? and claim_id <> ? and known_date <= ?
                and {first} <= ? and {last} >= ? order by same_code desc, {first}, claim_line_id limit {_MOST_NEAR}""",
            [
                *(claim["claim_id"], claim["as_of"], claim["member_id"], claim["claim_id"], claim["as_of"]),
                *(claim["service_through"], claim["service_from"]),
            ],
        )
    return sorted(found, key=lambda line: not line["same_code"])[:_MOST_NEAR]


def _around(tables: Snapshot, claim: dict[str, Any]) -> list[dict[str, Any]]:
    """The member's claims of 90 days before and after, for the time line."""
    return tables.rows(
        "select claim_id, claim_type, service_from, service_through, paid_amount as paid from scored_claims "
        "where member_id = ? and service_from between ? and ? order by service_from limit 400",
        [claim["member_id"], claim["service_from"] - _AROUND, claim["service_through"] + _AROUND],
    )

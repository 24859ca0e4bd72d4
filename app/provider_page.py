"""What the pages of one provider and one case show, and the care graph around them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from app.claim_page import history, provider_of
from app.peers import PROVIDER_TABLES, Spread, spreads
from app.snapshot import Snapshot

_MOST_CLAIMS = 12
_MOST_NEIGHBOURS = 60
_MOST_PROVIDERS = 200
LEAST_SHARED = 3
"""Members that two providers must share to be drawn beside each other."""


@dataclass(frozen=True)
class ProviderPage:
    provider: dict[str, Any]
    total: int
    described: dict[str, Any] | None
    spreads: list[Spread | None]
    claims: list[dict[str, Any]]
    months: list[dict[str, Any]]
    history: list[dict[str, Any]]
    investigations: list[dict[str, Any]]


def provider_page(tables: Snapshot, provider_id: str) -> ProviderPage | None:
    """None where no provider of that name was scored on the newest day."""
    tables.require("scored_providers")
    provider = tables.one("select * from scored_providers where provider_id = ?", [provider_id])
    if provider is None:
        return None
    counted = tables.one("select count(*) as n from scored_providers")
    keys = {"provider_features": ("provider_id", provider_id)}
    return ProviderPage(
        provider=provider,
        total=counted["n"] if counted else 0,
        described=provider_of(tables, provider_id),
        spreads=spreads(tables, PROVIDER_TABLES, keys, provider["as_of"], provider["reasons"]),
        claims=tables.rows(
            "select claim_id, fraud_rank, claim_type, service_from, paid_amount, fraud_probability, scheme, "
            f"reasons[1].text as why from scored_claims where provider_id = ? order by fraud_rank limit {_MOST_CLAIMS}",
            [provider_id],
        )
        if tables.has("scored_claims")
        else [],
        months=tables.rows(
            "select date_trunc('month', service_from)::date as month, sum(paid_amount) as paid from scored_claims "
            "where provider_id = ? group by 1 order by 1",
            [provider_id],
        )[-36:]
        if tables.has("scored_claims")
        else [],
        history=history(tables, "scored_providers", "provider_id", provider_id),
        investigations=_investigations(tables, provider_id, provider["as_of"]),
    )


def case_page(tables: Snapshot, case_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The case and its providers by rank; None where there is none of that name on the newest day."""
    tables.require("cases")
    case = tables.one("select * from cases where case_id = ?", [case_id])
    if case is None:
        return None
    providers = (
        tables.rows(
            "select provider_id, fraud_rank, peer_group, claim_count, paid_amount, fraud_probability, "
            "reasons[1].text as why from scored_providers "
            "where provider_id in (select unnest(?::varchar[])) order by fraud_rank",
            [case["provider_ids"]],
        )
        if tables.has("scored_providers")
        else []
    )
    return case, providers


def neighbourhood(tables: Snapshot, centre: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Nodes and edges around providers: their physicians, and providers that share physicians or members with them.

    Members are counted, not drawn: `shared` of an edge between providers says how many they have in common.
    """
    if not tables.has("care_graph") or not tables.has("scored_providers"):
        return {"nodes": [], "edges": []}
    day = tables.as_of["scored_providers"]
    shared = tables.rows(
        f"""with own as (select distinct from_id as member, to_id as provider from care_graph
                where as_of = ?::date and edge_type = 'member_provider' and to_id in (select unnest(?::varchar[])))
            select own.provider as a, other.to_id as b, count(distinct own.member) as shared
            from own join care_graph as other on other.from_id = own.member
            where other.as_of = ?::date and other.edge_type = 'member_provider' and other.to_id <> own.provider
            group by 1, 2 having count(distinct own.member) >= {LEAST_SHARED}
            order by shared desc, b limit {_MOST_NEIGHBOURS * 4}""",
        [day, centre, day],
    )
    kept = dict.fromkeys([*centre, *[row["b"] for row in shared]])
    providers = list(kept)[: max(_MOST_NEIGHBOURS, len(centre))][:_MOST_PROVIDERS]
    physicians = tables.rows(
        """select from_id as a, to_id as b, claim_count as claims from care_graph where as_of = ?::date
           and edge_type = 'provider_physician' and from_id in (select unnest(?::varchar[]))
           order by (from_id in (select unnest(?::varchar[]))) desc, claims desc, b limit 240""",
        [day, providers, centre],
    )
    # A physician tells something where it is the centre's, or ties two of those drawn.
    times = Counter(row["b"] for row in physicians)
    physicians = [row for row in physicians if row["a"] in centre or times[row["b"]] > 1]
    ranks = {
        row["provider_id"]: row
        for row in tables.rows(
            "select provider_id, fraud_rank, fraud_probability, peer_group from scored_providers "
            "where provider_id in (select unnest(?::varchar[]))",
            [providers],
        )
    }
    nodes = [_provider_node(one, one in centre, ranks.get(one)) for one in providers]
    nodes += [
        {"id": f"physician {one}", "label": one, "kind": "physician"}
        for one in dict.fromkeys(row["b"] for row in physicians)
    ]
    inside = set(providers)
    edges = [
        {"source": row["a"], "target": row["b"], "kind": "members", "weight": row["shared"]}
        for row in shared
        if row["b"] in inside and (row["b"] not in centre or row["a"] < row["b"])
    ]
    edges += [
        {"source": row["a"], "target": f"physician {row['b']}", "kind": "physician", "weight": row["claims"]}
        for row in physicians
    ]
    return {"nodes": nodes, "edges": edges}


def _provider_node(name: str, centre: bool, ranked: dict[str, Any] | None) -> dict[str, Any]:
    node: dict[str, Any] = {"id": name, "label": name, "kind": "centre" if centre else "provider"}
    if ranked is not None:
        node |= {"rank": ranked["fraud_rank"], "peer_group": ranked["peer_group"]}
        node["probability"] = ranked["fraud_probability"]
    return node


def _investigations(tables: Snapshot, provider_id: str, day: Any) -> list[dict[str, Any]]:
    """Closed investigations of the provider that were known on the day of the score."""
    if not tables.has("investigations"):
        return []
    return tables.rows(
        "select outcome, scheme, selection, opened_date, decided_date, recovered_amount from investigations "
        "where target_type = 'provider' and target_id = ? and known_date <= ? order by decided_date desc limit 50",
        [provider_id, day],
    )

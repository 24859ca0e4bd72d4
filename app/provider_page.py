"""What the pages of one provider and one case show, and the care graph around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.claim_page import history, provider_of
from app.peers import PROVIDER_TABLES, Spread, spreads
from app.snapshot import Snapshot

_MOST_CLAIMS = 12
_CLOSE, _CLOSE_PROVIDERS, _TIES = 300, 60, 3
MOST = 2000
"""Nodes that a graph draws at most; at first it draws the closest 60 providers with their physicians."""
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


def neighbourhood(tables: Snapshot, centre: list[str], wide: bool = False) -> dict[str, Any]:
    """Nodes and edges around providers: those that share members with them, and physicians that tie them. `wide` adds
    those that share members with these in turn, and the ties among all of them, up to MOST nodes.

    Members are counted, not drawn: `weight` of an edge between providers says how many they have in common. `left_out`
    counts providers that there was no room for.
    """
    if not tables.has("care_graph") or not tables.has("scored_providers"):
        return {"nodes": [], "edges": [], "left_out": 0}
    day = tables.as_of["scored_providers"]
    near, count = _sharing(tables, day, centre)
    found = [*centre, *near]
    if wide:
        further, more = _sharing(tables, day, found)
        found, count = [*found, *further], count + more
    providers = found[: MOST if wide else max(_CLOSE_PROVIDERS, len(centre))][:MOST]
    physicians = _physicians(tables, day, providers, centre)[: (MOST if wide else _CLOSE) - len(providers)]
    ranks = {
        row["provider_id"]: row
        for row in tables.rows(
            "select provider_id, fraud_rank, fraud_probability, peer_group from scored_providers "
            "where provider_id in (select unnest(?::varchar[]))",
            [providers],
        )
    }
    nodes = [_provider_node(one, one in centre, ranks.get(one)) for one in providers]
    nodes += [{"id": f"physician {one}", "label": one, "kind": "physician"} for one, _ in physicians]
    edges = [
        {"source": row["a"], "target": row["b"], "kind": "members", "weight": row["shared"]}
        for row in _pairs(tables, day, providers, centre)
        # Close by, ties among the others would hide who shares with the centre.
        if wide or row["a"] in centre or row["b"] in centre
    ]
    edges = [_from_centre(edge, centre) for edge in edges]
    edges += [
        {"source": provider, "target": f"physician {one}", "kind": "physician", "weight": claims}
        for one, ties in physicians
        for provider, claims in ties
    ]
    return {"nodes": nodes, "edges": edges, "left_out": len(centre) + count - len(providers)}


def _sharing(tables: Snapshot, day: Any, of: list[str]) -> tuple[list[str], int]:
    """Other providers that share members with any of those given, the most first and MOST at most; and how many do."""
    rows = tables.rows(
        f"""with own as (select distinct from_id as member, to_id as provider from care_graph
                where as_of = ?::date and edge_type = 'member_provider' and to_id in (select unnest(?::varchar[]))),
            pairs as (select own.provider as a, other.to_id as b, count(distinct own.member) as shared
                from own join care_graph as other on other.from_id = own.member
                where other.as_of = ?::date and other.edge_type = 'member_provider' and other.to_id <> own.provider
                group by 1, 2 having count(distinct own.member) >= {LEAST_SHARED})
            select b, max(shared) as shared, count(*) over () as found from pairs
            where b not in (select unnest(?::varchar[]))
            group by 1 order by shared desc, b limit {MOST}""",
        [day, of, day, of],
    )
    return [row["b"] for row in rows], rows[0]["found"] if rows else 0


def _pairs(tables: Snapshot, day: Any, providers: list[str], centre: list[str]) -> list[dict[str, Any]]:
    """Pairs of the providers that share members: of each provider the strongest ties, so that none is left untied."""
    return tables.rows(
        f"""with own as (select distinct from_id as member, to_id as provider from care_graph
                where as_of = ?::date and edge_type = 'member_provider' and to_id in (select unnest(?::varchar[])))
            select least(a, b) as a, greatest(a, b) as b, any_value(shared) as shared from (
                select one.provider as a, other.provider as b, count(*) as shared
                from own as one join own as other on one.member = other.member and one.provider <> other.provider
                group by 1, 2 having count(*) >= {LEAST_SHARED}
                qualify a in (select unnest(?::varchar[]))
                    or row_number() over (partition by a order by shared desc, b) <= {_TIES})
            group by 1, 2 order by shared desc, a, b""",
        [day, providers, centre],
    )


def _physicians(
    tables: Snapshot, day: Any, providers: list[str], centre: list[str]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Physicians with the providers they bill through and the claims; each is the centre's or ties two of them."""
    rows = tables.rows(
        """select from_id as a, to_id as b, claim_count as claims from care_graph where as_of = ?::date
           and edge_type = 'provider_physician' and from_id in (select unnest(?::varchar[]))
           order by (from_id in (select unnest(?::varchar[]))) desc, claims desc, b""",
        [day, providers, centre],
    )
    ties: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        ties.setdefault(row["b"], []).append((row["a"], row["claims"]))
    return [(one, tied) for one, tied in ties.items() if len(tied) > 1 or tied[0][0] in centre]


def _from_centre(edge: dict[str, Any], centre: list[str]) -> dict[str, Any]:
    """The edge, told from the centre outwards where it begins or ends there."""
    turned = edge["target"] in centre and edge["source"] not in centre
    return edge | {"source": edge["target"], "target": edge["source"]} if turned else edge


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

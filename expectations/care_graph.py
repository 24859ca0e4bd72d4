from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["care_graph"]),
    one_of("edge_type", "member_provider", "provider_physician"),
    between("claim_count", 1, None),
    holds("an edge has at least as many lines as claims", "line_count >= claim_count"),
    holds("first_service is on or before last_service", "first_service <= last_service"),
    holds(
        "an edge lies in the twelve months up to as_of",
        "last_service <= as_of and first_service > add_months(as_of, -13)",
    ),
)

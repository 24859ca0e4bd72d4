"""The queues that people review: which columns they show, how they are sorted, and what a search looks into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sort:
    """By a column of the queue, which is never null, so that a page can begin after a value. `falling`: the greatest
    first."""

    words: str
    column: str
    falling: bool = False


@dataclass(frozen=True)
class Kind:
    """One queue. `columns` maps a name to SQL on the table `table`, joined where `described` with specialty and state
    of each row's provider; `text` are the columns that a search looks into.

    A queue holds these columns alone, of the newest day, and the `hidden` ones, which only sort.
    """

    name: str
    words: str
    one: str
    table: str
    key: str
    columns: dict[str, str]
    sorts: Mapping[str, Sort]
    text: tuple[str, ...]
    target_type: str
    described: bool = False
    hidden: dict[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ("text", "lane", "status", "least", "most")


_WHY = "reasons[1].text"
_RANK = Sort("Most suspect first", "fraud_rank")
_MONEY = {
    "recovery": Sort("Most expected recovery first", "by_recovery", falling=True),
    "paid": Sort("Highest paid first", "paid_amount", falling=True),
}
_BY_RECOVERY = {"by_recovery": "coalesce(expected_recovery, -1)"}

CLAIMS = Kind(
    name="claims",
    words="Claims",
    one="claim",
    table="scored_claims",
    key="claim_id",
    columns={
        "fraud_rank": "fraud_rank",
        "claim_id": "claim_id",
        "claim_type": "claim_type",
        "provider_id": "provider_id",
        "specialty": "specialty",
        "state": "state",
        "service_from": "service_from",
        "paid_amount": "paid_amount",
        "fraud_probability": "fraud_probability",
        "expected_recovery": "expected_recovery",
        "scheme": "scheme",
        "review_lane": "review_lane",
        "why": _WHY,
        "model_name": "model_name",
        "model_version": "model_version",
        "as_of": "as_of",
    },
    sorts={"rank": _RANK, **_MONEY, "newest": Sort("Newest service first", "service_from", falling=True)},
    text=("claim_id", "provider_id", "scheme"),
    target_type="claim",
    described=True,
    hidden=_BY_RECOVERY,
    filters=("text", "scheme", "claim_type", "provider", "specialty", "state", "lane", "status", "least", "most"),
)
PROVIDERS = Kind(
    name="providers",
    words="Providers",
    one="provider",
    table="scored_providers",
    key="provider_id",
    columns={
        "fraud_rank": "fraud_rank",
        "provider_id": "provider_id",
        "peer_group": "peer_group",
        "state": "state",
        "claim_count": "claim_count",
        "paid_amount": "paid_amount",
        "fraud_probability": "fraud_probability",
        "expected_recovery": "expected_recovery",
        "case_id": "case_id",
        "review_lane": "review_lane",
        "why": _WHY,
        "model_name": "model_name",
        "model_version": "model_version",
        "as_of": "as_of",
    },
    sorts={"rank": _RANK, **_MONEY, "claims": Sort("Most claims first", "claim_count", falling=True)},
    text=("provider_id", "peer_group", "case_id"),
    target_type="provider",
    described=True,
    hidden=_BY_RECOVERY,
    filters=("text", "peer_group", "state", "lane", "status", "least", "most"),
)
CASES = Kind(
    name="cases",
    words="Cases",
    one="case",
    table="cases",
    key="case_id",
    columns={
        "fraud_rank": "fraud_rank",
        "case_id": "case_id",
        "provider_count": "provider_count",
        "claim_count": "claim_count",
        "paid_amount": "paid_amount",
        "shared_member_count": "shared_member_count",
        "shared_member_share": "shared_member_share",
        "bound_by": "bound_by",
        "strongest_provider_id": "strongest_provider_id",
        "fraud_probability": "fraud_probability",
        "why": _WHY,
        "model_name": "model_name",
        "model_version": "model_version",
        "as_of": "as_of",
    },
    sorts={
        "rank": _RANK,
        "paid": _MONEY["paid"],
        "shared": Sort("Most shared members first", "shared_member_count", falling=True),
    },
    text=("case_id", "bound_by", "strongest_provider_id"),
    target_type="case",
    filters=("text", "least", "most"),
)
KINDS = {kind.name: kind for kind in (CLAIMS, PROVIDERS, CASES)}

"""Which published tables the API serves, to whom, without which columns, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.access import Action
from catalog import TABLES
from catalog.table import Column, Table


@dataclass(frozen=True)
class Served:
    """One table. `order` ends in what is unique among the rows served, so that a page can begin after a row.

    `withheld` columns are never read: they name members where a page of the same table names none. With `in_secret`
    rows come in the order of a keyed hash of the last column of `order`, which so never stands in an address.
    `by_day`: one day is served at a time, the newest unless another is asked for.
    """

    name: str
    action: Action
    order: tuple[str, ...]
    filters: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    in_secret: bool = False
    by_day: bool = True

    @cached_property
    def described(self) -> Table:
        return TABLES[self.name]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(one for one in self.described.columns if one.name not in self.withheld)


SERVED = {
    one.name: one
    for one in (
        Served(
            name="scored_claims",
            action="export_claims",
            order=("fraud_rank", "claim_id"),
            filters=("claim_id", "provider_id", "claim_type", "scheme", "review_lane"),
            withheld=("member_id",),
        ),
        Served(
            name="scored_providers",
            action="export_claims",
            order=("fraud_rank", "provider_id"),
            filters=("provider_id", "peer_group", "case_id", "review_lane"),
        ),
        Served(
            name="cases",
            action="export_claims",
            order=("fraud_rank", "case_id"),
            filters=("case_id", "bound_by"),
            withheld=("shared_member_ids",),
        ),
        Served(name="risk_predictions", action="read_expected_costs", order=("member_id",), in_secret=True),
        Served(
            name="underwriting_quotes",
            action="read_quotes",
            order=("request_id",),
            filters=("request_id", "group_id", "market", "purpose"),
            by_day=False,
        ),
        Served(
            name="underwriting_members",
            action="read_quotes",
            order=("request_id", "row_number"),
            filters=("request_id", "status"),
            withheld=("member_id",),
            by_day=False,
        ),
    )
}
"""Name -> table."""

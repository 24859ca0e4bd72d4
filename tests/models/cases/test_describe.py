"""What binds a case, in sentences."""

from __future__ import annotations

import math

from models.cases.describe import MEMBERS, PHYSICIANS, Facts, Reason, Sharing, reasons


def told(facts: Facts) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons(facts)}


def test_members_bind_a_case_by_their_count() -> None:
    facts = Facts(4, 4, members=120, shared_members=30, ties={MEMBERS: Sharing(60.0, 3.0)})
    assert reasons(facts) == [
        Reason(
            "SHARED_MEMBERS",
            "30 members go to two or more of its 4 providers, 25% of all their members; pair by pair 60 are shared "
            "where chance makes 3.0",
            60.0,
            3.0,
            round(math.log(20), 6),
        )
    ]
    assert facts.bound_by == "members"


def test_physicians_are_named_and_what_no_test_stands_behind_comes_last() -> None:
    ties = {PHYSICIANS: Sharing(9.0, 0.5)}
    facts = Facts(3, 3, members=10, shared_members=1, ties=ties, physicians=["d1", "d2"], tax_ids=["12-3"])
    assert facts.bound_by == "physicians"
    assert [reason.code for reason in reasons(facts)] == ["SHARED_PHYSICIANS", "SHARED_MEMBERS", "SHARED_TAX_ID"]
    assert told(facts)["SHARED_PHYSICIANS"].text.startswith("2 physicians are on claims of two or more of its")
    assert "d1, d2" in told(facts)["SHARED_PHYSICIANS"].text
    assert told(facts)["SHARED_MEMBERS"].contribution == 0


def test_long_lists_are_cut_short() -> None:
    facts = Facts(3, 3, ties={PHYSICIANS: Sharing(9.0, 0.5)}, physicians=[f"d{number}" for number in range(8)])
    assert "d0, d1, d2, d3, d4 and 3 more" in told(facts)["SHARED_PHYSICIANS"].text


def test_it_says_where_ids_may_be_one_provider_and_where_more_hang_together() -> None:
    ties = {MEMBERS: Sharing(60.0, 3.0)}
    facts = Facts(3, 17, members=9, shared_members=9, ties=ties, zip_codes=["06510"], one_provider=2)
    assert told(facts)["SAME_PROVIDER"].text == "2 of its 3 ids are likely the same provider as another of them"
    assert "17 providers that hang together more loosely" in told(facts)["PART_OF_LARGER_GROUP"].text
    assert told(facts)["SHARED_ZIP_CODE"].text.endswith("ZIP code: 06510")

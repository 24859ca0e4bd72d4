"""Carrier claims have thirteen line slots; those that hold something become claim lines."""

from __future__ import annotations

from decimal import Decimal

from tests.sources.delivered import Row, Taken
from tests.sources.desynpuf.files import name_of


def lines(book: Taken, claim: str) -> list[Row]:
    found = [row for row in book.tables["claim_lines"] if row["claim_id"] == claim]
    return sorted(found, key=lambda row: int(row["claim_line_number"]))


def test_used_slots_are_numbered_in_their_order(book: Taken) -> None:
    names = ("claim_line_id", "provider_id", "physician_id", "hcpcs_code", "paid_amount", "allowed_amount")
    assert [tuple(row[name] for name in names) for row in lines(book, "300")] == [
        ("300-1-1", "700001", "9003", "99214", Decimal("80.00"), Decimal("100.00")),
        ("300-2-1", None, None, None, Decimal("-10.00"), Decimal("0.00")),  # slot 3: money without a code
        ("300-3-1", "700003", "9004", "G0008", Decimal("20.01"), Decimal("30.00")),  # slot 13, rounded to cents
    ]


def test_a_claim_with_empty_slots_only_is_still_there(book: Taken) -> None:
    (line,) = lines(book, "301")
    assert (line["claim_line_id"], line["hcpcs_code"], line["paid_amount"]) == ("301-1-1", None, Decimal("0.00"))


def test_claims_that_cannot_be_read_are_rejected(book: Taken) -> None:
    assert book.reasons(name_of("Carrier_Claims", "1A")) == {4: "bad_amount", 5: "bad_date"}


def test_a_claim_of_another_part_or_sample_counts_once(book: Taken) -> None:
    assert book.reasons(name_of("Carrier_Claims", "2B")) == {2: "duplicate_claim_line"}
    assert [line["paid_amount"] for line in lines(book, "502")] == [Decimal("5.00")]

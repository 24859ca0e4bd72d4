"""Prescription drug events become pharmacy claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.sources.delivered import Taken
from tests.sources.desynpuf.files import name_of


def test_a_fill_pays_what_the_patient_did_not_even_below_zero(book: Taken) -> None:
    names = ("claim_line_id", "allowed_amount", "paid_amount")
    fills = [row for row in book.tables["pharmacy_claims"] if row["member_id"] == "B1"]
    assert sorted(tuple(row[name] for name in names) for row in fills) == [
        ("400-1-1", Decimal("50.00"), Decimal("40.00")),
        ("401-1-1", Decimal("50.00"), Decimal("-10.00")),
    ]
    first = min(fills, key=lambda row: str(row["claim_id"]))
    assert (first["ndc_code"], first["quantity"], first["days_supply"]) == ("00001000101", 30.0, 30)
    assert first["dispensing_date"] == first["known_date"] == date(2009, 2, 1)
    assert (first["provider_id"], first["physician_id"]) == (None, None)


def test_fills_that_cannot_be_taken_are_rejected(book: Taken) -> None:
    assert book.reasons(name_of("Prescription_Drug_Events", "1")) == {
        4: "duplicate_claim_line",
        5: "unknown_member",
        6: "bad_amount",
        7: "bad_amount",
    }

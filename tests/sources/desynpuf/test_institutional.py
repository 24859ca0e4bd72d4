"""Stays and outpatient claims become claim lines, segment by segment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.sources.delivered import Row, Taken
from tests.sources.desynpuf.files import name_of


def lines(book: Taken, claim: str) -> list[Row]:
    found = [row for row in book.tables["claim_lines"] if row["claim_id"] == claim]
    return sorted(found, key=lambda row: int(row["claim_line_number"]))


def test_a_stay_without_procedures_is_one_line(book: Taken) -> None:
    (line,) = lines(book, "100")
    given = {name: value for name, value in line.items() if value is not None}
    assert given == {
        "claim_line_id": "100-1-1",
        "claim_id": "100",
        "claim_line_number": 1,
        "claim_version": 1,
        "claim_frequency_code": "1",
        "claim_type": "inpatient",
        "member_id": "B1",
        "provider_id": "0500XY",
        "physician_id": "9001",
        "service_from": date(2008, 1, 3),
        "service_through": date(2008, 1, 7),
        "admission_date": date(2008, 1, 3),
        "discharge_date": date(2008, 1, 7),
        "known_date": date(2008, 1, 7),
        "drg_code": "470",
        "diagnosis_code_type": "icd-9-cm",
        "diagnosis_codes": ["4019"],  # OTHER is no code
        "allowed_amount": Decimal("5124.00"),  # payment, deductible and primary payer
        "paid_amount": Decimal("4000.00"),
        "source": "desynpuf",
        "batch_id": "b1",
        "file_name": name_of("Inpatient_Claims", "1"),
        "row_number": 2,
    }


def test_the_payment_of_a_segment_stands_on_its_first_line(book: Taken) -> None:
    told = [
        (r["claim_line_number"], r["hcpcs_code"], r["paid_amount"], r["allowed_amount"]) for r in lines(book, "200")
    ]
    zero = Decimal("0.00")
    assert told == [
        (1, "99213", Decimal("150.00"), Decimal("175.50")),
        (2, "85025", zero, zero),
        (3, "36415", zero, zero),
        (46, "71010", Decimal("80.00"), Decimal("80.00")),
    ]


def test_a_later_segment_takes_dates_facility_and_diagnoses_of_the_first(book: Taken) -> None:
    inherited = {
        (r["service_from"], r["provider_id"], r["physician_id"], *r["diagnosis_codes"]) for r in lines(book, "200")
    }
    assert inherited == {(date(2009, 4, 1), "3300ZZ", "9002", "V700")}


def test_a_refund_is_kept(book: Taken) -> None:
    (line,) = lines(book, "201")
    assert (line["hcpcs_code"], line["paid_amount"], line["claim_type"]) == (None, Decimal("-30.00"), "outpatient")


def test_segments_that_cannot_be_read_are_rejected(book: Taken) -> None:
    assert book.reasons(name_of("Inpatient_Claims", "1")) == {
        3: "missing_first_segment",
        4: "bad_number",
        5: "bad_date",
        6: "bad_number",
        7: "bad_amount",
        8: "missing_value",
    }
    assert book.reasons(name_of("Outpatient_Claims", "1")) == {}

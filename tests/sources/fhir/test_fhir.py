"""A delivery of FHIR files as canonical rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sources.reconcile import check_usable, reconcile
from tests.sources.delivered import Taken


def test_versions_of_a_claim_are_numbered_across_files(book: Taken) -> None:
    told = sorted(
        (row["claim_line_id"], row["claim_frequency_code"], str(row["paid_amount"]), row["known_date"])
        for row in book.tables["claim_lines"]
        if row["claim_id"] == "claim-1"
    )
    assert told == [
        ("claim-1-1-1", "1", "100.50", date(2022, 3, 28)),
        ("claim-1-1-2", "7", "1.00", date(2022, 6, 1)),
        ("claim-1-2-1", "1", "15.00", date(2022, 3, 28)),
    ]


def test_fills_go_to_their_own_table(book: Taken) -> None:
    (row,) = book.tables["pharmacy_claims"]
    assert (row["claim_line_id"], row["ndc_code"], row["quantity"], row["days_supply"]) == (
        "pde--88-1-1",
        "00001000101",
        60.5,
        30,
    )
    assert (row["allowed_amount"], row["paid_amount"]) == (Decimal("17.25"), Decimal("12.25"))
    assert row["dispensing_date"] == row["known_date"] == date(2020, 5, 1)


def test_what_cannot_be_taken_is_rejected_where_it_stands(book: Taken) -> None:
    assert book.reasons("ExplanationOfBenefit.ndjson") == {
        2: "bad_json",
        3: "duplicate_claim_line",
        7: "missing_value",
        8: "unreadable_text",
    }
    assert book.reasons("bundle.json") == {3: "wrong_resource"}
    assert book.reasons("page.json") == {1: "unreadable_text"}
    assert book.reasons("one.json") == {}


def test_members_are_described_by_patients_or_named_by_claims(book: Taken) -> None:
    told = {
        row["member_id"]: (row["birth_date"], row["death_date"], row["gender"], row["state"], row["known_date"])
        for row in book.tables["members"]
    }
    assert told == {
        "p1": (date(1950, 2, 3), date(2023, 1, 2), "female", "MA", date(2022, 3, 28)),
        "-55": (None, None, "unknown", None, date(2020, 3, 27)),
    }


def test_providers_are_those_the_claims_name(book: Taken) -> None:
    told = {row["provider_id"]: (row["provider_kind"], row["npi"]) for row in book.tables["providers"]}
    assert told == {
        "220135": ("facility", "8000000002"),
        "8000000001": ("practice", "8000000001"),
        "8000000003": ("pharmacy", "8000000003"),
        "9000000001": ("physician", "9000000001"),  # of the Bundle's Practitioner
        "dr": ("physician", None),
        "R7": ("physician", None),
        "9001": ("physician", None),
        "9002": ("physician", None),
    }


def test_rows_and_dollars_of_every_file_add_up(book: Taken) -> None:
    audits = {audit.file_name: audit for audit in reconcile(book.intake, book.frames)}
    told = {
        name: (a.read.rows, a.accepted.rows, str(a.accepted.paid), str(a.rejected.paid)) for name, a in audits.items()
    }
    assert told == {
        "bundle.json": (3, 2, "115.50", "0.00"),
        "ExplanationOfBenefit.ndjson": (7, 3, "4013.25", "4115.50"),
        "one.json": (1, 1, "115.50", "0.00"),
        "page.json": (1, 0, "0.00", "0.00"),
    }


def test_a_file_of_which_nothing_can_be_used_does_not_stop_the_others(book: Taken) -> None:
    check_usable(book.intake, book.frames["rejected_rows"], max_share=0.05)


def test_rejected_fills_name_their_table(book: Taken) -> None:
    tables = {(row["file_name"], row["row_number"]): row["table_name"] for row in book.tables["rejected_rows"]}
    assert tables["ExplanationOfBenefit.ndjson", 3] == "claim_lines"


def test_names_and_streets_go_nowhere(book: Taken) -> None:
    told = repr(book.tables)
    assert "Quillfeather" not in told
    assert "Owl Lane" not in told

"""A delivery of several samples, plain and zipped, as a whole."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from sources.reconcile import reconcile
from tests.sources.delivered import Taken
from tests.sources.desynpuf.files import name_of


def test_plain_and_zipped_samples_are_read_alike(book: Taken) -> None:
    claims = {row["claim_id"]: row["file_name"] for row in book.tables["claim_lines"]}
    assert claims["100"] == name_of("Inpatient_Claims", "1")
    assert {claim: file for claim, file in claims.items() if claim.startswith("50")} == {
        "500": name_of("Inpatient_Claims", "2"),
        "501": name_of("Outpatient_Claims", "2"),
        "502": name_of("Carrier_Claims", "2A"),
    }


def test_claim_line_ids_are_unique(book: Taken) -> None:
    ids = Counter(row["claim_line_id"] for table in ("claim_lines", "pharmacy_claims") for row in book.tables[table])
    assert ids.most_common(1)[0][1] == 1


def test_rows_and_dollars_of_every_file_add_up(book: Taken) -> None:
    audits = {audit.file_name: audit for audit in reconcile(book.intake, book.frames)}
    assert {name: audit.read.rows for name, audit in audits.items() if "_Sample_1" in name} == {
        name_of("Beneficiary_Summary_File", "1", 2008): 2,
        name_of("Beneficiary_Summary_File", "1", 2009): 6,
        name_of("Beneficiary_Summary_File", "1", 2010): 2,
        name_of("Inpatient_Claims", "1"): 7,
        name_of("Outpatient_Claims", "1"): 3,
        name_of("Carrier_Claims", "1A"): 4,
        name_of("Carrier_Claims", "1B"): 0,
        name_of("Prescription_Drug_Events", "1"): 6,
    }
    fills = audits[name_of("Prescription_Drug_Events", "1")]
    assert (fills.accepted.paid, fills.rejected.paid) == (Decimal("30.00"), Decimal("-3.00"))
    for audit in audits.values():
        assert audit.read == audit.accepted + audit.rejected


def test_providers_are_those_the_claims_name(book: Taken) -> None:
    told = {row["provider_id"]: (row["provider_kind"], row["state"]) for row in book.tables["providers"]}
    assert told == {
        "0500XY": ("facility", "CA"),
        "3300ZZ": ("facility", "NY"),
        "700001": ("practice", None),
        "700003": ("practice", None),
        "700009": ("practice", None),
        **dict.fromkeys(("9001", "9002", "9003", "9004"), ("physician", None)),
    }


def test_no_detail_names_a_person_or_repeats_a_value(book: Taken) -> None:
    told = " ".join(row["detail"] for row in book.tables["rejected_rows"])
    assert "NOBODY" not in told
    assert not {"B1", "BAD1", "20090230", "99999999"} & set(told.split())

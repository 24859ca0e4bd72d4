"""One delivery of claims, payments and enrolments through Spark: versions, members, coverage, conservation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from features.known import line_history, stands
from sources.reconcile import reconcile
from sources.tokens import TokenKey
from tests.sources.delivered import Row, Taken, opened, taken
from tests.sources.x12.made import claim, claims_837, interchange, line, members_834, payments_835

pytestmark = pytest.mark.slow

KEY = TokenKey(b"k" * 32)
COVERED = ("INS*Y*18*021*28*A", "REF*0F*S100", "NM1*IL*1*ROE*RITA****MI*S100", "DMG*D8*19600301*F", "HD*021**HLT")
TWO_LINES = (*line(1, "99213", "100"), *line(2, "85025", "25"))


def sent(folder: Path) -> None:
    visits = claims_837(
        *claim("S100-A1", "125"), *TWO_LINES,  # paid, then reversed and corrected
        *claim("B1"), *line(),  # replaced, the day moved, then voided
        *claim("C1"), *line(), *claim("C1", "90"), *line(charge="90"),  # the same number, other services
        *claim("D1"), *line(),
        *claim("E1", "x"), *line(),
    )  # fmt: skip
    (folder / "april.837").write_text(interchange(visits))
    again = claims_837(
        *claim("B1", "80", "11:B:7", "REF*F8*P2", "HI*ABK:E119"),
        *line(charge="80", day="20240302"),
        *claim("D1"),
        *line(),
    )
    (folder / "may.txt").write_text(interchange(again, day="20240502"))
    (folder / "june.txt").write_text(
        interchange(claims_837(*claim("B1", "80", "11:B:8"), *line(charge="80", day="20240302")), day="20240602")
    )
    first = payments_835(
        *("CLP*S100-A1*1*125*90*10*12*P1", "CAS*PR*1*10", "NM1*QC*1*ROE*RITA****MI*S100", "DTM*232*20240301"),
        *("SVC*HC:99213*100*80", "AMT*B6*85", "SVC*HC:85025*25*20", "AMT*B6*20"),
        *("CLP*B1*1*100*60**12*P2", "DTM*232*20240301", "SVC*HC:99213*100*60"),
        *("CLP*C1*4*90*0**12*P3", "DTM*232*20240301", "CLP*ELSEWHERE*1*70*50**12*P4", "CLP*D1*1*100*?**12*P5"),
        day="20240415",
    )
    back = payments_835(
        *("CLP*S100-A1*22*-125*-90**12*P1", "DTM*232*20240301", "SVC*HC:99213*-100*-80", "SVC*HC:85025*-25*-20"),
        *("CAS*CR*1*-10",),
        day="20240515", trace="T2",
    )  # fmt: skip
    corrected = payments_835(
        *("CLP*S100-A1*1*125*70**12*P1", "DTM*232*20240301", "SVC*HC:99213*100*55", "AMT*B6*60", "SVC*HC:85025*25*15"),
        day="20240601", trace="T3",
    )  # fmt: skip
    for name, made in (("paid.835", first), ("back.835", back), ("corrected.835", corrected)):
        (folder / name).write_text(interchange(made, set_id="835"))
    (folder / "members.834").write_text(interchange(members_834(*COVERED, "DTP*348*D8*20240101"), set_id="834"))
    ended = members_834(*COVERED, "DTP*348*D8*20240101", "DTP*349*D8*20240630", day="20240601")
    (folder / "ended.834").write_text(interchange(ended, set_id="834"))
    (folder / "note.txt").write_text("Please find enclosed.")


@pytest.fixture(scope="module")
def book(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("x12")
    sent(folder)
    return taken(spark, opened("x12", folder, tmp_path_factory.mktemp("unpacked")), key=KEY)


def versions(book: Taken, number: str) -> list[Row]:
    found = [row for row in book.tables["claim_lines"] if f"-{number}-2024" in row["claim_id"]]
    return sorted(found, key=lambda row: (row["claim_version"], row["claim_line_number"]))


def paid(row: Row) -> tuple[int, int, str, str | None, date]:
    allowed = str(row["allowed_amount"]) if row["allowed_amount"] is not None else None
    return row["claim_version"], row["claim_line_number"], str(row["paid_amount"]), allowed, row["known_date"]


def test_a_payment_a_reversal_and_a_correction_are_versions(book: Taken) -> None:
    token = KEY.token("S100")
    assert [paid(row) for row in versions(book, f"{token}-A1")] == [
        (1, 1, "0.00", None, date(2024, 4, 2)),
        (1, 2, "0.00", None, date(2024, 4, 2)),
        (2, 1, "70.00", "85.00", date(2024, 4, 15)),  # what concerns the claim as a whole stands on its first line
        (2, 2, "20.00", "20.00", date(2024, 4, 15)),
        (3, 1, "0.00", "0.00", date(2024, 5, 15)),
        (3, 2, "0.00", "0.00", date(2024, 5, 15)),
        (4, 1, "55.00", "60.00", date(2024, 6, 1)),
        (4, 2, "15.00", "0.00", date(2024, 6, 1)),
    ]


def test_a_replacement_and_a_void_follow_their_original(book: Taken) -> None:
    found = versions(book, "B1")
    assert len({row["claim_id"] for row in found}) == 1
    told = [(row["claim_version"], row["claim_frequency_code"], str(row["paid_amount"])) for row in found]
    # The replacement is not adjudicated, but what was paid for the original stays paid.
    assert told == [(1, "1", "0.00"), (2, "1", "60.00"), (11, "7", "0.00"), (12, "7", "60.00"), (21, "8", "0.00")]
    assert [row["paid_date"] for row in found] == [None, date(2024, 4, 15), None, None, None]


def test_each_day_has_its_state(spark: SparkSession, book: Taken) -> None:
    lines = line_history(book.frames["claim_lines"]).persist()
    for day, total, claims in ((date(2024, 4, 14), 0, 5), (date(2024, 4, 30), 150, 5), (date(2024, 5, 20), 60, 5),
                               (date(2024, 6, 30), 70, 4)):  # fmt: skip
        known = lines.where(stands(day)).collect()
        assert sum(row["paid_amount"] for row in known) == total
        assert len({row["claim_id"] for row in known}) == claims
    lines.unpersist()


def test_payments_without_a_claim_stay(book: Taken) -> None:
    unmatched = [row for row in book.tables["remittances"] if not row["matched"]]
    assert [(row["patient_control_number"], row["claim_id"], row["paid_amount"]) for row in unmatched] == [
        (KEY.token("C1"), None, Decimal("0.00")),  # two claims have the number and the day
        (KEY.token("ELSEWHERE"), None, Decimal("50.00")),
    ]


def test_claims_sent_twice_or_unreadable_are_rejected(book: Taken) -> None:
    assert book.reasons("april.837") == {44: "bad_amount"}
    assert book.reasons("may.txt") == {22: "duplicate_claim_line"}
    assert book.reasons("paid.835") == {23: "bad_amount"}


def test_members_and_coverage(book: Taken) -> None:
    (member,) = book.tables["members"]
    described = (member["member_id"], member["birth_date"], member["gender"], member["state"])
    assert described == (KEY.token("S100"), date(1960, 3, 1), "female", "OH")
    (span,) = book.tables["eligibility"]
    assert (span["enrollment_end_date"], span["medical_coverage"]) == (date(2024, 6, 30), True)
    assert not [row for rows in book.tables.values() for row in rows if "S100" in repr(row)]


def test_providers_are_described_by_their_claims(book: Taken) -> None:
    (clinic,) = book.tables["providers"]
    own = ("provider_id", "npi", "tax_id", "provider_name", "state", "zip_code", "provider_kind")
    assert [clinic[name] for name in own] == [
        "1111111112",
        "1111111112",
        "341111111",
        "ELM CLINIC",
        "OH",
        "44301",
        "practice",
    ]


def test_rows_and_dollars_add_up(book: Taken) -> None:
    audits = {audit.file_name: audit for audit in reconcile(book.intake, book.frames)}
    assert (audits["april.837"].read.rows, audits["april.837"].read.charge) == (6, Decimal("615.00"))
    assert audits["paid.835"].read.paid == Decimal("200.00")
    assert sum(row["paid_amount"] for row in book.tables["remittances"]) == sum(
        audit.accepted.paid for name, audit in audits.items() if name.endswith(".835")
    )
    assert "note.txt" in book.intake.delivery.ignored

"""Changes of what was told before: terminations, and replacements under a number of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.reconcile import reconcile
from sources.tokens import TokenKey
from tests.sources.delivered import Row, Taken, opened, taken
from tests.sources.x12.made import claim, claims_837, interchange, line, members_834, payments_835

pytestmark = pytest.mark.slow

KEY = TokenKey(b"k" * 32)
SSN = "999001234"


def insured(number: str, change: str, *more: str) -> tuple[str, ...]:
    """An INS of a subscriber with an individual policy. `more`: dates of the member, then coverages."""
    dates = [text for text in more if text.startswith("DTP*357")]
    coverages = [text for text in more if text not in dates]
    name = f"NM1*IL*1*ROE*RITA****MI*{number}"
    return (f"INS*Y*18*{change}*28*A", f"REF*0F*{number}", f"REF*1L*POL{number}", *dates, name, *coverages)


BOTH = ("HD*021**HLT", "DTP*348*D8*20240101", "HD*021**PDG", "DTP*348*D8*20240101")
MEDICAL = BOTH[:2]


def sent(folder: Path) -> None:
    january = members_834(
        *insured("S1", "021", *MEDICAL), *insured("S2", "021", *BOTH), *insured("S3", "021", *BOTH),
        *insured("S4", "021", *MEDICAL), *insured("S5", "021", *MEDICAL), day="20240105",
    )  # fmt: skip
    june = members_834(
        *insured("S1", "024", "DTP*357*D8*20240630"),  # leaves
        *insured("S2", "001", "HD*024**PDG", "DTP*349*D8*20240630"),  # loses drug coverage alone
        *insured("S3", "024", "DTP*357*D8*20231231"),  # was never in force
        *insured("S4", "024", "HD*024**HLT", "DTP*349*D8*20240630"),
        *insured("S6", "024", "DTP*357*D8*20240630"),  # nobody told that S6 was covered
        day="20240605",
    )
    july = members_834(
        *insured("S4", "025", *MEDICAL), *insured("S5", "030", *MEDICAL, "DTP*349*D8*20241231"), day="20240705"
    )
    for name, made in (("january.834", january), ("june.834", june), ("july.834", july)):
        (folder / name).write_text(interchange(made, set_id="834"))
    visits = claims_837(
        *claim("A1"), *line(), *claim("A2", "90", "11:B:7", "REF*F8*A1", "HI*ABK:E119"), *line(charge="90")
    )
    own = interchange(visits).replace("REF*EI*34-1111111", f"REF*SY*{SSN}").replace("*XX*1111111112", "")
    (folder / "claims.837").write_text(own)
    paid = payments_835("CLP*A2*1*90*80**12*P2", "DTM*232*20240301", "SVC*HC:99213*90*80")
    (folder / "paid.835").write_text(interchange(paid, set_id="835").replace("XX*1111111112", f"FI*{SSN}"))


@pytest.fixture(scope="module")
def book(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("x12")
    sent(folder)
    return taken(spark, opened("x12", folder, tmp_path_factory.mktemp("unpacked")), key=KEY)


def spans(book: Taken, number: str) -> list[tuple[str, str, bool, bool]]:
    def told(row: Row) -> tuple[str, str, bool, bool]:
        days = str(row["enrollment_start_date"]), str(row["enrollment_end_date"])
        return *days, row["medical_coverage"], row["pharmacy_coverage"]

    return sorted(told(row) for row in book.tables["eligibility"] if row["member_id"] == KEY.token(number))


def test_a_termination_ends_what_earlier_files_told(book: Taken) -> None:
    assert spans(book, "S1") == [("2024-01-01", "2024-06-30", True, False)]
    assert spans(book, "S2") == [("2024-01-01", "2024-06-30", True, True), ("2024-07-01", "2099-12-31", True, False)]
    assert spans(book, "S3") == []


def test_what_is_told_after_a_termination_stands(book: Taken) -> None:
    assert spans(book, "S4") == [("2024-01-01", "2099-12-31", True, False)]
    assert spans(book, "S5") == [("2024-01-01", "2024-12-31", True, False)]


def test_coverage_told_again_is_known_from_its_first_telling(book: Taken) -> None:
    assert {row["known_date"] for row in book.tables["eligibility"]} == {date(2024, 1, 5)}


def test_an_ending_of_unknown_coverage_is_rejected(book: Taken) -> None:
    assert list(book.reasons("june.834").values()) == ["unknown_coverage"]
    assert spans(book, "S6") == []


def test_a_replacement_is_a_version_of_the_original_it_names_and_is_paid_under_its_own_number(book: Taken) -> None:
    lines = sorted(book.tables["claim_lines"], key=lambda row: row["claim_version"])
    assert len({row["claim_id"] for row in lines}) == 1
    told = [(row["claim_version"], row["claim_frequency_code"], str(row["paid_amount"])) for row in lines]
    assert told == [(1, "1", "0.00"), (11, "7", "0.00"), (12, "7", "80.00")]
    (payment,) = book.tables["remittances"]
    assert payment["matched"]
    assert payment["provider_id"] == lines[0]["provider_id"] == KEY.token(SSN)


def test_no_table_holds_a_policy_or_social_security_number(book: Taken) -> None:
    told = repr(book.tables)
    assert SSN not in told
    assert not [number for number in range(1, 7) if f"POLS{number}" in told]
    assert {row["group_id"] for row in book.tables["eligibility"]} == {KEY.token(f"POLS{n}") for n in (1, 2, 4, 5)}


def test_rows_and_dollars_add_up(book: Taken) -> None:
    for audit in reconcile(book.intake, book.frames):
        assert audit.read == audit.accepted + audit.rejected

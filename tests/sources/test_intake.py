"""Which rows of a canonical delivery are taken, and what the others are told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from sources.reconcile import reconcile
from tests.sources.book import BOOK, header, text_of, write_book
from tests.sources.delivered import Taken, opened, taken

LINE = "{id}-1-1 {id} {member} {first} {last} 2024-02-01 2024-02-01 100 90 {paid}\n"


DAY = "2024-01-05"


def line(claim: str, member: str = "M1", paid: str = "1000", first: str = DAY, last: str = DAY) -> str:
    return LINE.format(id=claim, member=member, paid=paid, first=first, last=last)


HARMED = [
    ("a letter", line("h1", paid="10O"), "bad_amount"),
    ("not a number", line("h2", paid="NaN"), "bad_amount"),
    ("infinity", line("h3", paid="Infinity"), "bad_amount"),
    ("scientific", line("h4", paid="1e3"), "bad_amount"),
    ("too many digits", line("h5", paid="1000000000000.00"), "bad_amount"),
    ("dollar sign", line("h6", paid="$5.00"), "bad_amount"),
    ("no amount", line("h7", paid="-"), "missing_value"),
    ("30 February", line("h8", first="2024-02-30", last="2024-03-01"), "bad_date"),
    ("American date", line("h9", first="01/05/2024"), "bad_date"),
    ("two-digit year", line("h10", first="24-01-05"), "bad_date"),
    ("ends before it starts", line("h11", last="2024-01-04"), "bad_date"),
    ("year 1066", line("h12", first="1066-10-14"), "bad_date"),
    ("the same line again", line("c1"), "duplicate_claim_line"),
    ("unknown member", line("h13", member="SECRET-9"), "unknown_member"),
    ("no member", line("h14", member="-"), "missing_value"),
]
KEPT = [line("k1", paid="0.005"), line("k2", paid="-12.3"), line("k3", paid="+7.")]
TORN = [
    ("cut off", "c9-1-1,c9,1,1,1,professional,M1,P1"),
    ("a cell too many", ",".join(["x"] * 29)),
    ("an open quote", '"c9-1-1,c9,1,1,1,professional,M1,P1,,,2024-01-05,2024-01-05,,,,,2024-01-05,,,,,,,,1,1,1,1'),
    ("latin-1", "c8-1-1,c8,1,1,1,professional,M1,P1,Ren\xe9,,2024-01-05,2024-01-05,,,,,2024-01-05" + "," * 11 + "5.00"),
]
FIRST_TORN = 2 + 3 + len(HARMED) + len(KEPT) + 1  # a blank line stands between


@pytest.fixture(scope="module")
def harmed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The book with every harm of a row in one claim file, in a folder with an awkward name."""
    folder = write_book(tmp_path_factory.mktemp("in") / "June [1] 50% {x}, #é?*")
    spec = BOOK["claim_lines"] + "".join([row for _, row, _ in HARMED] + KEPT)
    torn = "".join(f"{row}\n" for _, row in TORN)
    (folder / "claim_lines.csv").write_bytes((text_of("claim_lines", spec) + "  \n").encode() + torn.encode("latin-1"))
    return taken(spark, opened("canonical", folder, folder / "scratch"))


def test_every_harm_has_its_reason_and_row(harmed: Taken) -> None:
    first = 2 + 3
    expected = {first + n: reason for n, (_, _, reason) in enumerate(HARMED)}
    expected |= {FIRST_TORN + n: "truncated_row" for n in range(3)} | {FIRST_TORN + 3: "unreadable_text"}
    assert harmed.reasons("claim_lines.csv") == expected


def test_rows_beside_a_harmed_one_are_read(harmed: Taken) -> None:
    paid = {row["claim_id"]: row["paid_amount"] for row in harmed.tables["claim_lines"]}
    assert paid == {
        "c1": Decimal("80.00"),
        "c2": Decimal("180.00"),
        "c3": Decimal("280.00"),
        "k1": Decimal("0.01"),
        "k2": Decimal("-12.30"),
        "k3": Decimal("7.00"),
    }


def test_row_numbers_are_those_an_editor_shows(harmed: Taken) -> None:
    numbers = {row["claim_id"]: row["row_number"] for row in harmed.tables["claim_lines"]}
    assert numbers == {"c1": 2, "c2": 3, "c3": 4, "k1": 20, "k2": 21, "k3": 22}


def test_details_name_column_and_mend_but_no_person(harmed: Taken) -> None:
    details = {row["row_number"]: row["detail"] for row in harmed.tables["rejected_rows"]}
    assert details[5] == "paid_amount is not an amount in dollars and cents that fits decimal(14,2)"
    assert details[12] == "service_from is not a date of the calendar written as YYYY-MM-DD"
    assert details[17] == "row 2 of claim_lines.csv holds it"
    assert details[FIRST_TORN] == f"the row does not have {len(header('claim_lines'))} columns"
    told = " ".join(details.values())
    assert not [secret for secret in ("SECRET-9", "M1", "c9", "2024-02-30", "Ren") if secret in told]


def test_rows_and_dollars_add_up_harm_included(harmed: Taken) -> None:
    (audit,) = [a for a in reconcile(harmed.intake, harmed.frames) if a.file_name == "claim_lines.csv"]
    assert (audit.read.rows, audit.accepted.rows, audit.rejected.rows) == (25, 6, 19)
    assert audit.accepted.paid == Decimal("534.71")
    assert audit.rejected.paid == Decimal("8000.00")  # of the rows whose amount could be read
    assert audit.read.paid == audit.accepted.paid + audit.rejected.paid


def test_values_become_the_types_of_the_catalog(harmed: Taken) -> None:
    one = next(row for row in harmed.tables["claim_lines"] if row["claim_id"] == "c1")
    assert one["diagnosis_codes"] == ["I10", "E119"]
    assert (one["service_from"], one["claim_version"], one["service_unit_quantity"]) == (date(2024, 1, 5), 1, 1.5)
    assert (one["physician_id"], one["admission_date"]) == (None, None)
    covered = {row["member_id"]: row["pharmacy_coverage"] for row in harmed.tables["eligibility"]}
    assert covered == {"M1": True, "M2": False, "M3": True}

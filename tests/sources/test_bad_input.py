"""A catalogue of bad input: what is delivered -> what becomes of it.

Each case ends in one of three ways: the row is rejected with file, row and reason; the delivery is refused with the
file's name and the mend; or the row is taken rightly. The files lie in `bad_input/`, made up, byte for byte; what
cannot lie there (10 MB, 100,000 lines, links, a file that changes) is made by its test.

Told elsewhere, in more forms: cells, dates and torn rows in test_intake; headers, files delivered twice and wrong
sources in test_delivery; archives in test_archives; manifests in test_manifest; a batch delivered twice, files cut off
and too many bad rows in tests/jobs/test_ingest_claims; formulas in tests/jobs/test_export; scripts in
tests/expectations/test_data_docs; the same for other formats in x12/test_records, x12/test_claims and
fhir/test_hostile_resources; whatever nobody thought of in test_conservation*.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog.errors import BadDelivery
from sources.delivery import check_unchanged
from sources.intake import Earlier, take_in
from sources.reconcile import FileAudit, reconcile
from sources.tokens import TokenKey
from tests.sources.book import BOOK, header, text_of, write_book
from tests.sources.delivered import Row, cells, csv_text, opened, taken

BAD_INPUT = Path(__file__).parent / "bad_input"
KEY = TokenKey(b"a key of tests, thirty-two bytes!")
CELLS = "claim_lines_1.csv"

REJECTED = [
    # file, row, what is wrong there, reason
    (CELLS, 2, "NaN for an amount", "bad_amount"),
    (CELLS, 3, "Infinity for an amount", "bad_amount"),
    (CELLS, 4, "an amount of thirteen digits", "bad_amount"),
    (CELLS, 5, "1e3 for an amount", "bad_amount"),
    (CELLS, 6, "NaN for a quantity", "bad_number"),
    (CELLS, 7, "a quantity of 400 digits", "bad_number"),
    (CELLS, 8, "a version of 12 digits", "bad_number"),
    (CELLS, 9, "a two-digit year", "bad_date"),
    (CELLS, 10, "30 February", "bad_date"),
    (CELLS, 11, "a missing cell", "truncated_row"),
    (CELLS, 12, "an extra cell", "truncated_row"),
    (CELLS, 13, "an extra empty cell", "truncated_row"),
    (CELLS, 14, "an open quote in the first cell", "truncated_row"),
    (CELLS, 15, "an open quote in the last cell", "truncated_row"),
    (CELLS, 16, "nothing but commas", "missing_value"),
    ("claim_lines_3.csv", 2, "Latin-1", "unreadable_text"),
    ("claim_lines_4.csv", 2, "a NUL byte", "unreadable_text"),
    ("claim_lines_4.csv", 3, "a NUL byte at the end", "unreadable_text"),
    ("claim_lines_7.csv", 2, "a line of 10 MB", "truncated_row"),
    ("claim_lines_8.csv", 2, "a line that another file of the batch holds", "duplicate_claim_line"),
    ("claim_lines_8.csv", 3, "another one", "duplicate_claim_line"),
]
TAKEN = {
    "claim_lines_1.csv": ["icd_10", "icd_9", "negative"],
    "claim_lines_2.csv": ["bom", "crlf"],
    "claim_lines_3.csv": ["after_latin_1"],
    "claim_lines_4.csv": ["after_nul"],
    "claim_lines_5.csv": ["reordered"],
    "claim_lines_6.csv": ["${jndi:ldap://x}", "../../etc/passwd", "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
                          "P\\E("],
    "claim_lines_7.csv": ["after_10_mb"],
}  # fmt: skip
"""File -> claims of it that are taken."""

REFUSED = [
    # folder of bad_input/refused, or what a test does to a whole delivery; what is said
    ("empty_file", "members.csv is empty (0 bytes); deliver it again"),
    ("missing_column", "members.csv lacks the column gender"),
    ("extra_column", "members.csv has the unknown column shoe_size; rename or remove it"),
    ("unnamed_column", "members.csv has a column without a name in its first row; rename or remove it"),
    ("duplicate_header", "members.csv lacks the column state"),
    ("duplicate_column", "members.csv names the column state twice; remove one"),
    ("latin_1_header", "members.csv does not start with text in UTF-8; export it as UTF-8"),
    ("utf_16", "members.csv does not start with text in UTF-8; export it as UTF-8"),
    ("nul_header", "members.csv does not start with text in UTF-8"),
    ("old_line_ends", "members.csv ends its rows with a carriage return alone; save it with line feeds"),
    ("open_quote_header", "members.csv has no header"),
    ("no_header", "members.csv has no header"),
    ("truncated_gzip", "members.csv.gz is a damaged gzip file; download it again"),
    ("no_gzip", "members.csv.gz is a damaged gzip file; download it again"),
    ("truncated_zip", "members.zip is a damaged zip file; download it again"),
    ("zip_pointing_outside", "members.zip holds a file that points outside the archive; do not trust it"),
    ("zip_pointing_outside_of_windows", "members.zip holds a file that points outside the archive; do not trust it"),
    ("manifest_of_two_batches", "manifest.csv names two batches"),
    ("manifest_of_another_batch", "the manifest says batch july, the run says b1; give --batch-id july"),
]


@pytest.mark.parametrize(("case", "said"), REFUSED, ids=[case for case, _ in REFUSED])
def test_what_is_wrong_with_a_file_is_said_with_the_mend(tmp_path: Path, case: str, said: str) -> None:
    folder = write_book(tmp_path / "june")
    for file in (BAD_INPUT / "refused" / case).iterdir():
        (folder / "members.csv").unlink(missing_ok=not file.name.startswith("members"))
        shutil.copy(file, folder)
    with pytest.raises(BadDelivery) as error:
        opened("canonical", folder, tmp_path / "scratch")
    assert said in str(error.value)
    assert not [cell for cell in ("M1", "1970-01-31") if cell in str(error.value)]


def _moved(folder: Path) -> Path:
    """The members file, moved out of the delivery."""
    (folder.parent / "elsewhere").mkdir()
    return (folder / "members.csv").rename(folder.parent / "elsewhere" / "members.csv")


LINKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file elsewhere": (
        lambda folder: (folder / "members.csv").symlink_to(_moved(folder)),
        "members.csv is a link that leads out of the delivery; put the file itself into the folder",
    ),
    "a folder elsewhere": (
        lambda folder: (folder / "more").symlink_to(_moved(folder).parent),
        "more is a link that leads out of the delivery; put the file itself into the folder",
    ),
    "nothing": (
        lambda folder: (folder / "members_2.csv").symlink_to("members_3.csv"),
        "members_2.csv is a link to nothing; put the file itself into the folder",
    ),
}


@pytest.mark.parametrize("where", LINKS)
def test_a_link_out_of_the_delivery_is_refused(tmp_path: Path, where: str) -> None:
    folder = write_book(tmp_path / "june")
    make, said = LINKS[where]
    make(folder)
    with pytest.raises(BadDelivery) as error:
        opened("canonical", folder, tmp_path / "scratch")
    assert str(error.value) == said


@pytest.mark.parametrize("change", ["longer", "as long", "gone"])
def test_a_file_that_changes_while_it_is_read_stops_the_run(tmp_path: Path, change: str) -> None:
    folder = write_book(tmp_path / "june")
    delivery = opened("canonical", folder, tmp_path / "scratch")
    check_unchanged(delivery)
    text = (folder / "members.csv").read_text()
    if change == "gone":
        (folder / "members.csv").unlink()
    else:
        (folder / "members.csv").write_text(text + "x" if change == "longer" else text.replace("OH", "NY"))
    with pytest.raises(BadDelivery, match=r"members.csv changed while it was read; nothing was committed"):
        check_unchanged(delivery)


def _line(claim: str, member: str = "M1") -> str:
    row = f"claim_line_id claim_id member_id service_from service_through known_date paid_amount\n{claim}-1-1 {claim} "
    return text_of("claim_lines", f"{row}{member} 2024-01-05 2024-01-05 2024-02-01 80.00").splitlines()[1]


@pytest.fixture(scope="module")
def audits_and_rows(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, FileAudit], list[Row], list[Row], list[Row]]]:
    """One delivery of all bad rows at once, read once: audits by file, and rows taken, filled and rejected. Members are
    tokens, as in every lake."""
    folder = write_book(tmp_path_factory.mktemp("bad") / "june")
    for file in (BAD_INPUT / "rows").iterdir():
        shutil.copy(file, folder)
    head = ",".join(header("claim_lines"))
    (folder / "claim_lines_7.csv").write_text("\n".join([head, "SECRET-9" * 1_310_720, _line("after_10_mb"), ""]))
    book = text_of("claim_lines", BOOK["claim_lines"]).splitlines(keepends=True)
    (folder / "claim_lines_8.csv").write_text("".join(book[:3]))
    (folder / "claim_lines_9.csv").write_text("\n".join([head, *[_line(f"many{n}", "M2") for n in range(100_000)], ""]))
    whole = opened("canonical", folder, folder / "scratch")
    delivery = replace(whole, files=tuple(whole.of_kind("claim_lines") + whole.of_kind("pharmacy_claims")))
    members = spark.createDataFrame([(KEY.token(member),) for member in ("M1", "M2", "M3")], "member_id string")
    intake = take_in(spark, delivery, Earlier(members, {}), KEY)
    frames = {name: frame.persist() for name, frame in intake.tables().items()}
    frames["rejected_rows"] = intake.rejected_rows().persist()
    audits = {audit.file_name: audit for audit in reconcile(intake, frames)}
    few = F.col("file_name") != "claim_lines_9.csv"
    tables = [frames[name].where(few).collect() for name in ("claim_lines", "pharmacy_claims", "rejected_rows")]
    lines, fills, rejected = [[row.asDict() for row in table] for table in tables]
    yield audits, lines, fills, rejected
    intake.close()
    for frame in frames.values():
        frame.unpersist()


Bad = tuple[dict[str, FileAudit], list[Row], list[Row], list[Row]]


@pytest.mark.slow
def test_each_bad_row_is_rejected_with_its_reason(audits_and_rows: Bad) -> None:
    _, _, _, rejected = audits_and_rows
    found = sorted((row["file_name"], row["row_number"], row["reason"]) for row in rejected)
    assert found == sorted((file, number, reason) for file, number, _, reason in REJECTED)
    told = " ".join(row["detail"] for row in rejected)
    assert not [text for text in ("SECRET", "NaN", "1e3", "24-01-05", "2024-02-30", "torn", "Ren") if text in told]


@pytest.mark.slow
def test_rows_beside_bad_ones_and_odd_but_right_ones_are_taken(audits_and_rows: Bad) -> None:
    audits, lines, fills, _ = audits_and_rows
    taken_of: dict[str, list[str]] = {}
    for row in lines:
        taken_of.setdefault(row["file_name"], []).append(row["claim_id"])
    assert {name: sorted(found) for name, found in taken_of.items() if name != "claim_lines.csv"} == TAKEN
    claims = {row["claim_id"]: row for row in lines}
    negative = claims["negative"]
    assert (negative["service_unit_quantity"], negative["paid_amount"]) == (-3.0, Decimal("-80.00"))
    codes = {
        name: (claims[name]["diagnosis_code_type"], claims[name]["diagnosis_codes"]) for name in ("icd_9", "icd_10")
    }
    assert codes == {"icd_9": ("icd-9-cm", ["4019", "25000"]), "icd_10": ("icd-10-cm", ["I10", "E119"])}
    assert [(row["quantity"], row["days_supply"]) for row in fills if row["claim_id"] == "fill"] == [(-30.0, -30)]
    assert claims["reordered"]["paid_amount"] == claims["reordered"]["allowed_amount"] - 10
    hostile = [row for row in lines if row["file_name"] == "claim_lines_6.csv"]
    assert all(row["claim_id"] == row["physician_id"] == row["hcpcs_code"] for row in hostile)  # text, as delivered
    assert {row["member_id"] for row in lines} == {KEY.token(member) for member in ("M1", "M2", "M3")}
    many = audits["claim_lines_9.csv"]
    assert (many.read.rows, many.accepted.rows, many.accepted.paid) == (100_000, 100_000, Decimal(8_000_000))


@pytest.mark.slow
def test_parquet_keeps_to_the_same_rules_and_its_columns_may_have_any_name(spark: SparkSession, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "june")
    (folder / "claim_lines.csv").unlink()
    amounts = [1.5, float("nan"), float("inf"), 1e300, 1e7]
    rows = csv_text(header("claim_lines"), []).strip().split(",")
    texts = [_line(f"p{n}").split(",") for n in range(len(amounts))]
    table = {name: [text[place] or None for text in texts] for place, name in enumerate(rows)}
    pq.write_table(
        pa.table({**{name: pa.array(column, "string") for name, column in table.items()}, "paid_amount": amounts}),
        folder / "claim_lines.parquet",
    )
    found = taken(spark, opened("canonical", folder, folder / "scratch"))
    assert found.reasons("claim_lines.parquet") == dict.fromkeys((2, 3, 4), "bad_amount")
    assert sorted(row["paid_amount"] for row in found.tables["claim_lines"]) == [
        Decimal("1.50"),
        Decimal("10000000.00"),
    ]
    found.close()


@pytest.mark.slow
def test_columns_that_nobody_reads_may_have_any_name(spark: SparkSession, tmp_path: Path) -> None:
    odd = ["file_name", "row_number", "broken", "_corrupt_record", "`tick", "CLAIM_ID", "c0", "", ""]
    eligibility = """
person_id gender birth_date enrollment_start_date enrollment_end_date payer_type
P1        female 1950-04-01 2023-01-01            2023-12-31          medicare
"""
    claim = "claim_id claim_line_number claim_type person_id claim_start_date claim_end_date paid_amount"
    for name, spec in (
        ("eligibility", eligibility),
        ("medical_claim", f"{claim}\nC1 1 professional P1 2023-02-01 2023-02-04 9.00"),
    ):
        rows = cells(spec)
        (tmp_path / f"{name}.csv").write_text(
            "".join(f"{','.join(line)}\n" for line in ([*rows[0], *odd], [*rows[0].values(), *["x"] * len(odd)]))
        )
    found = taken(spark, opened("tuva", tmp_path, tmp_path / "scratch"))
    assert found.tables["rejected_rows"] == []
    (line,) = found.tables["claim_lines"]
    assert (line["claim_id"], line["file_name"], line["row_number"]) == ("C1", "medical_claim.csv", 2)
    found.close()

"""Whatever is in a file: every row and every dollar read is accepted or rejected."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from sources.delivery import Delivery
from sources.reconcile import reconcile
from tests.sources.book import BOOK, header, text_of, write_book
from tests.sources.delivered import opened, taken

ROWS = 24
SPEC = "\n".join(
    [BOOK["claim_lines"].strip().splitlines()[0]]
    + [f"c{n}-1-1 c{n} M{n % 3 + 1} 2024-01-05 2024-01-05 2024-02-01 2024-02-01 100 90 {n}.25" for n in range(ROWS)]
)
NASTY = ["", " ", "NaN", "-Infinity", "1e400", "9" * 40, "0x1F", "2024-02-30", "9999-12-31", "10000-01-01", "true"]
NASTY += [
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "\0",
    "\ufffd",
    "\u2028",
    "\ufeff",
    "\\",
    "-",
    "+",
    ".",
    "1.",
    ".5",
    "|||",
    "c1-1-1",
]
CELL = st.one_of(st.sampled_from(NASTY), st.text(max_size=6), st.decimals(allow_nan=False).map(str))
PLACE = st.tuples(st.integers(1, ROWS), st.sampled_from(range(len(header("claim_lines")))))
DAMAGE = st.dictionaries(PLACE, CELL, min_size=4, max_size=40)


def harmed(damage: dict[tuple[int, int], str]) -> bytes:
    """The claim file with other text in some cells, written without quotes: a cell may become several, or rows."""
    table = [line.split(",") for line in text_of("claim_lines", SPEC).splitlines()]
    for (row, column), text in damage.items():
        table[row][column] = text
    return "\n".join(",".join(row) for row in table).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    folder = write_book(tmp_path_factory.mktemp("whole") / "june", claim_lines=SPEC)
    delivery = opened("canonical", folder, folder / "scratch")
    return replace(delivery, files=tuple(delivery.of_kind("claim_lines")))


@pytest.mark.slow
@given(DAMAGE)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_rows_and_dollars_read_are_accepted_or_rejected(
    spark: SparkSession, whole: Delivery, damage: dict[tuple[int, int], str]
) -> None:
    content = harmed(damage)
    whole.files[0].path.write_bytes(content)
    book = taken(spark, whole, members=["M1", "M2", "M3"])
    (audit,) = reconcile(book.intake, book.frames)  # raises when a side does not add up
    rows = len([line for line in content.split(b"\n")[1:] if re.search(rb"[^ \t\r\x0b\f]", line)])
    accepted, rejected = book.tables["claim_lines"], book.tables["rejected_rows"]
    assert (audit.read.rows, len(accepted) + len(rejected)) == (rows, rows)
    assert audit.accepted.paid == sum(row["paid_amount"] for row in accepted)
    assert audit.read.paid == audit.accepted.paid + sum(row["paid_amount"] or 0 for row in rejected)
    untouched = {f"c{n}-1-1" for n in range(ROWS)} - {f"c{row - 1}-1-1" for row, _ in damage}
    assert untouched - {"c1-1-1"} <= {row["claim_line_id"] for row in accepted}  # another row may have become c1
    assert all(row["reason"] and row["detail"] for row in rejected)
    book.intake.close()

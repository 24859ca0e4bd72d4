"""Deliveries into the lake: what adds up, what is the same again, and what stays when a delivery is refused."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from catalog import TABLES
from catalog.errors import BadDelivery
from jobs import ingest_claims as job
from jobs.sql import connect
from jobs.token_key import token_key
from lake import Lake
from sources.synthetic.book import make_book
from sources.synthetic.settings import Settings
from sources.synthetic.writer import write_book as write_synthetic
from tests.sources.book import BOOK, write_book

CANONICAL = ("members", "eligibility", "providers", "claim_lines", "pharmacy_claims", "investigations")
Rows = Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Ingest:
    """The command `underwatch ingest-claims`, on the session that all tests share, into one lake."""

    lake: str
    session: SparkSession

    def __call__(
        self,
        source: str,
        delivery: Path,
        batch_id: str = "b1",
        max_rejected_share: float = 0.05,
        reread: bool = False,
    ) -> None:
        @contextmanager
        def shared(_app: str, _master: str) -> Iterator[SparkSession]:
            yield self.session

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(job, "spark_session", shared)
            job.ingest_claims(source, delivery, self.lake, batch_id, max_rejected_share, None, reread, "local[2]")

    def rows(self, table: str) -> Rows:
        """Rows of a table, how often each; without the time of ingest and what the delivery took the place of."""
        left_out = re.compile("ingested_at|.*_superseded")
        columns = ", ".join(name for name in TABLES[table].column_names if not left_out.fullmatch(name))
        found = connect(Lake(self.lake)).sql(f"select {columns} from {table}").fetchall()
        return Counter(tuple(map(str, row)) for row in found)

    def answer(self, query: str) -> list[tuple[object, ...]]:
        return connect(Lake(self.lake)).sql(query).fetchall()

    def versions(self) -> dict[str, int]:
        return Lake(self.lake).versions([*CANONICAL, "rejected_rows", "delivery_audit"])


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 members over 14 months."""
    folder = tmp_path_factory.mktemp("deliveries") / "june"
    write_synthetic(make_book(Settings(members=150, months=14, seed=5)), folder)
    return folder


@pytest.fixture(scope="module")
def ingested(spark: SparkSession, delivery: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingest:
    """The delivery in a lake; tests that change the lake leave it as they found it."""
    ingest = Ingest(str(tmp_path_factory.mktemp("ingest") / "lake"), spark)
    ingest("synthetic", delivery)
    return ingest


def delivered(folder: Path, table: str) -> tuple[int, Decimal]:
    """Rows and paid dollars of a file, counted apart from our own reader."""
    paid = "sum(paid_amount::decimal(18,2))" if "paid_amount" in TABLES[table].column_names else "0"
    counted = f"select count(*), {paid}::decimal(18,2) from read_csv('{folder}/{table}.csv', all_varchar = true)"
    return duckdb.sql(counted).fetchall()[0]


@pytest.mark.parametrize("table", CANONICAL)
def test_every_row_and_dollar_of_a_file_is_in_its_table(ingested: Ingest, delivery: Path, table: str) -> None:
    (audit,) = ingested.answer(
        f"""select rows_read, rows_accepted + rows_rejected, paid_read, paid_accepted + paid_rejected
            from delivery_audit where file_name = '{table}.csv'"""
    )
    rows, paid = delivered(delivery, table)
    assert audit == (rows, rows, paid, paid)
    assert ingested.answer(f"select count(*) from {table}") == [(rows,)]
    assert ingested.answer("select count(*) from rejected_rows") == [(0,)]


@pytest.mark.parametrize("table", CANONICAL)
def test_keys_are_unique_and_rows_say_where_they_come_from(ingested: Ingest, table: str) -> None:
    key = ", ".join(TABLES[table].key)
    assert ingested.answer(f"select {key} from {table} group by all having count(*) > 1") == []
    numbers = ingested.answer(f"select file_name, min(row_number), max(row_number) - count(*) from {table} group by 1")
    assert numbers == [(f"{table}.csv", 2, 1)]


def test_the_lake_knows_members_by_token_and_by_one_key(
    ingested: Ingest, delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = [row[0] for row in duckdb.sql(f"select member_id from read_csv('{delivery}/members.csv')").fetchall()]
    key = token_key(ingested.lake)
    for table in ("members", "eligibility", "claim_lines", "pharmacy_claims"):
        found = {row[0] for row in ingested.answer(f"select distinct member_id from {table}")}
        assert found <= {key.token(str(member)) for member in raw}
    assert ingested.answer("select distinct token_key_id from delivery_audit") == [(key.key_id,)]
    monkeypatch.setenv("UNDERWATCH_TOKEN_KEY", "ab" * 32)
    with pytest.raises(BadDelivery, match=f"member tokens of key {key.key_id}"):
        ingested("synthetic", delivery, batch_id="b2")


def test_the_same_delivery_again_leaves_the_same_rows(ingested: Ingest, delivery: Path) -> None:
    tables = [*CANONICAL, "rejected_rows", "delivery_audit"]
    before = {table: ingested.rows(table) for table in tables}
    ingested("synthetic", delivery, reread=True)
    assert {table: ingested.rows(table) for table in tables} == before


def test_an_unchanged_delivery_is_kept_unless_one_of_its_tables_is_not_of_it(
    ingested: Ingest, delivery: Path, spark: SparkSession
) -> None:
    before = ingested.versions()
    ingested("synthetic", delivery)
    assert ingested.versions() == before
    lake = Lake(ingested.lake)
    lake.overwrite(lake.read(spark, "members"), "members", "b1", run="a run killed before its next commit")
    ingested("synthetic", delivery)
    assert ingested.versions()["claim_lines"] == before["claim_lines"] + 1


@pytest.fixture
def small(tmp_path: Path, spark: SparkSession) -> Ingest:
    return Ingest(str(tmp_path / "lake"), spark)


@pytest.mark.slow
def test_batches_replace_themselves_and_know_of_each_other(small: Ingest, tmp_path: Path) -> None:
    small("canonical", write_book(tmp_path / "june"), "june's")
    july = write_book(tmp_path / "july", members=BOOK["members"].replace("M", "N"))
    small("canonical", july, "july's")
    assert small.answer("select batch_id, reason, detail from rejected_rows where table_name = 'claim_lines'") == (
        [("july's", "duplicate_claim_line", "batch june's already delivered it")] * 3
    )
    assert small.answer("select batch_id, count(*) from members group by 1 order by 1") == [
        ("july's", 3),
        ("june's", 3),
    ]

    corrected = BOOK["claim_lines"].replace("280.00", "28.00").replace("c2", "c4")
    small("canonical", write_book(tmp_path / "june", claim_lines=corrected), "june's")
    lines = small.answer("select claim_id, paid_amount, batch_id from claim_lines order by 1")
    assert lines == [
        ("c1", Decimal("80.00"), "june's"),
        ("c3", Decimal("28.00"), "june's"),
        ("c4", Decimal("180.00"), "june's"),
    ]
    said = """select change, rows, paid_before, paid_after from delivery_changes
        where batch_id = 'june''s' and table_name = 'claim_lines' order by 1"""
    assert small.answer(said) == [
        ("added", 1, Decimal(0), Decimal("180.00")),
        ("changed", 1, Decimal("280.00"), Decimal("28.00")),
        ("removed", 1, Decimal("180.00"), Decimal(0)),
        ("unchanged", 1, Decimal("80.00"), Decimal("80.00")),
    ]
    assert small.answer("select distinct change from delivery_changes where table_name <> 'claim_lines'") == [
        ("unchanged",)
    ]
    superseded = """select rows_superseded, paid_superseded from delivery_audit
        where file_name = 'claim_lines.csv' order by batch_id"""
    assert small.answer(superseded) == [(0, Decimal(0)), (3, Decimal("540.00"))]
    first = Lake(small.lake).read(small.session, "claim_lines", version=0).collect()
    assert {row["claim_id"] for row in first} == {"c1", "c2", "c3"}  # the former version stays readable


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("claim_lines.csv", "torn", "claim_lines.csv is cut off: it ends in the middle of row"),
        ("pharmacy_claims.csv", "header", "pharmacy_claims.csv is empty: a header and no rows"),
        ("pharmacy_claims.csv", "spoilt", "pharmacy_claims.csv is damaged: 1 of its 1 rows cannot be used"),
    ],
)
def test_a_damaged_file_is_named_and_the_lake_stays_as_it_was(
    ingested: Ingest, delivery: Path, tmp_path: Path, file: str, text: str, said: str
) -> None:
    damaged = tmp_path / "june"
    shutil.copytree(delivery, damaged)
    whole = (damaged / file).read_text()
    lines = whole.splitlines(keepends=True)
    harmed = {"torn": whole[:-60], "header": lines[0], "spoilt": lines[0] + "x," + lines[1]}
    (damaged / file).write_text(harmed[text])
    before = ingested.versions()
    with pytest.raises(BadDelivery) as error:
        ingested("synthetic", damaged)
    assert said in str(error.value)
    assert ingested.versions() == before
    assert ingested.answer("select count(*) from claim_lines") == [(delivered(delivery, "claim_lines")[0],)]


@pytest.mark.slow
def test_too_many_bad_rows_stop_a_delivery_unless_the_loss_is_accepted(small: Ingest, tmp_path: Path) -> None:
    row = BOOK["claim_lines"].strip().splitlines()[-1]
    bad = "\n".join(row.replace("c3", f"x{n}").replace("280.00", "NaN") for n in range(21))
    folder = write_book(tmp_path / "june", claim_lines=BOOK["claim_lines"] + bad)
    with pytest.raises(BadDelivery, match=r"claim_lines.csv is damaged: 21 of its 24 rows .*21 bad_amount"):
        small("canonical", folder)
    assert small.versions() == {}
    small("canonical", folder, max_rejected_share=0.9)
    assert small.answer("select reason, count(*), min(row_number) from rejected_rows group by 1") == [
        ("bad_amount", 21, 5)
    ]

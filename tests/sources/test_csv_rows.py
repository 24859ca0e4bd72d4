"""Lines of files, each with its own row number, however Spark cuts the files into pieces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sources.csv_rows import Rows, read_rows
from tests.sources.book import write_book
from tests.sources.delivered import opened

INVESTIGATION = "{id},provider,P{id},tip,confirmed,,2024-01-01,2024-06-01,2024-06-01,"


@pytest.fixture
def small_pieces(spark: SparkSession) -> Iterator[None]:
    """Files of a few kilobytes come in many pieces, as those of many gigabytes do."""
    name = "spark.sql.files.maxPartitionBytes"
    usual = spark.conf.get(name)
    spark.conf.set(name, "1500b")
    yield
    spark.conf.set(name, str(usual))


def investigations(spark: SparkSession, folder: Path) -> Rows:
    return read_rows(spark, opened("canonical", folder, folder / "scratch").of_kind("investigations"))


@pytest.mark.usefixtures("small_pieces")
def test_row_numbers_do_not_depend_on_how_files_are_cut(spark: SparkSession, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "june")
    header, *_ = (folder / "investigations.csv").read_text().splitlines()
    for part, count, newline in ((1, 90, "\r\n"), (2, 1, "\n"), (3, 40, "\n")):
        lines = [header, *[INVESTIGATION.format(id=1000 * part + row) for row in range(2, count + 2)]]
        (folder / f"investigations_{part}.csv").write_text(newline.join(lines) + newline, newline="")
    (folder / "investigations.csv").unlink()
    rows = investigations(spark, folder)
    assert rows.counts == {"investigations_1.csv": 90, "investigations_2.csv": 1, "investigations_3.csv": 40}
    assert rows.last == {name: count + 1 for name, count in rows.counts.items()}
    read = rows.frame.select("file_name", "row_number", "investigation_id", "broken", "recovered_amount").collect()
    assert len(read) == 131
    assert all(int(row["investigation_id"]) % 1000 == row["row_number"] for row in read)
    assert all(row["file_name"] == f"investigations_{row['investigation_id'][0]}.csv" for row in read)
    assert not any(row["broken"] or row["recovered_amount"] for row in read)


def test_quotes_blanks_a_byte_order_mark_and_other_orders_are_read(spark: SparkSession, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "june")
    names = "scheme,investigation_id,target_type,target_id,selection,outcome,opened_date,decided_date,known_date"
    text = f'\ufeff"recovered_amount", {names}\n\n ,"a ""b"", c", I7 ,,,,,,,\n   \n'
    (folder / "investigations.csv").write_text(text)
    rows = investigations(spark, folder)
    (row,) = rows.frame.collect()
    assert (row["row_number"], row["investigation_id"], row["scheme"]) == (3, "I7", 'a "b", c')
    assert (row["recovered_amount"], row["broken"]) == (None, None)
    assert (rows.counts, rows.last) == ({"investigations.csv": 1}, {"investigations.csv": 4})

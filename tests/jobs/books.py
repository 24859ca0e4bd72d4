"""Lakes that job tests start from: a made-up one with known guilt, and a generated one that took the whole way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from jobs.as_of import resolve_as_of
from jobs.build_features import build
from jobs.generate import generate
from jobs.ingest_claims import ingest
from lake import Lake
from sources import source_named
from sources.delivery import open_delivery
from sources.tokens import TokenKey
from tests.models.fraud.book import Book
from tests.models.risk.book import book as risk_book

DAY = date(2025, 12, 31)
DAYS = [date(2023, 12, 31), date(2024, 12, 31), DAY]
KEY = TokenKey(b"a key of tests, thirty-two bytes!")


def write_fraud(spark: SparkSession, lake: Lake, book: Book, day: date = DAY, batch: str = "b1") -> None:
    """Commit what fraud training reads, the investigations as a delivery of their own."""
    claims = book.claims.assign(
        source="made up",
        batch_id=batch,
        claim_type="professional",
        member_id="m1",
        service_from=day,
        service_through=day,
        claim_line_ids=[[f"{claim}-1", f"{claim}-2"] for claim in book.claims["claim_id"]],
    )
    frames = {
        "provider_features": book.providers.assign(provider_kind="practice", specialty="unknown"),
        "neighbour_features": book.providers,
        "care_graph": book.edges.assign(first_service=day, last_service=day),
        "claim_features": claims,
    }
    for table, rows in frames.items():
        lake.overwrite(as_table(spark, rows.assign(as_of=day), table), table, day)
    write_investigations(spark, lake, book.investigations, day, batch)


def write_investigations(
    spark: SparkSession, lake: Lake, rows: pd.DataFrame, day: date = DAY, batch: str = "b1"
) -> None:
    numbered = rows.assign(investigation_id=[f"{batch}-{row}" for row in range(len(rows))], known_date=day)
    lake.overwrite(as_table(spark, numbered.assign(batch_id=batch), "investigations"), "investigations", batch)


def as_table(spark: SparkSession, rows: pd.DataFrame, table: str) -> DataFrame:
    """The columns of the table that `rows` have; the others are null."""
    columns = TABLES[table].columns
    found = spark.createDataFrame(rows[[column.name for column in columns if column.name in rows]])
    return found.select(*[F.col(c.name) if c.name in rows else F.lit(None).cast(c.type).alias(c.name) for c in columns])


def write_risk(spark: SparkSession, lake: Lake, day: date, year: int, members: int) -> None:
    """Commit what risk training and scoring read of one of DAYS: the last of them has no outcomes yet."""
    features, outcomes, edges = risk_book(members, year)
    features.loc[0, "months_observed"] = 0  # one member without history
    tables = {"member_features": features, "care_graph": edges}
    if day < DAY:
        tables["member_outcomes"] = outcomes.assign(known_by=DAY, horizon_months=12)
    for table, rows in tables.items():
        lake.overwrite(as_table(spark, rows.assign(as_of=day), table), table, day)


def generated_lake(spark: SparkSession, folder: Path, members: int, months: int) -> tuple[Lake, date]:
    """A generated delivery, ingested, with its features built as of the last day known."""
    lake = ingested_lake(spark, folder, members, months)
    day = resolve_as_of(spark, lake, "")
    build(spark, lake, day)
    return lake, day


def ingested_lake(spark: SparkSession, folder: Path, members: int, months: int) -> Lake:
    """A generated delivery in its canonical tables, and nothing made of them yet."""
    delivery, lake = folder / "delivery", Lake(str(folder / "lake"))
    generate(members=members, months=months, seed=7, out=delivery)
    ingest(spark, lake, open_delivery(source_named("synthetic"), [], delivery, "b1", folder), KEY)
    return lake

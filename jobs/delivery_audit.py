"""The table delivery_audit: written from the audits of a delivery, read back as them, and shown to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from rich.console import Console
from rich.markup import escape

from catalog import TABLES
from jobs.text_table import text_table
from lake import Lake
from sources.delivery import Delivery
from sources.reconcile import FileAudit, Totals
from sources.tokens import TokenKey

_SIDES = ("read", "accepted", "rejected", "superseded")
_PARTS = ("rows", "charge", "allowed", "paid")


def audit_frame(spark: SparkSession, opened: Delivery, audits: list[FileAudit], key: TokenKey) -> DataFrame:
    """Rows of delivery_audit."""
    now = datetime.now(UTC)
    rows = []
    for audit in audits:
        row: dict[str, object] = {
            "source": opened.source.name,
            "batch_id": opened.batch_id,
            "file_name": audit.file_name,
            "file_sha256": audit.file_sha256,
            "table_name": audit.table_name,
            "records_written": audit.records_written,
            "token_key_id": key.key_id,
            "ingested_at": now,
        }
        for side in _SIDES:
            row |= {f"{part}_{side}": amount for part, amount in asdict(getattr(audit, side)).items()}
        rows.append(tuple(row[name] for name in TABLES["delivery_audit"].column_names))
    return spark.createDataFrame(rows, TABLES["delivery_audit"].ddl)


def earlier_audits(spark: SparkSession, lake: Lake, batch: str) -> list[FileAudit]:
    """Audits of the delivery that the lake holds under this name; none where it is new."""
    audit = lake.read_or_empty(spark, "delivery_audit").where(F.col("batch_id") == batch)
    return [
        FileAudit(
            row["file_name"],
            row["file_sha256"],
            row["table_name"],
            read=_totals(row, "read"),
            accepted=_totals(row, "accepted"),
            rejected=_totals(row, "rejected"),
            records_written=row["records_written"],
        )
        for row in audit.collect()
    ]


def _totals(row: Row, side: str) -> Totals:
    return Totals(*[row[f"{part}_{side}"] for part in _PARTS])


def print_audit(
    console: Console, batch: str, audits: list[FileAudit], reasons: Mapping[tuple[str, str], int], changed: list[Row]
) -> None:
    """What was read, accepted and rejected, by file; why; and what changed where the batch was there before."""
    text = text_table(
        f"Batch {escape(batch)}: what was read, accepted and rejected",
        *("file", "table", "rows read>", "accepted>", "rejected>", "paid read>", "accepted>", "rejected>"),
        wrap=("file",),
    )
    for audit in audits:
        text.add_row(escape(audit.file_name), audit.table_name, *_figures(audit.read, audit.accepted, audit.rejected))
    text.add_section()
    totals = [sum((getattr(audit, side) for audit in audits), Totals()) for side in _SIDES[:3]]
    text.add_row("total", "", *_figures(*totals))
    console.print(text)
    if reasons:
        why = text_table("Rejected rows by reason", "table", "reason", "rows>")
        for (table, reason), count in sorted(reasons.items(), key=lambda item: -item[1]):
            why.add_row(table, reason, f"{count:,}")
        console.print(why)
    if changed:
        what = text_table(
            "What changed against the delivery of that name that the lake held",
            *("table", "change", "rows>", "paid before>", "paid now>"),
        )
        for row in sorted(changed, key=lambda row: (row["table_name"], row["change"])):
            paid = (f"{row['paid_before']:,.2f}", f"{row['paid_after']:,.2f}")
            what.add_row(row["table_name"], row["change"], f"{row['rows']:,}", *paid)
        console.print(what)


def _figures(*sides: Totals) -> list[str]:
    return [f"{side.rows:,}" for side in sides] + [f"{side.paid:,.2f}" for side in sides]

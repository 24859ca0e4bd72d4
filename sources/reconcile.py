"""Conservation: what was read is what was accepted plus what was rejected, per file, in rows and in dollars.

The three sides are counted apart from each other: read from the delivered lines, accepted from the canonical
tables as written, rejected from rejected_rows as written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog.errors import BadDelivery, Unreconciled
from sources.headers import is_parquet
from sources.intake import AMOUNTS, Intake
from sources.verdicts import WHERE

HARMLESS = ("duplicate_claim_line", "duplicate_row", "duplicate_beneficiary", "wrong_resource")
"""Reasons that say a row came twice, or is of something no table holds, not that its file is damaged."""

_ALL_FILES = "the delivery"

FEW_ROWS = 20
"""So many unusable rows never stop a delivery by themselves: in a small file they are a large share."""


@dataclass(frozen=True)
class Totals:
    """Rows, and charge, allowed and paid dollars; an amount that cannot be read counts as 0 on every side."""

    rows: int = 0
    charge: Decimal = Decimal("0.00")
    allowed: Decimal = Decimal("0.00")
    paid: Decimal = Decimal("0.00")

    def __add__(self, other: Totals) -> Totals:
        return Totals(*[getattr(self, part.name) + getattr(other, part.name) for part in fields(self)])


@dataclass(frozen=True)
class FileAudit:
    """One file of a delivery, accounted."""

    file_name: str
    file_sha256: str
    table_name: str
    read: Totals
    accepted: Totals
    rejected: Totals
    records_written: int
    superseded: Totals = Totals()
    """What this file had brought in the delivery that this one replaces."""


def superseding(audits: list[FileAudit], earlier: list[FileAudit]) -> list[FileAudit]:
    """`audits` of a batch that replaces the `earlier` ones: each file with what it had brought, and each file that is
    no longer delivered with nothing read."""
    had = {audit.file_name: audit.accepted for audit in earlier}
    still = {audit.file_name for audit in audits}
    gone = [
        replace(
            audit, read=Totals(), accepted=Totals(), rejected=Totals(), records_written=0, superseded=audit.accepted
        )
        for audit in earlier
        if audit.file_name not in still and audit.accepted.rows
    ]
    return [replace(audit, superseded=had.get(audit.file_name, Totals())) for audit in audits] + gone


def reconcile(intake: Intake, staged: Mapping[str, DataFrame]) -> list[FileAudit]:
    """The audit of every file. Raises Unreconciled, naming the file, when a side does not add up."""
    read = _read(intake)
    accepted_totals = _accepted(intake, staged)
    rejected = _sums(staged["rejected_rows"])
    written = _written(staged)
    audits = [
        FileAudit(
            file.name,
            file.sha256,
            file.kind.table,
            read[file.name],
            accepted_totals.get(file.name, Totals()),
            rejected.get(file.name, Totals()),
            written.get(file.name, 0),
        )
        for file in intake.delivery.files
    ]
    for audit in audits:
        check(audit)
        if intake.delivery.manifest:
            read_of = {name: Decimal(value) for name, value in asdict(audit.read).items()}
            intake.delivery.manifest.check_figures(audit.file_name, read_of)
    return audits


def check(audit: FileAudit) -> None:
    """Raises Unreconciled when rows or dollars read are not those accepted plus those rejected."""
    total = audit.accepted + audit.rejected
    wrong = [
        f"{part.name} read {getattr(audit.read, part.name)}, accepted and rejected {getattr(total, part.name)}"
        for part in fields(Totals)
        if getattr(audit.read, part.name) != getattr(total, part.name)
    ]
    if wrong:
        raise Unreconciled(
            f"{audit.file_name} does not add up: {'; '.join(wrong)}. Nothing was committed; "
            "run the ingest again and report the file if it stays so"
        )


def check_usable(intake: Intake, rejected: DataFrame, max_share: float) -> None:
    """Raises BadDelivery, naming the file, when a file is damaged: cut off, or too large a part of it unusable.

    Repeated rows do not count: a delivery may hold what an earlier one held. Nor do resources of a kind no table holds,
    or a few bad rows of a small file, unless they are all it has. Where a source's files are independent, the share is
    that of all of them together.
    """
    reasons: dict[str, dict[str, int]] = {}
    for row in rejected.groupBy("file_name", "reason").count().collect():
        if row["reason"] not in HARMLESS:
            reasons.setdefault(row["file_name"], {})[row["reason"]] = row["count"]
    counts = intake.counts
    if intake.delivery.source.independent_files:
        counts = {_ALL_FILES: sum(counts.values())}
        reasons = {_ALL_FILES: dict(sum((Counter(found) for found in reasons.values()), Counter()))} if reasons else {}
    for name, found in sorted(reasons.items()):
        unusable, rows = sum(found.values()), counts[name]
        if unusable == rows or (unusable > FEW_ROWS and unusable > max_share * rows):
            most = ", ".join(f"{count} {reason}" for reason, count in sorted(found.items(), key=lambda item: -item[1]))
            raise BadDelivery(
                f"{name} is damaged: {unusable} of its {rows} rows cannot be used ({most}); nothing was committed. "
                f"Deliver the file again, or accept the loss with --max-rejected-share above {max_share}"
            )
    texts = [file for file in intake.delivery.files if file.kind.read is None and not is_parquet(file.path)]
    cut = {file.name: intake.last[file.name] for file in texts if not file.ends_with_newline}
    truncated = rejected.where(F.col("reason") == "truncated_row")
    for row in truncated.select(*WHERE).where(F.col("file_name").isin(list(cut))).collect() if cut else []:
        if row["row_number"] == cut[row["file_name"]]:
            raise BadDelivery(
                f"{row['file_name']} is cut off: it ends in the middle of row {row['row_number']}; "
                "nothing was committed. Deliver the file again"
            )


def _read(intake: Intake) -> dict[str, Totals]:
    dollars: dict[str, Totals] = {}
    for parsed in intake.parsed.values():
        dollars |= _sums(parsed)
    return {
        name: Totals(count, *[getattr(dollars.get(name, Totals()), part.name) for part in fields(Totals)[1:]])
        for name, count in intake.counts.items()
    }


def _accepted(intake: Intake, staged: Mapping[str, DataFrame]) -> dict[str, Totals]:
    totals: dict[str, Totals] = {}
    for kind in intake.delivery.source.kinds:
        if kind.name not in intake.parsed:
            continue
        if kind.merged:
            rows = intake.parsed[kind.name].join(staged["rejected_rows"].select(*WHERE), list(WHERE), "left_anti")
            described = rows.join(staged[kind.table], "member_id", "left_semi").groupBy("file_name").count()
            totals |= {row["file_name"]: Totals(row["count"]) for row in described.collect()}
        else:
            names = [file.name for file in intake.delivery.of_kind(kind.name)]
            tables = [staged[table] for table in (kind.table, *kind.more_tables) if table in staged]
            rows = reduce(DataFrame.unionByName, [_with_dollars(table) for table in tables])
            totals |= _sums(rows.where(F.col("file_name").isin(names)))
    return totals


def _with_dollars(table: DataFrame) -> DataFrame:
    """Where the rows of a table came from and their amounts, 0 in a table without any."""
    amounts = [(F.col(name) if name in table.columns else F.lit(0).cast("decimal(14,2)")) for name in AMOUNTS]
    return table.select(*WHERE, *[amount.alias(name) for name, amount in zip(AMOUNTS, amounts, strict=True)])


def _sums(frame: DataFrame) -> dict[str, Totals]:
    """Delivered rows and dollars by file of any table with provenance; several rows may come of one delivered row."""
    amounts = [
        (F.coalesce(F.sum(name), F.lit(0)) if name in frame.columns else F.lit(0)).cast("decimal(18,2)").alias(name)
        for name in AMOUNTS
    ]
    rows = frame.groupBy(*WHERE).agg(*amounts).groupBy("file_name")
    summed = rows.agg(
        F.count(F.lit(1)).alias("rows"), *[F.sum(name).cast("decimal(18,2)").alias(name) for name in AMOUNTS]
    )
    return {row["file_name"]: Totals(row["rows"], *[row[name] for name in AMOUNTS]) for row in summed.collect()}


def _written(staged: Mapping[str, DataFrame]) -> dict[str, int]:
    written: dict[str, int] = {}
    for table, frame in staged.items():
        if table != "rejected_rows":
            for row in frame.groupBy("file_name").count().collect():
                written[row["file_name"]] = written.get(row["file_name"], 0) + row["count"]
    return written

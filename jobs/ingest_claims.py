from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from pyspark.sql import functions as F

import catalog
import sources
from catalog import TABLES
from catalog.errors import BadDelivery
from jobs.delivery_audit import audit_frame, earlier_audits, print_audit
from jobs.fingerprint import code_version, combined
from jobs.identifiers import Identifiers, forget, identifier_store
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, LakeRoot, Master
from jobs.progress import log, step
from jobs.spark import spark_session
from jobs.text_table import text_console
from jobs.token_key import token_key
from lake import Lake
from lake.identifiers import IdentifierStore
from sources import SOURCES, all_sources, source_named
from sources.changes import changes
from sources.code_findings import code_findings, findings_frame, rows_by_finding
from sources.delivery import Delivery, check_unchanged, open_delivery
from sources.intake import Earlier, take_in
from sources.reconcile import FileAudit, check_usable, reconcile, superseding
from sources.source import Source
from sources.tokens import TokenKey

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_CLAIMS = ("claim_lines", "pharmacy_claims")
_ALWAYS = ("rejected_rows", "code_findings", "delivery_changes", "delivery_audit")
"""Tables that every batch fills, whatever its source."""


def ingest_claims(
    source: Annotated[str, typer.Option(help=f"Format of the delivery: {', '.join(SOURCES)}.")],
    delivery: Annotated[Path, typer.Option(help="Folder of the delivery; zip files in it are read as they are.")],
    lake: LakeRoot = DEFAULT_LAKE,
    batch_id: Annotated[str, typer.Option(help="Name of the batch; default: source and folder name.")] = "",
    max_rejected_share: Annotated[
        float, typer.Option(min=0, max=1, help="Stop when more than this share of a file's rows is unusable.")
    ] = 0.05,
    token_key_file: Annotated[
        Path | None,
        typer.Option(help="Key that makes member tokens; default: UNDERWATCH_TOKEN_KEY[_FILE], else beside the lake."),
    ] = None,
    reread: Annotated[bool, typer.Option("--reread", help="Read it again even where nothing changed.")] = False,
    master: Master = DEFAULT_MASTER,
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Keep who the members are, apart from the lake.")
    ] = False,
    identifiers: Identifiers = "",
) -> None:
    """Read a delivery into the canonical tables; what cannot be read goes to rejected_rows.

    Rows and dollars read equal rows and dollars accepted plus rejected, or nothing is committed. Reading the same
    folder again replaces its batch, or keeps it where neither files nor code changed.

    Example: underwatch ingest-claims --source synthetic --delivery var/deliveries/synthetic
    """
    format_ = source_named(source)
    batch = batch_id or f"{source}-{delivery.resolve().name}"
    others = [other for other in all_sources() if other.kinds != format_.kinds]
    with TemporaryDirectory(prefix="underwatch-") as scratch:
        with step("open delivery", batch=batch) as found:
            opened = open_delivery(format_, others, delivery, batch, Path(scratch))
            found["files"] = len(opened.files)
        if opened.ignored:
            log.warning("files of the delivery that the source does not read", files=", ".join(opened.ignored[:10]))
        store = Lake(lake)
        key = token_key(lake, token_key_file)
        apart = identifier_store(lake, identifiers) if keep_identifiers else None
        run = _run_name(store, opened, max_rejected_share, key)
        kept_apart = apart is None or apart.made_by(batch) == run
        if not reread and kept_apart and _is_in_lake(store, format_, batch, run):
            log.info("the lake holds this batch, read from the same files by the same code: kept", batch=batch)
            if apart is None:
                forget(lake, identifiers, batch)
            return
        with spark_session("ingest-claims", master) as spark:
            told = ingest(spark, store, opened, key, max_rejected_share, run, apart)
    if apart is None:
        forget(lake, identifiers, batch)
    print_audit(text_console(), batch, *told)


def _run_name(store: Lake, opened: Delivery, max_rejected_share: float, key: TokenKey) -> str:
    """Names a run by all that its outcome depends on: the files, the code that reads them, the other batches."""
    others = [batch for batch in store.partitions("delivery_audit") if batch != opened.batch_id]
    depends_on: dict[str, object] = {
        "source": opened.source.name,
        "files": {file.name: file.sha256 for file in opened.files},
        "code": code_version(catalog, sources),
        "max_rejected_share": max_rejected_share,
        "token_key": key.key_id,
        "others": [store.files("delivery_audit", partition=batch) for batch in others],
    }
    return f"ingest-claims {combined(depends_on)}"


def _is_in_lake(store: Lake, source: Source, batch: str, run: str) -> bool:
    """Whether that run committed every table of the batch. One killed between two commits did not."""
    return all(store.made_by(table, batch) == run for table in (*source.tables, *_ALWAYS))


def ingest(
    spark: SparkSession,
    store: Lake,
    opened: Delivery,
    key: TokenKey,
    max_rejected_share: float = 0.05,
    run: str = "",
    apart: IdentifierStore | None = None,
) -> tuple[list[FileAudit], dict[tuple[str, str], int], list[Row]]:
    """Stage, reconcile and commit one delivery; its audits, rejected rows by table and reason, and what it changed.

    Members' identifiers are dropped, or kept in `apart` where it is given.
    """
    batch = opened.batch_id
    _check_one_key(spark, store, batch, key)
    with step("read delivery"):
        intake = take_in(spark, opened, _earlier(spark, store, opened), key, apart is not None)
    staged = {}

    def stage(tables: Mapping[str, DataFrame]) -> None:
        for name, frame in tables.items():
            with step(f"stage {name}"):
                staged[name] = store.stage(frame, name, batch)

    stage(intake.tables())
    stage(intake.derived({name: store.read_staged(spark, staged[name]) for name in staged}))
    stage(intake.missing(set(staged)))
    stage({"rejected_rows": intake.rejected_rows()})
    written = {name: store.read_staged(spark, staged[name]) for name in staged}
    with step("reconcile"):
        check_usable(intake, written["rejected_rows"], max_rejected_share)
        audits = reconcile(intake, written)
        counts = written["rejected_rows"].groupBy("table_name", "reason").count().collect()
    check_unchanged(opened)
    stage({"code_findings": _code_findings(spark, opened, written)})
    earlier = earlier_audits(spark, store, batch)
    stage({"delivery_changes": _changes(spark, store, opened, written) if earlier else _no_changes(spark)})
    changed = store.read_staged(spark, staged["delivery_changes"]).collect() if earlier else []
    audits = superseding(audits, earlier)
    stage({"delivery_audit": audit_frame(spark, opened, audits, key)})
    if apart is not None:
        with step("keep identifiers apart"):
            apart.write(intake.member_identifiers(), batch, run)
    with step("commit", tables=len(staged)):
        # The audit last: a batch whose audit is there is there whole. A run killed in between heals by running again.
        for name in staged:
            store.commit(staged[name], run)
    intake.close()
    return audits, {(row["table_name"], row["reason"]): row["count"] for row in counts}, changed


def _code_findings(spark: SparkSession, opened: Delivery, written: Mapping[str, DataFrame]) -> DataFrame:
    """The table code_findings: codes that are not valid on their days of service. They are told and reject nothing."""
    with step("look up codes"):
        found = code_findings(written)
    for system, rows in rows_by_finding(found).items():
        log.warning(f"codes of {system} not valid on their day of service: see code_findings", **rows)
    return findings_frame(spark, opened.source.name, opened.batch_id, found).coalesce(1)


def _changes(spark: SparkSession, store: Lake, opened: Delivery, written: Mapping[str, DataFrame]) -> DataFrame:
    """The table delivery_changes: the canonical rows of this delivery against those of the one it replaces."""
    tables = opened.source.tables
    before = {
        name: store.read(spark, name, partition=opened.batch_id)
        for name in tables
        if opened.batch_id in store.partitions(name)
    }
    told = changes(before, {name: written[name] for name in tables})
    signed = told.withColumns({"source": F.lit(opened.source.name), "batch_id": F.lit(opened.batch_id)})
    return signed.select(*TABLES["delivery_changes"].column_names).coalesce(1)


def _no_changes(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([], TABLES["delivery_changes"].ddl)


def _earlier(spark: SparkSession, store: Lake, opened: Delivery) -> Earlier:
    batch, source = opened.batch_id, opened.source
    others = F.col("batch_id") != batch
    members = store.read_or_empty(spark, "members").where(others).select("member_id")
    lines = {}
    for table in _CLAIMS:
        if set(store.partitions(table)) - {batch}:
            lines[table] = store.read(spark, table).where(others).select("claim_line_id", "batch_id")
    tables = {
        table: store.read(spark, table).where(others & (F.col("source") == source.name))
        for table in (source.continues if lines else ())
        if set(store.partitions(table)) - {batch}
    }
    return Earlier(members.distinct(), lines, tables)


def _check_one_key(spark: SparkSession, store: Lake, batch: str, key: TokenKey) -> None:
    """Raises BadDelivery when other batches of the lake hold tokens of another key: the same member would be two."""
    audit = store.read_or_empty(spark, "delivery_audit").where(F.col("batch_id") != batch)
    # An audit written before members were tokens names no key.
    named = F.coalesce("token_key_id", F.lit("none"))
    others = {row[0] for row in audit.select(named).distinct().collect()} - {key.key_id}
    if others:
        raise BadDelivery(
            f"the lake holds member tokens of key {', '.join(sorted(others))}, this run has key {key.key_id}; "
            "give the lake's key with --token-key-file, or read every delivery into a new lake with the new key"
        )

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pandas as pd
import typer
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import NothingToDo
from features.known import latest
from jobs.as_of import resolve_as_of
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, LakeRoot, Master
from jobs.progress import step
from jobs.spark import spark_session
from jobs.text_table import text_console, text_table
from lake import Lake
from models.linkage.link import entities, link
from models.linkage.records import READS
from models.linkage.weights import DEFAULT_THRESHOLD

TABLE = "provider_links"
_TELLING = ("npi", "tax_id", "provider_name")


@dataclass(frozen=True)
class Linked:
    """What a run found: providers compared, and how many of them say an NPI, a tax number, a name; the rows written."""

    providers: int
    telling: dict[str, int]
    links: pd.DataFrame


def link_providers(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.5, max=0.9999, help="Probability from which two ids are linked.")
    ] = DEFAULT_THRESHOLD,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Say which provider ids are one provider, with a probability for each pair, in the table provider_links.

    No other table changes and no job needs the links: without them every provider id is a provider of its own.

    Example: underwatch link-providers --as-of 2025-12-31
    """
    store = Lake(lake)
    with spark_session("link-providers", master) as spark:
        day = resolve_as_of(spark, store, as_of)
        found = link_known(spark, store, day, threshold)
    _print(found, day, threshold)


def link_known(spark: SparkSession, lake: Lake, as_of: date, threshold: float = DEFAULT_THRESHOLD) -> Linked:
    """Judge the providers known by a day and commit that day's links. Raises NothingToDo where they say too little.

    One short row per provider comes to the driver: 200 to 300 bytes each.
    """
    known = latest(lake.read_or_empty(spark, "providers"), ["provider_id"], as_of).select(*READS)
    with step("reading providers", as_of=str(as_of)) as read:
        rows = [row.asDict() for row in known.toLocalIterator()]
        telling = {name: sum(1 for row in rows if row[name]) for name in _TELLING}
        read.update(providers=len(rows), **telling)
    if not any(telling.values()):
        if str(as_of) in lake.partitions(TABLE):  # links of a register that has since been taken back
            lake.overwrite(lake.read_or_empty(spark, TABLE).limit(0), TABLE, as_of)
        raise NothingToDo(_too_little(len(rows), as_of))
    with step("judging pairs") as judged:
        links = link(rows, threshold)
        judged.update(pairs=len(links), linked=int(links["linked"].sum()))
    lake.overwrite(_frame(spark, links, as_of), TABLE, as_of)
    return Linked(len(rows), telling, links)


def _too_little(providers: int, as_of: date) -> str:
    if not providers:
        return f"no provider was known on {as_of}: there is nothing to link; deliver a register of providers first"
    return (
        f"none of the {providers} providers known on {as_of} has an NPI, a tax number or a name: there is nothing to "
        "link them by. Nothing else needs the links; a register with npi, tax_id or provider_name (source canonical, "
        "file providers.csv) allows them"
    )


def _frame(spark: SparkSession, links: pd.DataFrame, as_of: date) -> DataFrame:
    columns = [column for column in TABLES[TABLE].columns if column.name != "as_of"]
    ddl = ", ".join(f"{column.name} {column.type}" for column in columns)
    plain = spark.createDataFrame(links[[column.name for column in columns]], ddl)
    return plain.withColumn("as_of", F.lit(as_of)).coalesce(1)


def _print(found: Linked, as_of: date, threshold: float) -> None:
    links = found.links
    providers = entities(links)
    alone = found.providers - len(providers)
    console = text_console()
    text = text_table(f"Provider links as of {as_of}", "what", "count>")
    for words, count in (
        ("provider ids", found.providers),
        *[(f"  with {name}", count) for name, count in found.telling.items()],
        ("pairs judged", len(links)),
        (f"pairs linked (probability {threshold:g} or more)", int(links["linked"].sum())),
        ("pairs withheld (they would join two NPIs)", int(links["npi_conflict"].sum())),
        ("ids that share a provider with another", len(providers)),
        ("providers with several ids", len(set(providers.values()))),
        ("providers in all", alone + len(set(providers.values()))),
    ):
        text.add_row(words, f"{count:,}")
    console.print(text)
    linked = links[links["linked"]]
    if len(linked):
        why = text_table("What the links rest on", "agreed", "links>")
        for basis, count in linked["basis"].value_counts().items():
            why.add_row(str(basis).replace(",", ", ") or "nothing in full", f"{count:,}")
        console.print(why)

"""The cases of a day: rings found in care_graph, and their rows.

Pairs are counted on Spark. The driver sees the strongest pairs of each provider (for the markets), the few pairs that
are ties, and counts; members never come to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog.table import REASONS_TYPE
from features.care_graph import MEMBER_PROVIDER, PROVIDER_PHYSICIAN
from features.case_members import common_links, common_words, shown_lines
from features.shared_links import links, shared_pairs, strongest_pairs, with_expected
from lake import Lake
from models.cases.describe import MEMBERS, PHYSICIANS, Facts, Sharing, reasons
from models.cases.markets import markets
from models.cases.naming import named
from models.cases.rings import Ring, rings
from models.cases.ties import LEAST_LIFT, LEAST_SHARED, ties

NEIGHBOURS = 10
"""Pairs of each provider that markets are made from."""

_EDGES = {MEMBERS: MEMBER_PROVIDER, PHYSICIANS: PROVIDER_PHYSICIAN}


@dataclass(frozen=True)
class Cases:
    """`rings` by case_id; `ties` are the pairs behind them with `kind`, members or physicians; `links` by kind;
    `providers` has one row per provider of a case; `refused` counts providers of groups too large to be one case."""

    rings: Mapping[str, Ring]
    ties: pd.DataFrame
    links: Mapping[str, DataFrame]
    providers: DataFrame
    refused: int

    def case_of(self) -> dict[str, str]:
        """provider_id -> case_id."""
        return {provider: name for name, ring in self.rings.items() for provider in ring.providers}


def find_cases(graph: DataFrame, earlier: Mapping[str, frozenset[str]]) -> Cases:
    """Rings of a day's care_graph, named after those of an earlier day where they are the same."""
    held = {kind: links(graph, edge_type).localCheckpoint() for kind, edge_type in _EDGES.items()}
    pairs = {kind: shared_pairs(found, 1).localCheckpoint() for kind, found in held.items()}
    places = markets(strongest_pairs(pairs[MEMBERS], NEIGHBOURS).toPandas())
    spark = graph.sparkSession
    where = spark.createDataFrame(places, "provider_id string, market string")
    tied = [_ties(pairs[kind], held[kind], where).assign(kind=kind) for kind in _EDGES]
    every = pd.concat(tied, ignore_index=True)
    together = every.groupby(["left_provider_id", "right_provider_id"], as_index=False)["lift"].max()
    found = rings(together)
    cases = named(found.found, earlier)
    rows = [(name, provider) for name, ring in cases.items() for provider in ring.providers]
    providers = spark.createDataFrame(rows, "case_id string, provider_id string").coalesce(1)
    return Cases(cases, every, held, providers, len(found.refused))


def earlier_cases(spark: SparkSession, lake: Lake, day: date) -> dict[str, frozenset[str]]:
    """case_id -> providers of the cases published of the last day before `day`."""
    days = [value for value in lake.partitions("cases") if value < str(day)]
    if not days:
        return {}
    rows = lake.read(spark, "cases", partition=days[-1]).select("case_id", "provider_ids").collect()
    return {row["case_id"]: frozenset(row["provider_ids"]) for row in rows}


def case_rows(
    cases: Cases, providers: DataFrame, links_of_ids: DataFrame, judged: DataFrame, claims: DataFrame, lines: DataFrame
) -> DataFrame:
    """The table `cases` without lineage and as_of.

    `providers` are descriptions (one row each), `links_of_ids` the day's provider_links, `judged` scored_providers,
    `claims` scored claims (claim_id, provider_id, member_id, fraud_rank), `lines` claim_id and claim_line_ids.
    """
    members = common_links(cases.links[MEMBERS], cases.providers).localCheckpoint()
    physicians = common_links(cases.links[PHYSICIANS], cases.providers)
    shared = {
        "shared_member_ids": members,
        "shared_physician_ids": physicians,
        "shared_tax_ids": common_words(providers, cases.providers, "tax_id"),
        "shared_zip_codes": common_words(providers, cases.providers, "zip_code"),
    }
    made = _scored(cases.providers, judged)
    for name, found in shared.items():
        made = made.join(found.select("case_id", F.col("shared_ids").alias(name)), "case_id", "left")
    none = F.array().cast("array<string>")
    made = made.withColumns({name: F.coalesce(name, none) for name in shared}).join(
        members.select("case_id", "link_count"), "case_id", "left"
    )
    made = made.withColumn("shared_member_count", F.size("shared_member_ids")).localCheckpoint()
    words = _described(cases, made, links_of_ids)
    evidence = shown_lines(claims, lines, cases.providers, members)
    return (
        made.join(words, "case_id")
        .join(evidence, "case_id", "left")
        .withColumns(
            {
                "shared_member_share": F.col("shared_member_count") / F.greatest("link_count", F.lit(1)),
                "reasons": F.transform(
                    "_reasons",
                    lambda reason: F.struct(
                        *[reason[part] for part in ("code", "text", "value", "expected", "contribution")],
                        F.when(reason["code"] == "SHARED_MEMBERS", F.coalesce("evidence", none)).otherwise(none),
                    ).cast(REASONS_TYPE.removeprefix("array<").removesuffix(">")),
                ),
            }
        )
        .drop("_reasons", "evidence", "link_count")
    )


def _ties(pairs: DataFrame, found: DataFrame, places: DataFrame) -> pd.DataFrame:
    """Ties of one kind. Only pairs that may be ties come to the driver."""
    several = pairs.where(F.col("shared") >= LEAST_SHARED)
    beyond = with_expected(several, found, places).where(F.col("shared") >= LEAST_LIFT * F.col("expected"))
    return ties(beyond.toPandas(), found.select("provider_id").distinct().count())


def _scored(providers: DataFrame, judged: DataFrame) -> DataFrame:
    """One row per case: its providers, their claims and dollars, and the one to be reviewed first."""
    first = F.struct("fraud_rank", "provider_id", "fraud_probability", "score_basis")
    return (
        judged.drop("case_id")
        .join(F.broadcast(providers), "provider_id")
        .groupBy("case_id")
        .agg(
            F.array_sort(F.collect_list("provider_id")).alias("provider_ids"),
            F.count("*").alias("provider_count"),
            F.sum("claim_count").alias("claim_count"),
            F.sum("paid_amount").alias("paid_amount"),
            F.min(first).alias("first"),
        )
        .select("*", F.col("first.provider_id").alias("strongest_provider_id"), "first.*")
        .drop("first", "provider_id")
    )


def _described(cases: Cases, made: DataFrame, links_of_ids: DataFrame) -> DataFrame:
    """case_id, bound_by, pair_shared, pair_expected and reasons without evidence: what counts and names say."""
    counted = made.select(
        "case_id", "link_count", "shared_member_count", "shared_physician_ids", "shared_tax_ids", "shared_zip_codes"
    ).collect()
    sharing, same = _sharing(cases), _same_provider(cases, links_of_ids)
    rows = []
    for row in counted:
        name = row["case_id"]
        facts = Facts(
            len(cases.rings[name].providers),
            cases.rings[name].component,
            row["link_count"] or 0,
            row["shared_member_count"],
            sharing[name],
            row["shared_physician_ids"],
            row["shared_tax_ids"],
            row["shared_zip_codes"],
            same[name],
        )
        tie = facts.ties.get(MEMBERS) or facts.ties[PHYSICIANS]
        told = [tuple(asdict(reason).values()) for reason in reasons(facts)]
        rows.append((name, facts.bound_by, tie.shared, tie.expected, told))
    without_evidence = REASONS_TYPE.replace(",evidence:array<string>", "")
    ddl = f"case_id string, bound_by string, pair_shared double, pair_expected double, _reasons {without_evidence}"
    return made.sparkSession.createDataFrame(rows, ddl)


def _sharing(cases: Cases) -> dict[str, dict[str, Sharing]]:
    """What the tied pairs within each case share, by kind."""
    of = cases.case_of()
    inside = cases.ties.assign(
        case_id=cases.ties["left_provider_id"].map(of), other=cases.ties["right_provider_id"].map(of)
    )
    summed = inside[inside["case_id"] == inside["other"]].groupby(["case_id", "kind"])[["shared", "expected"]].sum()
    found: dict[str, dict[str, Sharing]] = {name: {} for name in cases.rings}
    for (name, kind), row in summed.iterrows():
        found[name][kind] = Sharing(float(row["shared"]), float(row["expected"]))
    return found


def _same_provider(cases: Cases, links_of_ids: DataFrame) -> Counter[str]:
    """How many providers of each case are linked to another of it as one and the same."""
    left, right = (
        cases.providers.select("case_id", F.col("provider_id").alias(f"{side}_provider_id"))
        for side in ("left", "right")
    )
    linked = (
        links_of_ids.where("linked")
        .join(left, "left_provider_id")
        .join(right, ["right_provider_id", "case_id"])
        .select("case_id", F.explode(F.array("left_provider_id", "right_provider_id")).alias("provider_id"))
        .distinct()
    )
    return Counter({row["case_id"]: row["count"] for row in linked.groupBy("case_id").count().collect()})

"""How many members (or physicians) two billing providers share, and how many they would share by chance.

Chance is the configuration model (Chung and Lu 2002) within each market: a member who sees d providers sees each with a
probability proportional to that provider's members of the market. A member's market is where most of its providers are,
so that neighbours in one town, who share many members for that reason alone, are held against each other and not
against the whole book. Hubs make no pairs, as in `neighbour_features`.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from features.care_graph import MEMBER_PROVIDER
from features.exact_sums import RATIO_PLACES, exact_sum
from features.neighbour_features import MAX_DEGREE
from features.peers import ratio

ELSEWHERE = ""
"""Market of links whose providers are in none."""


def links(graph: DataFrame, edge_type: str) -> DataFrame:
    """One row per member (or physician) and billing provider: link, provider_id, claim_count, degree; hubs left out."""
    link, provider = ("from_id", "to_id") if edge_type == MEMBER_PROVIDER else ("to_id", "from_id")
    edges = graph.where(F.col("edge_type") == edge_type).select(
        F.col(link).alias("link"), F.col(provider).alias("provider_id"), "claim_count"
    )
    degree = F.count("*").over(Window.partitionBy("link"))
    return edges.withColumn("degree", degree).where(F.col("degree") <= MAX_DEGREE)


def shared_pairs(found: DataFrame, least: int) -> DataFrame:
    """One row per unordered pair of providers that share at least `least` links: left_provider_id (the smaller),
    right_provider_id, shared."""
    several = found.where(F.col("degree") >= 2)
    left = several.select("link", F.col("provider_id").alias("left_provider_id"))
    right = several.select("link", F.col("provider_id").alias("right_provider_id"))
    return (
        left.join(right, "link")
        .where(F.col("left_provider_id") < F.col("right_provider_id"))
        .groupBy("left_provider_id", "right_provider_id")
        .agg(F.count("*").alias("shared"))
        .where(F.col("shared") >= least)
    )


def strongest_pairs(pairs: DataFrame, most: int) -> DataFrame:
    """The pairs that are among the `most` with most shared links of either provider."""
    turned = pairs.select(
        F.col("left_provider_id").alias("right_provider_id"),
        F.col("right_provider_id").alias("left_provider_id"),
        "shared",
    )
    order = Window.partitionBy("left_provider_id").orderBy(F.desc("shared"), "right_provider_id")
    kept = pairs.unionByName(turned).withColumn("place", F.row_number().over(order)).where(F.col("place") <= most)
    return kept.select(
        F.least("left_provider_id", "right_provider_id").alias("left_provider_id"),
        F.greatest("left_provider_id", "right_provider_id").alias("right_provider_id"),
        "shared",
    ).distinct()


def with_expected(pairs: DataFrame, found: DataFrame, markets: DataFrame) -> DataFrame:
    """Adds to pairs `expected`, the links they would share by chance, and each side's volume (links, hubs left out).

    `found` is what `links` makes, `markets` has provider_id and market.
    """
    placed = found.join(_home(found, markets), "link")
    volumes = placed.groupBy("provider_id", "market").agg(F.count("*").alias("volume"))
    # A link of degree d makes d - 1 meetings from each of its d rows: each ordered pair of providers once.
    meetings = placed.groupBy("market").agg(F.sum(F.col("degree") - 1).alias("meetings"))
    weight = volumes.groupBy("market").agg(
        (F.sum("volume") * F.sum("volume") - F.sum(F.col("volume") * F.col("volume"))).alias("ordered")
    )
    chance = meetings.join(weight, "market").select(
        "market", ratio(F.col("meetings"), F.col("ordered")).alias("chance")
    )
    local = volumes.join(F.broadcast(chance), "market")
    sides = [
        local.select(
            F.col("provider_id").alias(f"{side}_provider_id"), "market", F.col("volume").alias(f"{side}_here"), "chance"
        )
        for side in ("left", "right")
    ]
    keys = ["left_provider_id", "right_provider_id"]
    together = (
        pairs.select(*keys)
        .join(sides[0], "left_provider_id")
        .join(sides[1].drop("chance"), ["right_provider_id", "market"])
        .groupBy(*keys)
        .agg(
            exact_sum(F.col("left_here") * F.col("right_here") * F.coalesce("chance", F.lit(0.0)), RATIO_PLACES).alias(
                "expected"
            )
        )
    )
    total = volumes.groupBy("provider_id").agg(F.sum("volume").alias("volume"))
    return (
        pairs.join(together, keys)
        .join(
            total.withColumnsRenamed({"provider_id": "left_provider_id", "volume": "left_volume"}), "left_provider_id"
        )
        .join(
            total.withColumnsRenamed({"provider_id": "right_provider_id", "volume": "right_volume"}),
            "right_provider_id",
        )
        .select(*keys, "shared", "expected", "left_volume", "right_volume")
    )


def _home(found: DataFrame, markets: DataFrame) -> DataFrame:
    """One row per link: the market with most of its providers, then with most of its claims."""
    seen = (
        found.join(F.broadcast(markets), "provider_id", "left")
        .groupBy("link", F.coalesce("market", F.lit(ELSEWHERE)).alias("market"))
        .agg(F.count("*").alias("providers"), F.sum("claim_count").alias("claims"))
    )
    order = Window.partitionBy("link").orderBy(
        (F.col("market") == ELSEWHERE).cast("int"), F.desc("providers"), F.desc("claims"), "market"
    )
    return seen.withColumn("place", F.row_number().over(order)).where(F.col("place") == 1).select("link", "market")

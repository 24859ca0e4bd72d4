"""What the providers around a provider look like: `catalog/neighbour_features.py` says what each column means.

Neighbours share members, or share physicians. Labels are never looked at, so nothing of them can leak in.
Hubs (a member with very many providers, a physician billing under very many) make no neighbours: they would connect
everyone to everyone and the pairs of them would outnumber all others.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.care_graph import MEMBER_PROVIDER, PROVIDER_PHYSICIAN
from features.exact_sums import MONEY_PLACES, exact_sum
from features.peers import ratio
from features.shaped import shaped

MAX_DEGREE = 30
"""Members or physicians with more providers than this make no neighbours."""

_METRICS = {
    "total_paid": "total_paid",
    "paid_per_member": "paid_per_member",
    "paid_vs_code": "paid_vs_code",
    "units_vs_code": "units_vs_code",
    "duplicate_line_share": "duplicate_line_share",
    "visit_level": "mean_visit_level",
    "claims_per_member": "claims_per_member",
}
"""Name within a neighbour feature -> column of provider_features."""

_PLACES = {"total_paid": 0}
"""Decimal places that count when a metric times shared members is added up, where fewer than those of money do: what
large neighbours were paid, times the members shared with them, leaves no room for cents."""

_SECOND_HOP = ("paid_per_member", "paid_vs_code", "units_vs_code", "duplicate_line_share")
"""Metrics also looked at two steps away."""


def neighbour_features(graph: DataFrame, providers: DataFrame, as_of: date) -> DataFrame:
    """One row per row of `providers` (provider_features of the same day); `graph` is the care_graph of that day."""
    treated = graph.where(F.col("edge_type") == MEMBER_PROVIDER)
    staffed = graph.where(F.col("edge_type") == PROVIDER_PHYSICIAN)
    visits = _without_hubs(treated.select(F.col("from_id").alias("link"), F.col("to_id").alias("provider_id")))
    staff = _without_hubs(staffed.select(F.col("to_id").alias("link"), F.col("from_id").alias("provider_id")))
    own = providers.select("provider_id", "member_volume", *[F.col(c).alias(n) for n, c in _METRICS.items()])
    metrics = own.drop("member_volume").withColumnsRenamed({name: f"_{name}" for name in _METRICS})

    by_member = _pairs(visits)
    first_hop = _means(by_member, metrics, "member")
    staff_hop = _means(_pairs(staff), metrics, "physician").withColumnRenamed(
        "physician_neighbours", "co_physician_provider_count"
    )
    second_hop = _second_hop(by_member, metrics)
    joined = own.select("provider_id", "member_volume")
    for part in (first_hop, second_hop, staff_hop, _ring(visits, by_member), _strongest(by_member)):
        joined = joined.join(part, "provider_id", "left")
    return joined.transform(_shares, as_of)


def _without_hubs(edges: DataFrame) -> DataFrame:
    degree = F.count("*").over(Window.partitionBy("link"))
    return edges.withColumn("degree", degree).where((F.col("degree") >= 2) & (F.col("degree") <= MAX_DEGREE))


def _meetings(edges: DataFrame) -> DataFrame:
    """One row per link and ordered pair of different providers it connects."""
    other = edges.select("link", F.col("provider_id").alias("neighbour"))
    return edges.select("link", "provider_id").join(other, "link").where(F.col("provider_id") != F.col("neighbour"))


def _pairs(edges: DataFrame) -> DataFrame:
    """One row per ordered pair of providers: how many links they share."""
    return _meetings(edges).groupBy("provider_id", "neighbour").agg(F.count("*").alias("shared"))


def _means(pairs: DataFrame, metrics: DataFrame, by: str) -> DataFrame:
    """One row per provider with neighbours: weighted mean and maximum of each of their metrics.

    The maximum asks for two shared links, lest one wandering member make a neighbour.
    """
    names = [name.removeprefix("_") for name in metrics.columns if name != "provider_id"]

    def mean(name: str) -> Column:
        weight = F.when(F.col(f"_{name}").isNotNull(), F.col("shared"))
        return ratio(_shared_sum(name), F.sum(weight)).alias(f"{by}_mean_{name}")

    def largest(name: str) -> Column:
        return F.max(F.when(F.col("shared") >= 2, F.col(f"_{name}"))).alias(f"{by}_max_{name}")

    neighbours = metrics.withColumnRenamed("provider_id", "neighbour")
    return (
        pairs.join(neighbours, "neighbour")
        .groupBy("provider_id")
        .agg(
            F.count("*").alias(f"{by}_neighbours"),
            F.max("shared").alias(f"{by}_strongest"),
            *[mean(name) for name in names],
            *[largest(name) for name in names],
        )
    )


def _shared_sum(name: str) -> Column:
    """A metric of neighbours, summed over the links shared with them."""
    return exact_sum(F.col("shared") * F.col(f"_{name}"), _PLACES.get(name, MONEY_PLACES))


def _second_hop(pairs: DataFrame, metrics: DataFrame) -> DataFrame:
    """One row per provider with neighbours: weighted mean of what each neighbour's own neighbours are like.

    The provider is a neighbour of its neighbours: its own part is taken out of their sums again.
    """
    beyond = metrics.withColumnRenamed("provider_id", "neighbour")
    sums, weights = ({name: f"_{kind}_{name}" for name in _SECOND_HOP} for kind in ("sum", "weight"))

    def weight(name: str) -> Column:
        return F.when(F.col(f"_{name}").isNotNull(), F.col("shared")).otherwise(0)

    def mean(name: str) -> Column:
        own = F.coalesce(F.col("shared") * F.col(f"_{name}"), F.lit(0.0))
        others = ratio(F.col(sums[name]) - own, F.col(weights[name]) - weight(name))
        known = F.when(others.isNotNull(), F.col("shared"))
        return ratio(exact_sum(F.col("shared") * others), F.sum(known)).alias(f"second_hop_{name}")

    around = (
        pairs.join(beyond, "neighbour")
        .groupBy("provider_id")
        .agg(
            *[_shared_sum(name).alias(sums[name]) for name in _SECOND_HOP],
            *[F.sum(weight(name)).alias(weights[name]) for name in _SECOND_HOP],
        )
        .withColumnRenamed("provider_id", "neighbour")
    )
    own = metrics.select("provider_id", *[f"_{name}" for name in _SECOND_HOP])
    joined = pairs.join(around, "neighbour").join(own, "provider_id")
    return joined.groupBy("provider_id").agg(*[mean(name) for name in _SECOND_HOP])


def _ring(visits: DataFrame, pairs: DataFrame) -> DataFrame:
    """Members who see another provider at all, and those who see two of the three strongest co-providers."""
    order = Window.partitionBy("provider_id").orderBy(F.desc("shared"), "neighbour")
    circle = pairs.withColumn("rank", F.row_number().over(order)).where(F.col("rank") <= 3)
    members = (
        _meetings(visits)
        .join(circle.select("provider_id", "neighbour", "rank"), ["provider_id", "neighbour"], "left")
        .groupBy("provider_id", "link")
        .agg(F.count("rank").alias("in_circle"))
    )
    return members.groupBy("provider_id").agg(
        F.count("*").alias("shared_members"), F.count_if(F.col("in_circle") >= 2).alias("ring_members")
    )


def _strongest(pairs: DataFrame) -> DataFrame:
    """Whether some neighbour shares most with the provider and the provider with it. One shared member is no bond."""
    most = F.max("shared")
    both = pairs.withColumn("own_most", most.over(Window.partitionBy("provider_id"))).withColumn(
        "their_most", most.over(Window.partitionBy("neighbour"))
    )
    bond = (F.col("shared") >= 2) & (F.col("shared") == F.col("own_most")) & (F.col("shared") == F.col("their_most"))
    return both.groupBy("provider_id").agg(F.max(bond.cast("int")).alias("mutual_strongest"))


def _shares(joined: DataFrame, as_of: date) -> DataFrame:
    zero = F.lit(0)
    named = joined.withColumns(
        {
            "co_provider_count": F.coalesce("member_neighbours", zero),
            "shared_member_share": ratio(F.coalesce("shared_members", zero), F.col("member_volume")),
            "strongest_shared_share": ratio(F.coalesce("member_strongest", zero), F.col("member_volume")),
            "ring_member_share": ratio(F.coalesce("ring_members", zero), F.col("member_volume")),
            "mutual_strongest": F.coalesce("mutual_strongest", zero),
            "co_physician_provider_count": F.coalesce("co_physician_provider_count", zero),
        }
    )
    return named.transform(shaped, "neighbour_features", as_of)

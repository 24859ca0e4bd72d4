"""What the providers of each case have in common: members, physicians, tax numbers, ZIP codes; and lines that show it.

`rings` has one row per provider of a case: case_id and provider_id.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

LINES_SHOWN = 10
"""Claims of shared members, first to be reviewed first, whose costliest line is evidence."""


def common_links(found: DataFrame, rings: DataFrame) -> DataFrame:
    """One row per case whose providers have links: case_id, link_count, and shared_ids, those of two or more of its
    providers, in order. `found` is what `shared_links.links` makes, so hubs are left out."""
    held = found.join(F.broadcast(rings), "provider_id").groupBy("case_id", "link").agg(F.count("*").alias("providers"))
    return held.groupBy("case_id").agg(
        F.count("*").alias("link_count"), _listed(F.when(F.col("providers") >= 2, F.col("link"))).alias("shared_ids")
    )


def common_words(providers: DataFrame, rings: DataFrame, column: str) -> DataFrame:
    """One row per case: case_id and shared_ids, the values of `column` that two or more of its providers have.

    `providers` has at most one row per provider.
    """
    held = (
        providers.where(F.col(column).isNotNull())
        .join(F.broadcast(rings), "provider_id")
        .groupBy("case_id", column)
        .agg(F.count("*").alias("providers"))
    )
    return held.groupBy("case_id").agg(_listed(F.when(F.col("providers") >= 2, F.col(column))).alias("shared_ids"))


def shown_lines(claims: DataFrame, lines: DataFrame, rings: DataFrame, shared: DataFrame) -> DataFrame:
    """One row per case: case_id and evidence, the costliest line of each of the claims of shared members that come
    first in the review order. `claims` are scored (claim_id, provider_id, member_id, fraud_rank), `lines` has
    claim_id and claim_line_ids, `shared` is what `common_links` makes of members."""
    members = shared.select("case_id", F.explode("shared_ids").alias("member_id"))
    order = Window.partitionBy("case_id").orderBy("fraud_rank")
    first = (
        claims.join(F.broadcast(rings), "provider_id")
        .join(members, ["case_id", "member_id"])
        .withColumn("place", F.row_number().over(order))
        .where(F.col("place") <= LINES_SHOWN)
        .join(lines, "claim_id")
    )
    ordered = F.array_sort(F.collect_list(F.struct("place", F.get("claim_line_ids", F.lit(0)).alias("line"))))
    return first.groupBy("case_id").agg(F.transform(ordered, lambda one: one["line"]).alias("evidence"))


def _listed(values: Column) -> Column:
    """The values of a group that are not null, in order."""
    return F.array_sort(F.collect_list(values))

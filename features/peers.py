"""What is usual among peers: medians of codes, and a provider against its peer group."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

MIN_CODE_LINES = 5
"""A code billed on fewer lines has no usual price."""

MIN_PEERS = 20
"""Peer groups of kind and specialty smaller than this fall back to the kind."""

MIN_CLAIMS = 10
"""Providers with fewer claims are neither compared nor part of the comparison: their ratios are noise."""

_MAD_TO_SIGMA = 1.4826


def usual_by_code(lines: DataFrame) -> DataFrame:
    """One row per claim type and code: `usual_paid` (USD) and `usual_units` of a paid line.

    The median over providers of each provider's median, so that a mill which bills most of a code does not set the
    yardstick it is measured by.
    """
    by_provider = (
        lines.where(F.col("paid_amount") > 0)
        .groupBy("claim_type", "code", "provider_id")
        .agg(
            F.median(F.col("paid_amount").cast("double")).alias("paid"),
            F.median("units").alias("units"),
            F.count("*").alias("n"),
        )
    )
    return (
        by_provider.groupBy("claim_type", "code")
        .agg(F.median("paid").alias("usual_paid"), F.median("units").alias("usual_units"), F.sum("n").alias("n"))
        .where(F.col("n") >= MIN_CODE_LINES)
        .drop("n")
    )


def with_peer_group(providers: DataFrame) -> DataFrame:
    """Adds `peer_group`: kind and specialty, or the kind alone where fewer than 20 providers share both."""
    peers = F.count("*").over(Window.partitionBy("provider_kind", "specialty"))
    both = F.concat_ws("/", "provider_kind", "specialty")
    return providers.withColumn("peer_group", F.when(peers >= MIN_PEERS, both).otherwise(F.col("provider_kind")))


def with_peer_comparison(providers: DataFrame, ratios: dict[str, str], deviations: dict[str, str]) -> DataFrame:
    """Adds, for each `name: SQL expression` of `ratios`, its value over the peer group's median and, for each of
    `deviations`, its robust z (1.4826 median absolute deviations) within the peer group.

    Null for providers below 10 claims and where the peers do not vary.
    """
    floor = F.col("claim_count") >= MIN_CLAIMS
    values = {f"_{name}": F.when(floor, F.expr(value)) for name, value in {**ratios, **deviations}.items()}
    measured = providers.withColumns(values)
    middle = measured.groupBy("peer_group").agg(*[F.median(name).alias(f"{name}_median") for name in values])
    centred = measured.join(F.broadcast(middle), "peer_group").withColumns(
        {f"_{name}_off": F.col(f"_{name}") - F.col(f"_{name}_median") for name in deviations}
    )
    spread = centred.groupBy("peer_group").agg(
        *[F.median(F.abs(f"_{name}_off")).alias(f"_{name}_mad") for name in deviations]
    )
    return (
        centred.join(F.broadcast(spread), "peer_group")
        .withColumns({name: ratio(F.col(f"_{name}"), F.col(f"_{name}_median")) for name in ratios})
        .withColumns({n: ratio(F.col(f"_{n}_off"), F.col(f"_{n}_mad") * _MAD_TO_SIGMA) for n in deviations})
    )


def ratio(top: Column, bottom: Column) -> Column:
    """Double quotient; null where the divisor is zero or unknown."""
    return F.try_divide(top.cast("double"), bottom.cast("double"))

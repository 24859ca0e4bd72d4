"""What is usual among peers: medians of codes, and a provider against its peer group."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from features.known import NO_CODE

MIN_CODE_LINES = 5
"""A code billed on fewer lines has no usual price."""

MIN_SPECIALTY_PROVIDERS = 5
"""A specialty with fewer providers does not tell which codes are rare in it."""

MIN_PEERS = 20
"""Peer groups of kind and specialty smaller than this fall back to the kind."""

MIN_CLAIMS = 10
"""Providers with fewer claims are neither compared nor part of the comparison: their ratios are noise."""

MAX_UNITS_RATIO = 10.0
"""One mistyped quantity must not make a provider's mean."""

_MAD_TO_SIGMA = 1.4826


def usual_by_code(lines: DataFrame) -> DataFrame:
    """One row per claim type and code: `usual_paid` (USD) and `usual_units` of a paid line.

    The median over providers of each provider's median, so that a mill which bills most of a code does not set the
    yardstick it is measured by.
    """
    by_provider = (
        lines.where((F.col("paid_amount") > 0) & (F.col("code") != NO_CODE))
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


def with_code_share(signals: DataFrame) -> DataFrame:
    """Adds `code_share_in_specialty`: the share of providers of the same kind and specialty who bill the code.

    Null for drugs, for codes or specialties unknown, and where fewer than five providers share the specialty.
    """
    peers = ["provider_kind", "specialty"]
    medical = signals.where(
        (F.col("claim_type") != "pharmacy") & (F.col("specialty") != "unknown") & (F.col("code") != NO_CODE)
    )
    billed = medical.select(*peers, "code", "provider_id").distinct()
    size = billed.groupBy(*peers).agg(F.countDistinct("provider_id").alias("providers"))
    share = (
        billed.groupBy(*peers, "code")
        .agg(F.count("*").alias("billing"))
        .join(F.broadcast(size.where(F.col("providers") >= MIN_SPECIALTY_PROVIDERS)), peers)
        .select(*peers, "code", ratio(F.col("billing"), F.col("providers")).alias("code_share_in_specialty"))
    )
    return signals.join(F.broadcast(share), [*peers, "code"], "left")


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
    peers = Window.partitionBy("peer_group")
    values = {f"_{name}": F.when(floor, F.expr(value)) for name, value in {**ratios, **deviations}.items()}
    # Windows, not joins back: the frame that comes in is long to make and would be made again for each join.
    return (
        providers.withColumns(values)
        .withColumns({f"{name}_usual": F.median(name).over(peers) for name in values})
        .withColumns({f"_{name}_off": F.col(f"_{name}") - F.col(f"_{name}_usual") for name in deviations})
        .withColumns({f"_{name}_mad": F.median(F.abs(f"_{name}_off")).over(peers) for name in deviations})
        .withColumns({name: ratio(F.col(f"_{name}"), F.col(f"_{name}_usual")) for name in ratios})
        .withColumns({n: ratio(F.col(f"_{n}_off"), F.col(f"_{n}_mad") * _MAD_TO_SIGMA) for n in deviations})
    )


def held_units_ratio() -> Column:
    """`units_ratio` of a line, held at MAX_UNITS_RATIO; null where it is unknown, which least() alone would read as the
    cap."""
    return F.when(F.col("units_ratio").isNotNull(), F.least("units_ratio", F.lit(MAX_UNITS_RATIO)))


def ratio(top: Column, bottom: Column) -> Column:
    """Double quotient; null where the divisor is zero or unknown."""
    return top.cast("double") / F.nullif(bottom.cast("double"), F.lit(0.0))

"""`care_graph` and `provider_features` in Polars, lazy, on its streaming engine.

Lines come down to visits first (one row per provider, member, claim, day and physician), and whatever counts claims,
members, days or physicians is made of visits; two levels of grouping replace each distinct count. What Polars
computes of one plan it computes together, so the year is scanned once for visits and once for all else.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars import col

from benchmarks.feature_speed.days import AS_OF, RECENT_AFTER, YEAR_AFTER

_MONEY = pl.Decimal(14, 2)


def features(lines: Path, providers: Path, care_graph: Path, provider_features: Path) -> None:
    """Reads two files of Parquet and writes two."""
    year = pl.scan_parquet(lines).filter(
        (col("service_from") > YEAR_AFTER) & (col("service_from") <= AS_OF) & col("provider_id").is_not_null()
    )
    visits = _visits(year).collect(engine="streaming").lazy()
    graph = _care_graph(visits).collect(engine="streaming")
    graph.write_parquet(care_graph)
    parts = [_claims(visits), _months(visits), _days(visits), _physician_days(visits), _codes(year), _referrers(year)]
    measured, *others = pl.collect_all([_lines(year), *parts, *_edges(graph.lazy())], engine="streaming")
    for part in others:
        measured = measured.join(part, on="provider_id", how="left")
    described = pl.read_parquet(providers, columns=["provider_id", "provider_kind", "specialty", "state"])
    _compared(_measured(measured.join(described, on="provider_id", how="left").lazy())).sink_parquet(provider_features)


def _visits(year: pl.LazyFrame) -> pl.LazyFrame:
    stay_days = (col("discharged") - col("admitted")).dt.total_days()
    return year.group_by("provider_id", "member_id", "claim_id", "physician_id", "service_from").agg(
        pl.len().alias("line_count"),
        col("paid_amount").sum(),
        col("diagnosis_count").max().alias("diagnoses"),
        pl.when(col("claim_type") == "inpatient").then(stay_days).max().alias("stay_days"),
        _sum_or_null("timed_units").alias("units"),
    )


def _care_graph(visits: pl.LazyFrame) -> pl.LazyFrame:
    treated = _edges_between(visits, "member_provider", "member_id", "provider_id")
    staffed = visits.filter(col("physician_id").is_not_null())
    return pl.concat([treated, _edges_between(staffed, "provider_physician", "provider_id", "physician_id")])


def _edges_between(visits: pl.LazyFrame, edge_type: str, start: str, end: str) -> pl.LazyFrame:
    span = {"first_service": col("service_from").min(), "last_service": col("service_from").max()}
    claims = visits.group_by(start, end, "claim_id").agg(col("line_count").sum(), col("paid_amount").sum(), **span)
    edges = claims.group_by(start, end).agg(
        pl.len().alias("claim_count"),
        col("line_count", "paid_amount").sum(),
        col("first_service").min(),
        col("last_service").max(),
    )
    return edges.select(
        pl.lit(AS_OF).alias("as_of"),
        pl.lit(edge_type).alias("edge_type"),
        col(start).alias("from_id"),
        col(end).alias("to_id"),
        col("claim_count", "line_count").cast(pl.Int64),
        col("paid_amount").cast(_MONEY),
        "first_service",
        "last_service",
    )


def _lines(year: pl.LazyFrame) -> pl.LazyFrame:
    paid = col("paid_amount").cast(pl.Float64)
    return year.group_by("provider_id").agg(
        pl.len().alias("line_count"),
        col("paid_amount").sum(),
        col("weekend").mean().alias("weekend_share"),
        col("visit_level").mean().alias("mean_visit_level"),
        (col("visit_level") >= 4).mean().alias("high_level_visit_share"),
        _ratio(paid.filter(col("usual_paid").is_not_null()).sum(), col("usual_paid").sum()).alias("paid_vs_code"),
        col("units_ratio").clip(upper_bound=10.0).mean().alias("units_vs_code"),
        col("duplicate").mean().alias("duplicate_line_share"),
        col("after_death").sum().alias("after_death_lines"),
        col("outside_coverage").mean().alias("outside_coverage_share"),
        col("during_stay").mean().alias("during_stay_share"),
        col("out_of_state").mean().alias("out_of_state_share"),
        (col("paid_amount") == 0).mean().alias("zero_paid_share"),
        paid.filter(col("claim_type") == "inpatient").sum().alias("inpatient_paid"),
        paid.filter(col("equipment")).sum().alias("equipment_paid"),
        paid.filter(col("laboratory")).sum().alias("laboratory_paid"),
        paid.filter(col("drug")).sum().alias("drug_paid"),
    )


def _codes(year: pl.LazyFrame) -> pl.LazyFrame:
    codes = year.group_by("provider_id", "code").agg(pl.len().alias("lines"))
    return codes.group_by("provider_id").agg(pl.len().alias("code_count"), col("lines").max().alias("top_code_lines"))


def _referrers(year: pl.LazyFrame) -> pl.LazyFrame:
    referred = year.filter(col("referring_physician_id").is_not_null())
    lines = referred.group_by("provider_id", "referring_physician_id").agg(pl.len().alias("lines"))
    share = _ratio(col("lines").max(), col("lines").sum())
    return lines.group_by("provider_id").agg(share.alias("top_referrer_share"))


def _claims(visits: pl.LazyFrame) -> pl.LazyFrame:
    claims = visits.group_by("provider_id", "claim_id").agg(
        col("service_from").min(),
        col("diagnoses").max(),
        col("paid_amount").sum().cast(pl.Float64).alias("paid"),
        col("stay_days").max(),
    )
    return claims.group_by("provider_id").agg(
        pl.len().alias("claim_count"),
        (col("service_from") > RECENT_AFTER).sum().alias("recent_claims"),
        col("diagnoses").filter(col("diagnoses") > 0).mean().alias("mean_diagnosis_count"),
        col("stay_days").mean().alias("mean_stay_days"),
        col("stay_days").max().alias("longest_stay_days"),
        col("stay_days").quantile(0.9, "linear").alias("stay_days_p90"),
        _sum_or_null("stay_days").alias("inpatient_days"),
        col("paid").median().alias("claim_paid_median"),
        col("paid").quantile(0.9, "linear").alias("claim_paid_p90"),
        col("paid").max().alias("largest_claim_paid"),
    )


def _months(visits: pl.LazyFrame) -> pl.LazyFrame:
    month = col("service_from").dt.truncate("1mo").alias("month")
    claims = visits.select("provider_id", "claim_id", month).unique()
    months = claims.group_by("provider_id", "month").agg(pl.len().alias("claims"))
    return months.group_by("provider_id").agg(
        col("claims").max().alias("busiest_month_claims"), pl.len().alias("active_months")
    )


def _days(visits: pl.LazyFrame) -> pl.LazyFrame:
    met = visits.select("provider_id", "service_from", "member_id").unique()
    days = met.group_by("provider_id", "service_from").agg(pl.len().alias("members"))
    return days.group_by("provider_id").agg(col("members").max().alias("max_members_in_day"))


def _physician_days(visits: pl.LazyFrame) -> pl.LazyFrame:
    timed = visits.filter(col("physician_id").is_not_null() & col("units").is_not_null())
    worked = timed.group_by("provider_id", "service_from", "physician_id").agg(col("units").sum())
    return worked.group_by("provider_id").agg(col("units").max().alias("max_physician_units_in_day"))


def _edges(graph: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What the graph's edges say of a provider: its members, its physicians."""
    paid = col("paid_amount").cast(pl.Float64)
    treated = graph.filter(col("edge_type") == "member_provider").group_by(col("to_id").alias("provider_id"))
    staffed = graph.filter(col("edge_type") == "provider_physician").group_by(col("from_id").alias("provider_id"))
    return treated.agg(
        pl.len().alias("member_volume"),
        _ratio(paid.max(), paid.sum()).alias("top_member_paid_share"),
        (col("claim_count") == 1).mean().alias("single_claim_member_share"),
        (col("first_service") > RECENT_AFTER).mean().alias("new_member_share"),
    ), staffed.agg(pl.len().alias("physician_volume"))


def _measured(providers: pl.LazyFrame) -> pl.LazyFrame:
    total, recent, claims = col("paid_amount").cast(pl.Float64), col("recent_claims"), col("claim_count")
    growth = (recent / 3 + 0.5) / ((claims.cast(pl.Int64) - recent) / 9 + 0.5)
    return providers.with_columns(
        pl.lit(AS_OF).alias("as_of"),
        col("provider_kind", "specialty").fill_null("unknown"),
        claims.cast(pl.Int64),
        col("paid_amount").cast(_MONEY),
        claims.cast(pl.Float64).alias("claim_volume"),
        col("physician_volume").fill_null(0).cast(pl.Float64),
        total.alias("total_paid"),
        _ratio(total, col("member_volume")).alias("paid_per_member"),
        _ratio(total, claims).alias("paid_per_claim"),
        _ratio(claims, col("member_volume")).alias("claims_per_member"),
        _ratio(col("line_count"), claims).alias("lines_per_claim"),
        _ratio(col("member_volume"), col("physician_volume")).alias("members_per_physician"),
        _ratio(col("top_code_lines"), col("line_count")).alias("top_code_share"),
        pl.when(claims >= 10).then(growth).alias("growth"),
        *[
            _ratio(col(f"{kind}_paid"), total).alias(f"{kind}_paid_share")
            for kind in ("inpatient", "equipment", "laboratory", "drug")
        ],
        col(
            *("member_volume", "max_members_in_day", "after_death_lines", "code_count", "longest_stay_days"),
            *("inpatient_days", "busiest_month_claims", "active_months"),
        ).cast(pl.Float64),
    ).drop(
        *("inpatient_paid", "equipment_paid", "laboratory_paid", "drug_paid"),
        *("line_count", "recent_claims", "top_code_lines"),
    )


def _compared(providers: pl.LazyFrame) -> pl.LazyFrame:
    many = pl.len().over("provider_kind", "specialty") >= 20
    both = pl.concat_str("provider_kind", "specialty", separator="/")
    grouped = providers.with_columns(pl.when(many).then(both).otherwise("provider_kind").alias("peer_group"))

    def held(value: pl.Expr) -> pl.Expr:
        return pl.when(col("claim_count") >= 10).then(value)

    def against_median(name: str) -> pl.Expr:
        value = held(col(name))
        return _ratio(value, value.median().over("peer_group")).alias(f"{name}_vs_peers")

    def deviation(value: pl.Expr, name: str) -> pl.Expr:
        off = held(value) - held(value).median().over("peer_group")
        return _ratio(off, 1.4826 * off.abs().median().over("peer_group")).alias(name)

    return grouped.with_columns(
        against_median("paid_per_member"),
        against_median("paid_per_claim"),
        against_median("claims_per_member"),
        deviation(col("paid_per_member").clip(lower_bound=0.0).log1p(), "paid_per_member_z"),
        deviation(col("mean_visit_level"), "visit_level_z"),
        deviation(col("units_vs_code"), "units_z"),
    )


def _ratio(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Null where the divisor is zero or unknown."""
    divisor = bottom.cast(pl.Float64)
    return top.cast(pl.Float64) / pl.when(divisor != 0.0).then(divisor)


def _sum_or_null(name: str) -> pl.Expr:
    """Polars' sum of nothing is 0."""
    return pl.when(col(name).count() > 0).then(col(name).sum())

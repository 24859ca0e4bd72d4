"""`care_graph` and `provider_features` in pandas.

Ids are read as dictionaries and worked on as whole numbers, dates as days, money as cents; groups are found once by one
number per group. Lines come down to visits first (one row per provider, member, claim, day and physician), and
whatever counts claims, members, days or physicians is made of visits.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.feature_speed.days import AS_OF, RECENT_AFTER, YEAR_AFTER

_IDS = ["provider_id", "member_id", "claim_id", "physician_id", "referring_physician_id", "code"]
_DATES = ["service_from", "admitted", "discharged"]
_FLAGS = ["weekend", "duplicate", "after_death", "during_stay", "equipment", "laboratory", "drug"]
_PERHAPS = ["outside_coverage", "out_of_state"]
"""Flags that may be unknown."""

_NUMBERS = ["usual_paid", "units_ratio", "visit_level", "timed_units", "diagnosis_count"]
_EPOCH = date(1970, 1, 1)


def features(lines: Path, providers: Path, care_graph: Path, provider_features: Path) -> None:
    """Reads two files of Parquet and writes two."""
    year, names = _read(lines)
    visits = _visits(year)
    treated, staffed = (
        _edges(visits, "member_id", "provider_id"),
        _edges(_with_physician(visits), "provider_id", "physician_id"),
    )
    graph = {
        "member_provider": (treated, "member_id", "provider_id"),
        "provider_physician": (staffed, "provider_id", "physician_id"),
    }
    pq.write_table(pa.concat_tables([_graph_table(kind, *edges, names) for kind, edges in graph.items()]), care_graph)
    parts = [_lines(year), _codes(year), _referrers(year), _claims(visits), _months(visits), _days(visits),
             _physician_days(visits), _members(treated), _physicians(staffed)]  # fmt: skip
    measured = pd.concat(parts, axis=1)
    measured.index = pd.Index(names["provider_id"].take(measured.index), name="provider_id")
    described = pd.read_parquet(providers, columns=["provider_id", "provider_kind", "specialty", "state"])
    made = _compared(_measured(measured.join(described.set_index("provider_id")))).reset_index()
    made["as_of"] = AS_OF
    paid = pc.cast(_money(made.pop("paid_amount").to_numpy()), pa.decimal128(14, 2))
    pq.write_table(
        pa.Table.from_pandas(made, preserve_index=False).append_column("paid_amount", paid), provider_features
    )


def _read(lines: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The year's lines with ids as numbers (-1: unknown), and what each number stands for."""
    within = (pc.field("service_from") > YEAR_AFTER) & (pc.field("service_from") <= AS_OF)
    table = pq.read_table(
        lines,
        columns=[*_IDS, *_DATES, *_FLAGS, *_PERHAPS, *_NUMBERS, "claim_type", "paid_amount"],
        filters=within & pc.field("provider_id").is_valid(),
        read_dictionary=_IDS,
    ).unify_dictionaries()
    columns, names = {}, {}
    for name in _IDS:
        ids = table[name].combine_chunks()
        columns[name] = ids.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        names[name] = ids.dictionary.to_numpy(zero_copy_only=False)
    for name in _DATES:
        columns[name] = table[name].cast(pa.int32()).to_numpy()
    for name in _FLAGS:
        columns[name] = table[name].to_numpy()
    for name in [*_PERHAPS, *_NUMBERS]:
        columns[name] = table[name].cast(pa.float64()).to_numpy()
    columns["inpatient"] = pc.equal(table["claim_type"], "inpatient").to_numpy()
    columns["cents"] = pc.multiply(table["paid_amount"], pa.scalar(100, pa.int32())).cast(pa.int64()).to_numpy()
    return pd.DataFrame(columns), names


def _visits(year: pd.DataFrame) -> pd.DataFrame:
    stay = np.where(year["inpatient"], year["discharged"] - year["admitted"], np.nan)
    lines = year[["provider_id", "member_id", "claim_id", "physician_id", "service_from", "cents"]].assign(
        line_count=1, diagnoses=year["diagnosis_count"], stay_days=stay, units=year["timed_units"]
    )
    return _grouped(
        lines,
        ["provider_id", "member_id", "claim_id", "physician_id", "service_from"],
        {"line_count": "sum", "cents": "sum", "diagnoses": "max", "stay_days": "max", "units": "sum"},
    )


def _grouped(frame: pd.DataFrame, keys: list[str], how: dict[str, str]) -> pd.DataFrame:
    """One row per distinct `keys`, whose columns are whole numbers; sums of nothing known are unknown."""
    groups = frame.groupby(keys, sort=False, observed=True)
    made = {
        name: groups[name].sum(min_count=1) if one == "sum" else getattr(groups[name], one)()
        for name, one in how.items()
    }
    return pd.DataFrame(made).reset_index()


def _edges(visits: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    spans = visits.assign(first_service=visits["service_from"], last_service=visits["service_from"])
    how = {"line_count": "sum", "cents": "sum", "first_service": "min", "last_service": "max"}
    claims = _grouped(spans, [start, end, "claim_id"], how).assign(claim_count=1)
    return _grouped(claims, [start, end], {"claim_count": "sum", **how})


def _with_physician(visits: pd.DataFrame) -> pd.DataFrame:
    return visits[visits["physician_id"] >= 0]


def _graph_table(kind: str, edges: pd.DataFrame, start: str, end: str, names: dict[str, np.ndarray]) -> pa.Table:
    days = {
        name: pa.array(edges[name].to_numpy(np.int32)).cast(pa.date32()) for name in ("first_service", "last_service")
    }
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(AS_OF), len(edges)),
            "edge_type": pa.repeat(kind, len(edges)),
            "from_id": pa.array(names[start].take(edges[start])),
            "to_id": pa.array(names[end].take(edges[end])),
            "claim_count": edges["claim_count"].to_numpy(np.int64),
            "line_count": edges["line_count"].to_numpy(np.int64),
            "paid_amount": _money(edges["cents"].to_numpy()).cast(pa.decimal128(14, 2)),
            **days,
        }
    )


def _money(cents: np.ndarray) -> pa.Array:
    return pc.multiply(
        pa.array(cents.astype(np.int64)).cast(pa.decimal128(19, 0)), pa.scalar("0.01").cast(pa.decimal128(3, 2))
    )


def _lines(year: pd.DataFrame) -> pd.DataFrame:
    paid = year["cents"] / 100.0
    level = year["visit_level"]
    lines = pd.DataFrame(
        {
            "weekend_share": year["weekend"],
            "mean_visit_level": level,
            "high_level_visit_share": np.where(level.notna(), level >= 4, np.nan),
            "units_vs_code": year["units_ratio"].clip(upper=10.0),
            "duplicate_line_share": year["duplicate"],
            "outside_coverage_share": year["outside_coverage"],
            "during_stay_share": year["during_stay"],
            "out_of_state_share": year["out_of_state"],
            "zero_paid_share": year["cents"] == 0,
        }
    )
    sums = pd.DataFrame(
        {
            "paid_amount": year["cents"],
            "after_death_lines": year["after_death"],
            "comparable": paid.where(year["usual_paid"].notna(), 0.0),
            "usual": year["usual_paid"],
            "inpatient_paid": paid.where(year["inpatient"], 0.0),
            "equipment_paid": paid.where(year["equipment"], 0.0),
            "laboratory_paid": paid.where(year["laboratory"], 0.0),
            "drug_paid": paid.where(year["drug"], 0.0),
        }
    )
    provider = year["provider_id"]
    made = sums.groupby(provider).sum()
    made["paid_vs_code"] = _ratio(made.pop("comparable"), made.pop("usual"))
    return pd.concat([provider.value_counts().rename("line_count"), lines.groupby(provider).mean(), made], axis=1)


def _codes(year: pd.DataFrame) -> pd.DataFrame:
    lines = year.groupby(["provider_id", "code"], sort=False).size()
    codes = lines.groupby(level="provider_id")
    return pd.DataFrame({"code_count": codes.size(), "top_code_lines": codes.max()})


def _referrers(year: pd.DataFrame) -> pd.Series:
    referred = year[year["referring_physician_id"] >= 0]
    lines = referred.groupby(["provider_id", "referring_physician_id"], sort=False).size().groupby(level="provider_id")
    return (lines.max() / lines.sum()).rename("top_referrer_share")


def _claims(visits: pd.DataFrame) -> pd.DataFrame:
    how = {"service_from": "min", "diagnoses": "max", "cents": "sum", "stay_days": "max"}
    claims = _grouped(visits, ["provider_id", "claim_id"], how)
    recent = claims["service_from"] > (RECENT_AFTER - _EPOCH).days
    named = claims["diagnoses"].where(claims["diagnoses"] > 0)
    by_provider = claims.assign(paid=claims["cents"] / 100.0, recent=recent, named=named).groupby("provider_id")
    stays, paid = by_provider["stay_days"], by_provider["paid"]
    return pd.DataFrame(
        {
            "claim_count": by_provider.size(),
            "recent_claims": by_provider["recent"].sum(),
            "mean_diagnosis_count": by_provider["named"].mean(),
            "mean_stay_days": stays.mean(),
            "longest_stay_days": stays.max(),
            "stay_days_p90": stays.quantile(0.9),
            "inpatient_days": stays.sum(min_count=1),
            "claim_paid_median": paid.median(),
            "claim_paid_p90": paid.quantile(0.9),
            "largest_claim_paid": paid.max(),
        }
    )


def _months(visits: pd.DataFrame) -> pd.DataFrame:
    month = visits["service_from"].to_numpy().astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    claims = visits[["provider_id", "claim_id"]].assign(month=month).drop_duplicates()
    months = claims.groupby(["provider_id", "month"], sort=False).size().groupby(level="provider_id")
    return pd.DataFrame({"busiest_month_claims": months.max(), "active_months": months.size()})


def _days(visits: pd.DataFrame) -> pd.Series:
    met = visits[["provider_id", "service_from", "member_id"]].drop_duplicates()
    members = met.groupby(["provider_id", "service_from"], sort=False).size()
    return members.groupby(level="provider_id").max().rename("max_members_in_day")


def _physician_days(visits: pd.DataFrame) -> pd.Series:
    timed = _with_physician(visits)
    timed = timed[timed["units"].notna()]
    units = timed.groupby(["provider_id", "service_from", "physician_id"], sort=False)["units"].sum()
    return units.groupby(level="provider_id").max().rename("max_physician_units_in_day")


def _members(treated: pd.DataFrame) -> pd.DataFrame:
    single, new = treated["claim_count"] == 1, treated["first_service"] > (RECENT_AFTER - _EPOCH).days
    edges = treated.assign(single=single, new=new, paid=treated["cents"] / 100.0).groupby("provider_id")
    return pd.DataFrame(
        {
            "member_volume": edges.size(),
            "top_member_paid_share": _ratio(edges["paid"].max(), edges["paid"].sum()),
            "single_claim_member_share": edges["single"].mean(),
            "new_member_share": edges["new"].mean(),
        }
    )


def _physicians(staffed: pd.DataFrame) -> pd.Series:
    return staffed.groupby("provider_id").size().rename("physician_volume")


def _measured(providers: pd.DataFrame) -> pd.DataFrame:
    total, claims, recent = providers["paid_amount"] / 100.0, providers["claim_count"], providers["recent_claims"]
    kinds = ("inpatient", "equipment", "laboratory", "drug")
    made = {
        "provider_kind": providers["provider_kind"].fillna("unknown"),
        "specialty": providers["specialty"].fillna("unknown"),
        "claim_volume": claims.astype(float),
        "physician_volume": providers["physician_volume"].fillna(0.0),
        "total_paid": total,
        "paid_per_member": _ratio(total, providers["member_volume"]),
        "paid_per_claim": _ratio(total, claims),
        "claims_per_member": _ratio(claims, providers["member_volume"]),
        "lines_per_claim": _ratio(providers["line_count"], claims),
        "members_per_physician": _ratio(providers["member_volume"], providers["physician_volume"]),
        "top_code_share": _ratio(providers["top_code_lines"], providers["line_count"]),
        "growth": ((recent / 3 + 0.5) / ((claims - recent) / 9 + 0.5)).where(claims >= 10),
        **{f"{kind}_paid_share": _ratio(providers[f"{kind}_paid"], total) for kind in kinds},
    }
    left = ["line_count", "recent_claims", "top_code_lines", *[f"{kind}_paid" for kind in kinds]]
    return providers.assign(**made).drop(columns=left)


def _compared(providers: pd.DataFrame) -> pd.DataFrame:
    kind, specialty = providers["provider_kind"], providers["specialty"]
    many = providers.groupby(["provider_kind", "specialty"])["claim_count"].transform("size") >= 20
    group = (kind + "/" + specialty).where(many, kind)
    enough = providers["claim_count"] >= 10
    made: dict[str, pd.Series] = {"peer_group": group}
    for name in ("paid_per_member", "paid_per_claim", "claims_per_member"):
        value = providers[name].where(enough)
        made[f"{name}_vs_peers"] = _ratio(value, value.groupby(group).transform("median"))
    deviating = {
        "paid_per_member_z": np.log1p(providers["paid_per_member"].clip(lower=0.0)),
        "visit_level_z": providers["mean_visit_level"],
        "units_z": providers["units_vs_code"],
    }
    for name, of_all in deviating.items():
        value = of_all.where(enough)
        off = value - value.groupby(group).transform("median")
        made[name] = _ratio(off, 1.4826 * off.abs().groupby(group).transform("median"))
    return providers.assign(**made)


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """Unknown where the divisor is zero or unknown."""
    return top / bottom.where(bottom != 0)

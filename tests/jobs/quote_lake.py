"""A lake of a made-up book with groups, written without Spark, and its registered risk models."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from catalog import TABLES
from features.months import months_from
from lake import Lake
from models.registry import Registry
from models.risk.model import PREDICTED
from models.risk.names import kept_features, model_name
from models.risk.rows import FEATURES, labelled
from models.risk.signature import signature_input
from models.risk.train import Snapshot, train
from tests.models.risk.book import book

DAY = date(2025, 12, 31)
MEMBERS = 900
GROUPS = {0: ("G1", "large_group"), 1: ("G2", "self_funded"), 2: ("G3", "large_group"), 3: (None, "individual")}
DEAR = "G3"
"""The group whose members cost twice what others do."""


def quote_lake(root: Path) -> Lake:
    """member_features of three days, member_outcomes of two, and the models `risk_cost` and `risk_cost_only_age`."""
    lake = Lake(str(root))
    snapshots = []
    for year, back in enumerate((-24, -12, 0), start=1):
        then = months_from(DAY, back)
        features, outcomes = members(year)
        lake.write_rows(_rows("member_features", features.assign(as_of=then)), "member_features", str(then))
        if back:
            outcomes = outcomes.assign(as_of=then, known_by=DAY)
            lake.write_rows(_rows("member_outcomes", outcomes), "member_outcomes", str(then))
        snapshots.append(Snapshot(labelled(features, outcomes, seed=1)))
    registry = Registry(lake.root)
    for without in ((), tuple(name for name in FEATURES if name != "age")):
        kept = kept_features(without)
        trained = train(snapshots[0], snapshots[1], 1, kept)
        given = signature_input(kept)
        answer = trained.model.predict(given)[list(PREDICTED)]
        with registry.run("risk", "a test", {}, {}) as run:
            folder = trained.model.save(root / "scratch" / model_name(without))
            made = registry.register(
                run, model_name(without), folder, given, answer, "mark", {}, "models.risk.serve:predict"
            )
        registry.promote(model_name(without), made)
    return lake


def members(year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    features, outcomes, _ = book(MEMBERS, year)
    number = features.index.to_numpy() % len(GROUPS)
    features = features.assign(
        member_id=[f"m-{row:024d}" for row in features.index],
        group_id=[GROUPS[one][0] for one in number],
        market=[GROUPS[one][1] for one in number],
        state="TX",
    )
    outcomes = outcomes.assign(member_id=features["member_id"])
    dear = (features["group_id"] == DEAR).to_numpy()
    outcomes["allowed_amount"] = outcomes["allowed_amount"].where(~dear, outcomes["allowed_amount"] * 2)
    features.loc[features.index[:4], ["months_observed", "observed_months"]] = 0
    return features, outcomes


def _rows(table: str, frame: pd.DataFrame) -> list[dict[str, object]]:
    """The frame's rows in the columns of the table; what it does not say is filled with something plain."""
    columns = TABLES[table].columns
    plain: dict[str, object] = {"date": DAY, "timestamp": datetime(2026, 1, 1, tzinfo=UTC), "boolean": True, "int": 12}
    for column in columns:
        if column.name not in frame:
            frame = frame.assign(**{column.name: plain.get(column.type, 0.0 if column.type != "string" else "x")})
        if column.type.startswith("decimal"):
            frame[column.name] = [Decimal(f"{value:.2f}") for value in frame[column.name].astype(float)]
    rows: list[dict[str, object]] = frame[[column.name for column in columns]].to_dict("records")
    return rows

"""Members of a lake on two days with what they went on to cost, by the functions that build-features calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from features.member_features import member_features
from features.member_outcomes import member_outcomes
from features.months import months_from
from jobs.build_features import history_of
from jobs.load_drug_classes import loaded_drug_classes
from jobs.options import DEFAULT_MASTER
from jobs.spark import spark_session
from lake import Lake
from models.risk.rows import Rows, labelled


def member_tables(
    lake: Lake, days: tuple[date, date], run_out_months: int
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """member_features and member_outcomes of each day; outcomes as known so many months after their year's end."""
    features, outcomes = [], []
    with spark_session("risk-quality", DEFAULT_MASTER) as spark:
        history, classes = history_of(spark, lake), loaded_drug_classes(spark, lake)
        for day in days:
            then = history.known(day)
            features.append(member_features(then, classes).toPandas())
            outcomes.append(member_outcomes(history, then, months_from(day, 12 + run_out_months)).toPandas())
    return features, outcomes


def with_score(features: pd.DataFrame, outcomes: pd.DataFrame, seed: int) -> Rows:
    """Labelled rows whose frame also tells `hcc_score`: what the CMS-HCC baseline reads, and no model."""
    rows = labelled(features, outcomes, seed)
    score = rows.frame["member_id"].map(features.set_index("member_id")["hcc_score"])
    return replace(rows, frame=rows.frame.assign(hcc_score=score))

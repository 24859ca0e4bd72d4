"""Whether the score rests on what its reasons cite: those lines are taken out of the book, which is scored again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features.claim_features import claim_features
from features.known import Known
from features.line_signals import line_signals
from jobs.build_features import history_of
from jobs.fraud_tables import edge_frame, on_day, provider_frame
from jobs.policies import policies
from jobs.train_fraud import CLAIM_MODEL, PROVIDER_MODEL
from lake import Lake
from models.fraud.claims import ClaimModel
from models.fraud.providers import ProviderModel
from models.registry import Registry


@dataclass(frozen=True)
class Faithful:
    """Flagged claims and what became of them. `unproven` have a reason without a line. Of `gone` the strongest reason
    cites every line, so that nothing is left to score; `left` lost the lines cited, and `lower` of them score lower for
    it. `drawn` lost as many lines drawn at random among those not cited; `drawn_lower` of them score lower.
    `usual_lower` of all flagged score lower once the values that the reasons name are those usual among peers."""

    flagged: int
    unproven: int
    gone: int
    left: int
    lower: int
    drawn: int
    drawn_lower: int
    usual_lower: int


def faithful(spark: SparkSession, lake: Lake, day: date, capacity: float) -> Faithful:
    """Measure the staged scores of a day.

    Claims keep their provider's score; what is usual is learnt anew from the book without the lines. Half of the claims
    with lines to choose from lose others than those cited, for comparison.
    """
    registry = Registry(lake.root)
    model = ClaimModel.load(registry.champion(CLAIM_MODEL).folder)
    features = on_day(spark, lake, "claim_features", day)
    cited = _cited(spark, lake, day, features, capacity)
    before = _collected(features, cited)
    scores = _provider_scores(spark, lake, day)
    taken = spark.createDataFrame(lines_to_take(cited).to_frame("claim_line_id"))
    known = history_of(spark, lake).known(day)
    without = replace(known, lines=known.lines.join(F.broadcast(taken), "claim_line_id", "left_anti"))
    after = _collected(_features_of(without, day, spark, lake), cited)
    change = _margins(model, after, scores) - _margins(model, before, scores)
    return _counted(cited, change, model, before, scores)


def _cited(spark: SparkSession, lake: Lake, day: date, features: DataFrame, capacity: float) -> pd.DataFrame:
    """Flagged claims (index) with `lines`, the strongest reason's `evidence`, the `codes` of all reasons, whether one
    is `unproven`, and `drawn`: whether other lines than those cited are taken from it."""
    staged = lake.read_staged(spark, lake.staged("scored_claims", day))
    first = math.ceil(capacity * staged.count())
    flagged = staged.where(F.col("fraud_rank") <= first).select(
        "claim_id",
        F.get("reasons", F.lit(0))["evidence"].alias("evidence"),
        F.col("reasons")["code"].alias("codes"),
        F.exists("reasons", lambda reason: F.size(reason["evidence"]) == 0).alias("unproven"),
        (F.pmod(F.xxhash64("claim_id"), F.lit(2)) == 0).alias("drawn"),
    )
    lines = features.select("claim_id", F.col("claim_line_ids").alias("lines"))
    found: pd.DataFrame = flagged.join(lines, "claim_id").toPandas().set_index("claim_id").sort_index()
    some = found["evidence"].map(len) < found["lines"].map(len)
    return found.assign(some=some, drawn=found["drawn"] & some)


def lines_to_take(cited: pd.DataFrame) -> pd.Series:
    """By claim the lines to take out, where it keeps at least one: those cited, or as many others where `drawn`."""
    rng = np.random.default_rng(0)

    def lines(row: pd.Series) -> list[str]:
        if not row["drawn"]:
            return list(row["evidence"])
        others = sorted(set(row["lines"]) - set(row["evidence"]))
        # A claim of two lines loses the other one; none loses all that is not cited and all that is.
        return list(rng.choice(others, min(len(row["evidence"]), len(others)), replace=False))

    kept = cited[cited["some"]]
    return kept.apply(lines, axis=1).explode() if len(kept) else pd.Series([], dtype=str)


def _features_of(known: Known, day: date, spark: SparkSession, lake: Lake) -> DataFrame:
    return claim_features(line_signals(known).localCheckpoint(), day, policies(spark, lake))


def _collected(features: DataFrame, cited: pd.DataFrame) -> pd.DataFrame:
    """Features of the flagged claims that still exist, by claim_id."""
    wanted = features.sparkSession.createDataFrame(cited.reset_index()[["claim_id"]])
    kept = features.join(F.broadcast(wanted), "claim_id", "left_semi").drop("claim_line_ids", "line_evidence")
    found: pd.DataFrame = kept.toPandas()
    return found.set_index("claim_id", drop=False).rename_axis(None).sort_index()


def _provider_scores(spark: SparkSession, lake: Lake, day: date) -> pd.Series:
    model = ProviderModel.load(Registry(lake.root).champion(PROVIDER_MODEL).folder)
    scores = model.score(provider_frame(spark, lake, day), edge_frame(spark, lake, day))
    return scores.set_index("provider_id")["provider_score"]


def _margins(model: ClaimModel, claims: pd.DataFrame, scores: pd.Series) -> pd.Series:
    frame = claims.assign(provider_score=claims["provider_id"].map(scores))
    return pd.Series(model.margin(frame), claims.index)


def _counted(
    cited: pd.DataFrame, change: pd.Series, model: ClaimModel, before: pd.DataFrame, scores: pd.Series
) -> Faithful:
    some, drawn = cited["some"], cited["drawn"]
    lower = (change < 0).reindex(cited.index, fill_value=False)
    return Faithful(
        flagged=len(cited),
        unproven=int(cited["unproven"].sum()),
        gone=int((~some).sum()),
        left=int((some & ~drawn).sum()),
        lower=int((some & ~drawn & lower).sum()),
        drawn=int(drawn.sum()),
        drawn_lower=int((drawn & lower).sum()),
        usual_lower=_usual_lower(cited, model, before, scores),
    )


def _usual_lower(cited: pd.DataFrame, model: ClaimModel, before: pd.DataFrame, scores: pd.Series) -> int:
    """Claims that score lower with the values their reasons name put to their peers' median."""
    frame = before.assign(provider_score=before["provider_id"].map(scores))
    usual = frame.copy()
    expected = pd.DataFrame(model.tails.peers.expected(frame["peer_group"]), frame.index, model.features)
    codes = cited["codes"].reindex(frame.index)
    for column in model.columns:
        named = codes.map(lambda several, code=column.code: code in several)
        usual[column.name] = frame[column.name].astype(float).where(~named, expected[column.name])
    return int((model.margin(usual) < model.margin(frame)).sum())

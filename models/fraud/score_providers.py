"""Score every billing provider of a day: provider grain, so on one machine; only the evidence comes from Spark."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from models.fraud.lanes import review_lane
from models.fraud.providers import ProviderModel
from models.fraud.reasons import reasons_of
from models.fraud.recovery import Recovery
from models.fraud.score_claims import with_evidence

CLAIMS_SHOWN = 5
"""Claims of a provider, first to be reviewed first, whose costliest line is evidence."""


def scored_providers(
    providers: pd.DataFrame,
    scores: pd.DataFrame,
    model: ProviderModel,
    claims: DataFrame,
    evidence: DataFrame,
    case_of: Mapping[str, str],
    recovery: Recovery,
) -> DataFrame:
    """scored_providers without lineage and as_of.

    `providers` are provider_features with neighbour_features, `scores` what `model.score` gave for them, `claims`
    scored claims (claim_id, provider_id, fraud_rank), `evidence` (claim_id, claim_line_ids), `case_of` maps the
    providers of rings to their case, `recovery` says by kind of provider what comes back of what was paid.
    """
    frame = claims.sparkSession.createDataFrame(_table(providers, scores, model, case_of, recovery))
    shown = frame.join(lines_shown(claims, evidence), "provider_id", "left").withColumn(
        "_lines", F.coalesce("_lines", F.array().cast("array<string>"))
    )
    return shown.withColumns(
        {
            "score_basis": F.lit(model.basis),
            "recovery_basis": F.lit(recovery.basis),
            "review_lane": review_lane("_reasons"),
            "reasons": with_evidence("_reasons", "_lines"),
        }
    ).drop("_reasons", "_lines")


def lines_shown(claims: DataFrame, evidence: DataFrame) -> DataFrame:
    """provider_id and `_lines`: the costliest line of each of its claims that come first in the review order."""
    order = Window.partitionBy("provider_id").orderBy("fraud_rank")
    first = (
        claims.where(F.col("provider_id").isNotNull())
        .withColumn("_place", F.row_number().over(order))
        .where(F.col("_place") <= CLAIMS_SHOWN)
        .join(evidence, "claim_id")
    )
    lines = F.array_sort(F.collect_list(F.struct("_place", F.get("claim_line_ids", F.lit(0)).alias("line"))))
    return first.groupBy("provider_id").agg(F.transform(lines, lambda one: one["line"]).alias("_lines"))


def _table(
    providers: pd.DataFrame,
    scores: pd.DataFrame,
    model: ProviderModel,
    case_of: Mapping[str, str],
    recovery: Recovery,
) -> pa.Table:
    values, expected = model.explained(providers, scores)
    contributions = model.contributions(providers, scores)
    share = recovery.of(providers["provider_kind"])
    paid = providers["paid_amount"].to_numpy(dtype=np.float64)
    expected_recovery = pd.Series(scores["fraud_probability"].to_numpy() * share * np.maximum(paid, 0.0))
    first_dollars = _rank(expected_recovery.fillna(0.0).to_numpy(), scores["provider_id"])
    return pa.table(
        {
            "provider_id": pa.array(providers["provider_id"], pa.string()),
            "peer_group": pa.array(providers["peer_group"], pa.string()),
            "claim_count": pa.array(providers["claim_count"].to_numpy(dtype=np.int64)),
            "paid_amount": pa.array(paid),
            "fraud_probability": _nullable(scores["fraud_probability"]),
            "fraud_rank": pa.array(_rank(scores["margin"].to_numpy(), scores["provider_id"])),
            "recovery_rank": pa.array(first_dollars, mask=expected_recovery.isna().to_numpy()),
            "recovery_share": pa.array(share),
            "expected_recovery": _nullable(expected_recovery),
            "tree_score": _nullable(scores["tree_score"]),
            "graph_score": _nullable(scores["graph_score"]),
            "case_id": pa.array([case_of.get(provider) for provider in providers["provider_id"]], pa.string()),
            "_reasons": reasons_of(model.explained_columns, values, expected, contributions),
        }
    )


def _rank(value: np.ndarray, provider_id: pd.Series) -> np.ndarray:
    """1 for the highest value; equal ones in order of provider_id."""
    rank = np.zeros(len(value), dtype=np.int64)
    rank[np.lexsort((provider_id.to_numpy(dtype=str), -value))] = np.arange(1, len(value) + 1)
    return rank


def _nullable(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(dtype=np.float64), pa.float64(), from_pandas=True)

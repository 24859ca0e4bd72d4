"""Score every billing provider of a day: provider grain, so on one machine; only the evidence comes from Spark."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from models.fraud.providers import ProviderModel
from models.fraud.reasons import reasons_of
from models.fraud.score_claims import with_evidence

CLAIMS_SHOWN = 5
"""Claims of a provider, first to be reviewed first, whose costliest line is evidence."""


def scored_providers(
    providers: pd.DataFrame, scores: pd.DataFrame, model: ProviderModel, claims: DataFrame, evidence: DataFrame
) -> DataFrame:
    """scored_providers without lineage and as_of.

    `providers` are provider_features with neighbour_features, `scores` what `model.score` gave for them, `claims`
    scored claims (claim_id, provider_id, fraud_rank), `evidence` (claim_id, claim_line_ids).
    """
    frame = claims.sparkSession.createDataFrame(_table(providers, scores, model))
    shown = frame.join(lines_shown(claims, evidence), "provider_id", "left").withColumn(
        "_lines", F.coalesce("_lines", F.array().cast("array<string>"))
    )
    return shown.withColumns(
        {
            "score_basis": F.lit(model.basis),
            "expected_recovery": F.col("fraud_probability") * F.greatest(F.col("paid_amount"), F.lit(0.0)),
            "case_id": F.lit(None).cast("string"),
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


def _table(providers: pd.DataFrame, scores: pd.DataFrame, model: ProviderModel) -> pa.Table:
    values, expected = model.explained(providers, scores)
    contributions = model.contributions(providers, scores)
    order = scores.assign(row=np.arange(len(scores))).sort_values(["margin", "provider_id"], ascending=[False, True])
    rank = np.zeros(len(scores), dtype=np.int64)
    rank[order["row"].to_numpy()] = np.arange(1, len(scores) + 1)
    return pa.table(
        {
            "provider_id": pa.array(providers["provider_id"], pa.string()),
            "peer_group": pa.array(providers["peer_group"], pa.string()),
            "claim_count": pa.array(providers["claim_count"].to_numpy(dtype=np.int64)),
            "paid_amount": pa.array(providers["paid_amount"].to_numpy(dtype=np.float64)),
            "fraud_probability": _nullable(scores["fraud_probability"]),
            "fraud_rank": pa.array(rank),
            "tree_score": _nullable(scores["tree_score"]),
            "graph_score": _nullable(scores["graph_score"]),
            "_reasons": reasons_of(model.explained_columns, values, expected, contributions),
        }
    )


def _nullable(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(dtype=np.float64), pa.float64(), from_pandas=True)

"""Score every claim on Spark: workers hold the boosters, no claims-grain table comes to the driver."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from models.fraud.claims import ClaimModel
from models.fraud.measure import CAPACITY
from models.fraud.ranking import ranked
from models.fraud.reasons import MOST_REASONS, REASON_TYPE, reasons_of, schemes_of

_PASSED = (
    "claim_id",
    "as_of",
    "source",
    "batch_id",
    "claim_type",
    "provider_id",
    "member_id",
    "service_from",
    "service_through",
    "paid_amount",
    "claim_line_ids",
    "fraud_rank",
)
_FEWER_REASONS = 3
_REASON_DDL = "array<struct<code:string,text:string,value:double,expected:double,contribution:double>>"

Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def scored_claims(
    claims: DataFrame, provider_scores: DataFrame, model: ClaimModel, capacity: float = CAPACITY
) -> DataFrame:
    """scored_claims without lineage, from claim_features of one day and (provider_id, provider_score).

    Claims within `capacity` get exact contributions, up to five reasons and a scheme where one is clear; the others
    approximate contributions and up to three reasons.
    """
    features = [name for name in model.features if name in claims.columns]
    wanted = [name for name in _PASSED if name in claims.columns]
    joined = claims.join(F.broadcast(provider_scores), "provider_id", "left").select(
        *wanted, "peer_group", *features, "provider_score"
    )
    with_margin = joined.mapInArrow(_margins(model), joined.selectExpr("*", "0D as margin").schema).localCheckpoint()
    first = math.ceil(capacity * with_margin.count())
    in_order = ranked(with_margin, "margin", "claim_id")
    passed = in_order.select(*_PASSED).schema
    explained = in_order.mapInArrow(
        _explanations(model, first),
        passed.add("fraud_probability", "double").add("scheme", "string").add("_reasons", _array_type(in_order)),
    )
    return explained.withColumns(
        {
            "score_basis": F.lit(model.basis),
            "expected_recovery": F.col("fraud_probability")
            * F.greatest(F.col("paid_amount").cast("double"), F.lit(0.0)),
            "reasons": with_evidence("_reasons", "claim_line_ids"),
        }
    ).drop("_reasons", "claim_line_ids")


def with_evidence(reasons: str, lines: str) -> Column:
    """The reasons of one column with the claim lines of another behind each."""
    names = [field.name for field in REASON_TYPE]
    return F.transform(
        reasons, lambda reason: F.struct(*[reason[name].alias(name) for name in names], F.col(lines).alias("evidence"))
    )


def _margins(model: ClaimModel) -> Batches:
    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            margin = model.margin(_frame(batch, model))
            yield pa.RecordBatch.from_arrays(
                [*batch.columns, pa.array(margin, pa.float64())], [*batch.schema.names, "margin"]
            )

    return judge


def _explanations(model: ClaimModel, first: int) -> Batches:
    """Reasons of claims; those ranked up to `first` are explained exactly."""

    def explain(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            flagged = batch.column("fraud_rank").to_numpy() <= first
            for exact in (True, False):
                part = batch.filter(pa.array(flagged == exact))
                if part.num_rows:
                    yield _explained(part, model, exact)

    return explain


def _explained(batch: pa.RecordBatch, model: ClaimModel, exact: bool) -> pa.RecordBatch:
    frame = _frame(batch, model)
    values = frame[model.features].to_numpy(dtype=np.float64)
    contributions = model.contributions(frame, exact)
    most = MOST_REASONS if exact else _FEWER_REASONS
    reasons = reasons_of(model.columns, values, model.tails.peers.expected(frame["peer_group"]), contributions, most)
    schemes = schemes_of(model.columns, contributions) if exact else [None] * len(frame)
    probability = model.probability(batch.column("margin").to_numpy())
    made = [pa.array(probability, pa.float64(), from_pandas=True), pa.array(schemes, pa.string()), reasons]
    return pa.RecordBatch.from_arrays(
        [*[batch.column(name) for name in _PASSED], *made], [*_PASSED, "fraud_probability", "scheme", "_reasons"]
    )


def _frame(batch: pa.RecordBatch, model: ClaimModel) -> pd.DataFrame:
    return batch.select(["claim_id", "provider_id", "peer_group", *model.features]).to_pandas()


def _array_type(df: DataFrame):  # type: ignore[no-untyped-def]
    return df.select(F.lit(None).cast(_REASON_DDL).alias("reasons")).schema["reasons"].dataType

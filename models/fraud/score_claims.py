"""Score every claim on Spark: workers hold the boosters, no claims-grain table comes to the driver."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from models.fraud.claims import ClaimModel
from models.fraud.lanes import review_lane
from models.fraud.measure import CAPACITY
from models.fraud.ranking import ranked
from models.fraud.reasons import MOST_REASONS, REASON_TYPE, reasons_of, schemes_of
from models.fraud.recovery import Recovery

_JUDGED = ("claim_id", "claim_type", "paid_amount")
_RANKS = ("claim_id", "fraud_rank", "recovery_rank", "fraud_probability", "recovery_share", "expected_recovery")
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
    "line_evidence",
    "fraud_rank",
    "recovery_rank",
    "fraud_probability",
    "recovery_share",
    "expected_recovery",
)
_FEWER_REASONS = 3
_REASON_DDL = "array<struct<code:string,text:string,value:double,expected:double,contribution:double>>"

Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def scored_claims(
    claims: DataFrame, provider_scores: DataFrame, model: ClaimModel, recovery: Recovery, capacity: float = CAPACITY
) -> DataFrame:
    """scored_claims without lineage, from claim_features of one day and (provider_id, provider_score).

    `recovery` says by claim type what comes back of what was paid.

    Claims within `capacity` get exact contributions, up to five reasons and a scheme where one is clear; the others
    approximate contributions and up to three reasons.
    """
    kept = [name for name in _PASSED if name in claims.columns]
    asked = list(dict.fromkeys([*_JUDGED, *_asked(model)]))
    known = claims.join(F.broadcast(provider_scores), "provider_id", "left")
    # Rows are wide, with their features and lines. Only ids, amounts and margins are put in order.
    judged = known.select(asked).mapInArrow(_margins(model), _margin_schema(claims))
    with_margin = with_recovery(judged, "claim_type", recovery).localCheckpoint()
    first = math.ceil(capacity * with_margin.count())
    ranks = by_recovery(ranked(with_margin, "margin", "claim_id"), "claim_id").select(*_RANKS)
    in_order = known.select(list(dict.fromkeys([*kept, *_asked(model)]))).join(ranks, "claim_id")
    passed = in_order.select(*_PASSED).schema
    explained = in_order.mapInArrow(
        _explanations(model, first),
        passed.add("scheme", "string").add("_reasons", _array_type(in_order)),
    )
    return explained.withColumns(
        {
            "score_basis": F.lit(model.basis),
            "recovery_basis": F.lit(recovery.basis),
            "review_lane": review_lane("_reasons"),
            "reasons": with_evidence("_reasons", "claim_line_ids", "line_evidence"),
        }
    ).drop("_reasons", "claim_line_ids", "line_evidence")


def with_recovery(scored: DataFrame, kind: str, recovery: Recovery) -> DataFrame:
    """Adds `recovery_share` by the column `kind`, and `expected_recovery` (double, USD; null without a probability)."""
    share = F.lit(recovery.book)
    for name, own in recovery.shares.items():
        share = F.when(F.col(kind) == name, own).otherwise(share)
    at_stake = F.greatest(F.col("paid_amount").cast("double"), F.lit(0.0))
    return scored.withColumn("recovery_share", share).withColumn(
        "expected_recovery", F.col("fraud_probability") * F.col("recovery_share") * at_stake
    )


def by_recovery(scored: DataFrame, key: str) -> DataFrame:
    """Adds `recovery_rank`, 1 = most expected to come back; null without probabilities."""
    # Logarithms, so that a bucket of the ranking is a share of the amount, not cents.
    in_order = ranked(scored.withColumn("_log", F.log1p(F.coalesce("expected_recovery", F.lit(0.0)))), "_log", key,
                      "recovery_rank")  # fmt: skip
    known = F.col("expected_recovery").isNotNull()
    return in_order.withColumn("recovery_rank", F.when(known, F.col("recovery_rank"))).drop("_log")


def with_evidence(reasons: str, lines: str, by_code: str | None = None) -> Column:
    """The reasons of one column with the claim lines behind each: those that the column `by_code` has for the reason's
    code (line_evidence of claim_features), else the whole of `lines`."""
    told = [field.name for field in REASON_TYPE]

    def behind(reason: Column) -> Column:
        if by_code is None:
            return F.col(lines)
        own = F.filter(by_code, lambda entry: entry["code"] == reason["code"])
        return F.coalesce(F.get(own, F.lit(0))["lines"], F.col(lines))

    def proven(reason: Column) -> Column:
        return F.struct(*[reason[name].alias(name) for name in told], behind(reason).alias("evidence"))

    return F.transform(reasons, proven)


def _asked(model: ClaimModel) -> list[str]:
    """What the model looks at."""
    return ["claim_id", "provider_id", "peer_group", *model.features]


def _margins(model: ClaimModel) -> Batches:
    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            margin = model.margin(_frame(batch, model))
            made = [pa.array(one, pa.float64(), from_pandas=True) for one in (margin, model.probability(margin))]
            yield pa.RecordBatch.from_arrays(
                [*(batch.column(name) for name in _JUDGED), *made], [*_JUDGED, "margin", "fraud_probability"]
            )

    return judge


def _margin_schema(claims: DataFrame) -> StructType:
    schema = claims.select(*_JUDGED).schema
    return schema.add("margin", "double").add("fraud_probability", "double")


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
    made = [pa.array(schemes, pa.string()), reasons]
    return pa.RecordBatch.from_arrays(
        [*[batch.column(name) for name in _PASSED], *made], [*_PASSED, "scheme", "_reasons"]
    )


def _frame(batch: pa.RecordBatch, model: ClaimModel) -> pd.DataFrame:
    return batch.select(_asked(model)).to_pandas()


def _array_type(df: DataFrame):  # type: ignore[no-untyped-def]
    return df.select(F.lit(None).cast(_REASON_DDL).alias("reasons")).schema["reasons"].dataType

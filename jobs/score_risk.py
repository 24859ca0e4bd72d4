from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import MissingTable
from catalog.table import REASONS_TYPE
from jobs.as_of import resolve_as_of
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, LakeRoot, Master
from jobs.progress import step
from jobs.recipe import recipe_of, scoring
from jobs.risk_tables import CareGraphs, on_day
from jobs.spark import spark_session
from jobs.staged_scores import nothing_changed, same_as_staged
from lake import Lake
from models.registry import CHAMPION, RegisteredModel, Registry
from models.risk.names import GRAPH_MODEL, MODEL

TABLE = TABLES["risk_predictions"].name
SPLIT = tuple(f"expected_{kind}" for kind in ("inpatient", "outpatient", "professional", "pharmacy"))
POINTS = ("50000", "100000", "250000")
_SCORED = (
    "member_id string, months_observed int, expected_cost double, expected_cost_lower double, "
    f"expected_cost_upper double, {', '.join(f'above_{point} double' for point in POINTS)}, "
    f"{', '.join(f'{name} double' for name in SPLIT)}, reasons {REASONS_TYPE}"
)


def score_risk(lake: LakeRoot = DEFAULT_LAKE, as_of: AsOf = "", master: Master = DEFAULT_MASTER) -> None:
    """Predict the cost of every member covered on a day with the champion model; stage risk_predictions.

    Example: underwatch score-risk --as-of 2025-12-31
    """
    store = Lake(lake)
    with spark_session("score-risk", master) as spark:
        score_as_of(spark, store, resolve_as_of(spark, store, as_of))


def score_as_of(
    spark: SparkSession, lake: Lake, day: date, models: Mapping[str, str] | None = None, out: Lake | None = None
) -> bool:
    """Stage the predictions of a day; False where the same were staged before, which then stay with their time.

    `models` (name -> version) score instead of the champion, and `out` is staged to instead of `lake`: for a replay.
    Raises ModelUnavailable without a champion and MissingTable without members.
    """
    registry, out, lake = Registry(lake.root), out or lake, lake.now()
    champion = scoring(registry, MODEL, models)
    if models is None:
        graph = registry.aliased(GRAPH_MODEL, CHAMPION)
    else:
        graph = scoring(registry, GRAPH_MODEL, models) if GRAPH_MODEL in models else None
    if graph is not None and graph.tags.get("paired_with") != champion.version:
        graph = None
    recipe = recipe_of(lake, "score-risk", day, {}, (champion, *([graph] if graph else [])))
    if nothing_changed(out, (TABLE,), day, recipe):
        return False
    with step("predicting next year's cost", model=str(graph or champion), as_of=str(day)) as found:
        features = on_day(spark, lake, "member_features", day)
        if graph is not None:
            features = features.join(_graph_cost(spark, lake, day, features, graph), "member_id")
        scored = features.mapInPandas(_scorer(_files(champion.folder)), _SCORED).persist()
        book = scored.agg(
            F.count("*").alias("members"), F.avg("expected_cost").alias("mean"), F.sum("expected_cost").alias("cost")
        ).first()
        if book is None or not book["members"]:
            raise MissingTable(
                f"member_features hold no member covered on {day}; run `underwatch build-features` first"
            )
        found.update(members=book["members"], expected_cost=f"{book['cost']:,.0f} USD")
    predictions = _published(scored, day, float(book["mean"]), graph or champion)
    with step("staging risk_predictions") as found:
        found["changed"] = changed = not same_as_staged(spark, out, predictions, TABLE, day)
        if changed:
            out.stage(predictions, TABLE, day, recipe)
    scored.unpersist()
    return changed


def _scorer(files: dict[str, bytes]) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """Runs on Spark's workers, which may not see this machine's disk: so the model travels as bytes."""

    def score(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        from models.risk.model import RiskModel

        with tempfile.TemporaryDirectory() as scratch:
            for name, content in files.items():
                (Path(scratch) / name).write_bytes(content)
            model = RiskModel.load(Path(scratch))
        for batch in batches:
            if not len(batch):
                continue
            expected = batch["graph_cost"].to_numpy(float) if "graph_cost" in batch else None
            people = pd.DataFrame(
                {
                    "member_id": batch["member_id"].to_numpy(),
                    "months_observed": batch["months_observed"].fillna(0).astype(int),
                },
                index=batch.index,
            )
            yield pd.concat([people, model.answer(batch, expected)], axis=1)

    return score


def _published(scored: DataFrame, day: date, mean: float, model: RegisteredModel) -> DataFrame:
    chances = [part for point in POINTS for part in (F.lit(point), F.col(f"above_{point}"))]
    return scored.withColumns(
        {
            "as_of": F.lit(day),
            "horizon_months": F.lit(12),
            "relative_risk": F.col("expected_cost") / F.lit(mean) if mean > 0 else F.lit(1.0),
            "high_cost_probability": F.create_map(*chances),
            "model_name": F.lit(model.name),
            "model_version": F.lit(model.version),
            "run_id": F.lit(model.run_id),
            "scored_at": F.lit(datetime.now(UTC)),
        }
    ).selectExpr(*[f"cast(`{column.name}` as {column.type}) as `{column.name}`" for column in TABLES[TABLE].columns])


def _graph_cost(spark: SparkSession, lake: Lake, day: date, features: DataFrame, graph: RegisteredModel) -> DataFrame:
    """Full batch on this machine, as it was trained: member_id and graph_cost."""
    from models.risk.graph import GraphModel
    from models.risk.rows import model_input

    challenger = GraphModel.load(graph.folder)
    frame = model_input(features.toPandas(), challenger.features)
    cost = challenger.predict(frame, CareGraphs(spark, lake).on(day))
    return spark.createDataFrame(pd.DataFrame({"member_id": frame["member_id"], "graph_cost": cost}))


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

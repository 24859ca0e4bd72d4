from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import pandas as pd
import typer
from pyspark.sql import DataFrame, SparkSession

import models.fraud
from catalog.errors import MissingTable
from jobs.as_of import resolve_as_of
from jobs.build_features import warn_of_older_features
from jobs.fingerprint import code_version, combined, fingerprint
from jobs.fraud_holdout import champions, held_claims, held_providers
from jobs.fraud_report import print_report
from jobs.fraud_tables import edge_frame, known_investigations, labelled_claims, on_day, provider_frame, sampled_claims
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, Approval, ApprovalBy, AsOf, LakeRoot, Master, Seed, TrainedBy
from jobs.progress import step
from jobs.promotion import Trainer, settle
from jobs.retrain import Retrain, RetrainWhen, kept
from jobs.spark import spark_session
from lake import Lake
from models.registry import CHAMPION, Registry

if TYPE_CHECKING:
    from models.fraud.claims import ClaimModel
    from models.fraud.providers import ProviderModel
    from models.fraud.result import Trained

PROVIDER_MODEL, CLAIM_MODEL = "fraud_provider", "fraud_claim"
READS = ["claim_features", "provider_features", "neighbour_features", "care_graph"]
DEFAULT_CAPACITY = 0.05

Learnt: TypeAlias = "tuple[tuple[Trained[ProviderModel], pd.DataFrame], tuple[Trained[ClaimModel], pd.DataFrame]]"
"""Both models, each with its predictions out of fold (holdout_predictions)."""

Capacity = Annotated[
    float, typer.Option("--capacity", min=0.001, max=1.0, help="Share of the book that reviewers can look at.")
]
SearchBudget = Annotated[
    int,
    typer.Option(
        "--search-budget",
        min=0,
        max=500,
        help="Shapes of trees tried in each training fold; 0 keeps those of models/fraud/trees.py.",
    ),
]
LabelMaturity = Annotated[
    int,
    typer.Option(
        "--label-maturity",
        min=0,
        max=3650,
        help="Days since an investigation's decision before it is learnt from: what is contested may still turn.",
    ),
]


@dataclass(frozen=True)
class Settings:
    """What a person chooses for a training; a version is kept only where all of it is the same."""

    seed: int = 1
    capacity: float = DEFAULT_CAPACITY
    search_budget: int = 0
    label_maturity: int = 0


def train_fraud(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    retrain: Retrain = RetrainWhen.if_data_changed,
    seed: Seed = 1,
    capacity: Capacity = DEFAULT_CAPACITY,
    search_budget: SearchBudget = 0,
    label_maturity: LabelMaturity = 0,
    approval: Approval = ApprovalBy.automatic,
    trained_by: TrainedBy = "",
    master: Master = DEFAULT_MASTER,
) -> None:
    """Learn from closed investigations which providers and claims to review, measure out of fold, register.

    Example: underwatch train-fraud --as-of 2025-12-31
    """
    store = Lake(lake)
    with spark_session("train-fraud", master) as spark:
        trainer = Trainer(approval, trained_by, seed)
        day = resolve_as_of(spark, store, as_of)
        chosen = Settings(seed, capacity, search_budget, label_maturity)
        train_as_of(spark, store, day, retrain, chosen, trainer)


def train_as_of(
    spark: SparkSession,
    lake: Lake,
    day: date,
    when: RetrainWhen,
    chosen: Settings = Settings(),
    trainer: Trainer | None = None,
) -> dict[str, str]:
    """Model name -> version that now stands for this data: new ones, or those already trained from it."""
    registry = Registry(lake.root)
    with step("comparing the data with what was trained before", as_of=str(day)) as found:
        mark = _mark(spark, lake, day, chosen)
        same = [kept(registry, name, mark, when) for name in (PROVIDER_MODEL, CLAIM_MODEL)]
        found["trains"] = not all(same)
    if all(same):
        print(f"{' and '.join(str(one) for one in same)} were trained from the same data, parameters and code: kept")
        return {one.name: one.version for one in same if one}
    warn_of_older_features(lake, day)
    learnt = _learn(spark, lake, registry, day, chosen)
    providers, claims = (one for one, _ in learnt)
    with step("registering the models") as found:
        versions = _register(registry, lake, learnt, day, mark, chosen, trainer or Trainer(seed=chosen.seed))
        found.update(versions)
    print_report(PROVIDER_MODEL, versions[PROVIDER_MODEL], providers, chosen.capacity)
    print_report(CLAIM_MODEL, versions[CLAIM_MODEL], claims, chosen.capacity)
    return versions


def _mark(spark: SparkSession, lake: Lake, day: date, chosen: Settings) -> str:
    """Fingerprint of everything the training depends on."""
    data = {table: fingerprint(on_day(spark, lake, table, day)) for table in READS}
    labels = fingerprint(_labels(spark, lake, day, chosen))
    code = code_version(models.fraud)
    return combined({**data, "labels": labels, "as_of": day, **asdict(chosen), "code": code})


def _labels(spark: SparkSession, lake: Lake, day: date, chosen: Settings) -> DataFrame:
    return known_investigations(spark, lake, day, chosen.label_maturity).select(
        "target_type", "target_id", "outcome", "selection", "scheme"
    )


def _learn(spark: SparkSession, lake: Lake, registry: Registry, day: date, chosen: Settings) -> Learnt:
    from models.fraud.inputs import labels_of
    from models.fraud.train_claims import train_claims
    from models.fraud.train_providers import train_providers

    with step("reading providers, links and labels") as found:
        frame, edges = provider_frame(spark, lake, day), edge_frame(spark, lake, day)
        if frame.empty:
            raise MissingTable(f"no provider as of {day}; ingest claims and run `underwatch build-features` first")
        known: pd.DataFrame = _labels(spark, lake, day, chosen).toPandas()
        labels = {kind: labels_of(known[known["target_type"] == kind]) for kind in ("provider", "claim")}
        found.update(
            providers=len(frame),
            links=len(edges),
            labelled_providers=len(labels["provider"]),
            labelled_claims=len(labels["claim"]),
        )
    with step("learning from providers") as found:
        how = (chosen.seed, chosen.capacity)
        providers = train_providers(frame, edges, labels["provider"], *how, trials=chosen.search_budget)
        scores = providers.model.score(frame, edges)[["provider_id", "provider_score"]]
        found["basis"] = providers.model.basis
    with step("reading claims"):
        features = on_day(spark, lake, "claim_features", day)
        schema = "target_id string, confirmed int, selected int, scheme string"
        labelled = labelled_claims(features, spark.createDataFrame(labels["claim"], schema))
        sample = sampled_claims(features)
    with step("learning from claims") as found:
        folds = providers.model.learnt.folds if providers.model.learnt else {}
        with_score = (_with_score(sample, scores), _with_score(labelled, scores))
        claims = train_claims(*with_score, folds, *how, chosen.search_budget)
        found["basis"] = claims.model.basis
    with step("asking the champions about the same cases"):
        kept = champions(registry)
        held = (
            held_providers(providers, kept[PROVIDER_MODEL], frame, edges),
            held_claims(claims, kept[CLAIM_MODEL], with_score[1]),
        )
    return (providers, held[0]), (claims, held[1])


def _with_score(claims: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    return claims.merge(scores, on="provider_id", how="left")


def _register(
    registry: Registry,
    lake: Lake,
    learnt: Learnt,
    day: date,
    mark: str,
    chosen: Settings,
    trainer: Trainer,
) -> dict[str, str]:
    from models.fraud import serve

    (providers, held_providers), (claims, held_claims) = learnt
    versions = lake.versions([*READS, "investigations"])
    shared = {"as_of": str(day), **{f"lake.{table}": str(number) for table, number in versions.items()}}
    params: dict[str, object] = {"as_of": day, **asdict(chosen)}
    to = (registry, lake, day, mark, params, trainer)
    given, answer = serve.provider_signature(), serve.predict_providers
    made = {PROVIDER_MODEL: _register_one(*to, PROVIDER_MODEL, providers, held_providers, given, answer, shared)}
    given, answer = serve.claim_signature(), serve.predict_claims
    shared = shared | {"provider_version": made[PROVIDER_MODEL]}
    made[CLAIM_MODEL] = _register_one(*to, CLAIM_MODEL, claims, held_claims, given, answer, shared)
    return made


def _register_one(
    registry: Registry,
    lake: Lake,
    day: date,
    mark: str,
    params: dict[str, object],
    trainer: Trainer,
    name: str,
    trained: Trained[Any],
    held: pd.DataFrame,
    given: pd.DataFrame,
    predict: Any,
    tags: dict[str, str],
) -> str:
    from models.fraud.plots import plot_calibration, plot_precision_recall
    from models.fraud.promote import gate

    judged = gate(registry.aliased(name, CHAMPION), trained.model.basis, trained.metrics, held, trainer.seed)
    trained.notes.append(judged.verdict)
    tags = {**tags, "score_basis": trained.model.basis, "notes": "; ".join(trained.notes)}
    rounds = {"trees_per_fold": ", ".join(map(str, trained.rounds))} if trained.rounds else {}
    with (
        registry.run(
            "fraud", f"{name} {tags['as_of']}", params | _described_trees(name) | rounds | trained.search, tags
        ) as run,
        tempfile.TemporaryDirectory() as scratch,
    ):
        run.log_metrics(trained.metrics)
        if trained.out_of_fold is not None:
            run.log_table(trained.table(), "out_of_fold.json")
            title = f"{name}, out of fold"
            run.log_figure(plot_precision_recall(trained, trained.out_of_fold, title), "precision_recall.png")
            run.log_figure(plot_calibration(trained.out_of_fold, title), "calibration.png")
        folder = trained.model.save(Path(scratch) / name)
        version = registry.register(
            run, name, folder, given, predict(folder, given), mark, tags, f"{predict.__module__}:{predict.__name__}"
        )
        _, why = settle(registry, lake, run, name, version, judged, held, day, trainer)
        trained.notes[-1] = why
    return version


def _described_trees(name: str) -> dict[str, object]:
    from models.fraud.trees import CLAIM_TREES, PROVIDER_TREES

    shapes = {PROVIDER_MODEL: PROVIDER_TREES, CLAIM_MODEL: CLAIM_TREES}
    return {f"trees.{key}": value for key, value in shapes[name].items()}

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import models.risk
from catalog.errors import NothingToDo
from features.months import months_from
from jobs.as_of import resolve_as_of
from jobs.build_features import warn_of_older_features
from jobs.fingerprint import code_version, combined, fingerprint
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, Approval, ApprovalBy, AsOf, LakeRoot, Master, Seed, TrainedBy
from jobs.progress import step
from jobs.promotion import Trainer, settle
from jobs.retrain import Retrain, RetrainWhen, kept
from jobs.risk_report import print_report
from jobs.risk_tables import CareGraphs, on_day, sampled
from jobs.spark import spark_session
from lake import Lake
from models.registry import CHALLENGER, CHAMPION, Registry, Run
from models.risk.names import GRAPH_MODEL, kept_features, left_out, model_name

if TYPE_CHECKING:
    from models.risk.train import Snapshot, Trained

_TREND = "Rise of cost a year and member, such as 0.06, by which past costs are brought to the coming year's level."
_WITHOUT = "Comma list of features that the model may not know, such as sex_male: for uses whose law forbids them."
READS = ["member_features", "member_outcomes", "care_graph", "lag_triangle"]


def train_risk(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    retrain: Retrain = RetrainWhen.if_data_changed,
    without: Annotated[str, typer.Option(help=_WITHOUT)] = "",
    only: Annotated[str, typer.Option(help="Comma list of the features alone to keep; `book` for none.")] = "",
    annual_trend: Annotated[float, typer.Option(min=-0.5, max=1.0, help=_TREND)] = 0.0,
    seed: Seed = 1,
    approval: Approval = ApprovalBy.automatic,
    trained_by: TrainedBy = "",
    master: Master = DEFAULT_MASTER,
) -> None:
    """Learn next year's cost from the members of 24 months ago, test on those of 12 months ago, register the model.

    A model of fewer features is registered under a name of its own (risk_cost_without_sex_male), beside risk_cost.

    Example: underwatch train-risk --as-of 2025-12-31

    Example: underwatch train-risk --annual-trend 0.06

    Example: underwatch train-risk --without sex_male
    """
    try:
        dropped = left_out(without, only)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--without, --only") from error
    store = Lake(lake)
    with spark_session("train-risk", master) as spark:
        day, trainer = resolve_as_of(spark, store, as_of), Trainer(approval, trained_by, seed)
        train_as_of(spark, store, day, retrain, seed, dropped, annual_trend, trainer)


def train_as_of(
    spark: SparkSession,
    lake: Lake,
    day: date,
    when: RetrainWhen,
    seed: int,
    without: frozenset[str] = frozenset(),
    annual_trend: float = 0.0,
    trainer: Trainer | None = None,
) -> str:
    """The version that now stands for this data: a new one, or the one already trained from it.

    The features `without` are left out, and the model is registered as model_name(without).
    """
    registry = Registry(lake.root)
    with step("comparing the data with what was trained before", as_of=str(day)) as found:
        mark = _mark(spark, lake, day, seed, without, annual_trend)
        same = kept(registry, model_name(without), mark, when)
        found["trains"] = same is None
    if same is not None:
        print(f"{same} was trained from the same data, parameters and code: kept")
        return same.version
    warn_of_older_features(lake, day)
    with step("reading members and their following year") as found:
        earlier, later = _snapshots(spark, lake, day, seed, annual_trend, with_graph=not without)
        found.update(members_earlier=len(earlier.rows), members_later=len(later.rows))
    with step("learning and measuring") as found:
        trained = _train(spark, lake, day, earlier, later, seed, kept_features(without))
        found["basis"] = trained.model.describe()["basis"]
    with step("registering the model") as found:
        asked = trainer or Trainer(seed=seed)
        version = _register(registry, lake, trained, day, mark, seed, model_name(without), asked)
        found["version"] = version
    print_report(trained, model_name(without), version)
    return version


def _mark(spark: SparkSession, lake: Lake, day: date, seed: int, without: frozenset[str], annual_trend: float) -> str:
    """Fingerprint of everything the training depends on. The care graph comes from the same claims as the features."""
    days = [months_from(day, -24), months_from(day, -12), day]
    data = {
        table: fingerprint(lake.read_or_empty(spark, table).where(F.col("as_of").isin(several)).drop("known_by"))
        for table, several in (("member_features", days), ("member_outcomes", days[:2]), ("lag_triangle", days[2:]))
    }
    code = code_version(models.risk)
    return combined(
        {**data, "as_of": day, "seed": seed, "code": code, "without": sorted(without), "trend": annual_trend}
    )


def _snapshots(
    spark: SparkSession, lake: Lake, day: date, seed: int, annual_trend: float, *, with_graph: bool
) -> tuple[Snapshot, Snapshot]:
    """Members of 24 and of 12 months ago, the cost of their following year raised to what it will be after run-out, and
    by the trend to the level of the year after `day`.

    A model of fewer features has no graph challenger: neighbours would show what their own claims tell.
    """
    from models.risk.rows import HORIZON_MONTHS, labelled
    from models.risk.runout import matured, run_out
    from models.risk.train import MIN_ROWS, Snapshot
    from models.risk.trend import trended

    days = [months_from(day, -24), months_from(day, -12)]
    features, outcomes = [], []
    for then in days:
        members = on_day(spark, lake, "member_features", then)
        members, share = sampled(members, members.count())
        if share < 1.0:
            print(f"using a sample of {share:.1%} of the members of {then}")
        features.append(members.toPandas())
        following = on_day(spark, lake, "member_outcomes", then)
        outcomes.append(following.join(members.select("member_id"), "member_id").toPandas())
    found = run_out(lake.read_or_empty(spark, "lag_triangle").where(F.col("as_of") == F.lit(day)).toPandas())
    lags = (HORIZON_MONTHS, 0)  # of the last month of each year: known for a year, and just ended
    matures = [
        matured(labelled(feature, outcome, seed), found, lag)
        for feature, outcome, lag in zip(features, outcomes, lags, strict=True)
    ]
    rows = [trended(one, annual_trend, years) for (one, _), years in zip(matures, (2, 1), strict=True)]
    graphs = CareGraphs(spark, lake)
    edges = [
        graphs.on(then) if with_graph and len(members) >= MIN_ROWS else None
        for then, members in zip(days, rows, strict=True)
    ]
    first, second = (Snapshot(rows[at], edges[at], matures[at][1], found, annual_trend) for at in (0, 1))
    return first, second


def _train(
    spark: SparkSession,
    lake: Lake,
    day: date,
    earlier: Snapshot,
    later: Snapshot,
    seed: int,
    features: tuple[str, ...],
) -> Trained:
    from models.risk.rows import model_input
    from models.risk.train import last_year_manual, train

    if len(earlier.rows) + len(later.rows):
        return train(earlier, later, seed, features)
    now = model_input(on_day(spark, lake, "member_features", day).toPandas())
    if not (now["months_observed"] > 0).any():
        raise NothingToDo(
            f"no member covered on {day} has a history of complete claims, so nobody's cost can be predicted: no risk "
            "model is trained. Deliver coverage with claims_complete true to get one; fraud scores do not need it"
        )
    return last_year_manual(now, features)


def _register(
    registry: Registry, lake: Lake, trained: Trained, day: date, mark: str, seed: int, name: str, trainer: Trainer
) -> str:
    from models.risk import serve
    from models.risk.model import PREDICTED
    from models.risk.plots import plot_actual, plot_completion, plot_deciles
    from models.risk.promote import gate, held_out
    from models.risk.signature import signature_input

    described = {key: str(value) for key, value in trained.model.describe().items()}
    params = {
        "as_of": day,
        "seed": seed,
        "learnt_from": months_from(day, -24),
        "tested_on": months_from(day, -12),
        "annual_trend": trained.annual_trend,
        **described,
    }
    versions = {f"lake.{table}": str(number) for table, number in lake.versions(READS).items()}
    features = {"features": ",".join(trained.model.features)}
    tags = {
        "as_of": str(day),
        "annual_trend": str(trained.annual_trend),
        **features,
        "notes": "; ".join(trained.notes),
        **described,
        **versions,
    }
    given = signature_input(trained.model.features)
    answer = trained.model.predict(given)[list(PREDICTED)]
    with registry.run("risk", f"{name} {day}", params, tags) as run, tempfile.TemporaryDirectory() as scratch:
        run.log_metrics(trained.metrics | {f"graph_{k}": v for k, v in trained.graph_metrics.items()})
        if trained.test is not None:
            run.log_table(trained.scores, "scores.json")
            run.log_table(trained.deciles, "deciles.json")
            run.log_table(trained.fairness.groups, "fairness.json")
            if len(trained.alternatives):
                run.log_table(trained.alternatives, "alternatives.json")
            run.log_figure(plot_deciles(trained.deciles, trained.test.words), "deciles.png")
            expected = trained.predicted["expected_cost"].to_numpy(float)
            run.log_figure(plot_actual(trained.test.rows, expected, trained.test.words), "predicted_actual.png")
        if len(trained.run_out):
            run.log_table(trained.run_out, "completion.json")
            run.log_figure(plot_completion(trained.run_out), "completion.png")
        folder = trained.model.save(Path(scratch) / name)
        version = registry.register(run, name, folder, given, answer, mark, tags, serve.PREDICT)
        if trained.graph is not None:
            _register_graph(registry, run, trained, Path(scratch) / GRAPH_MODEL, version, mark)
        champion = registry.aliased(name, CHAMPION)
        held = held_out(champion, trained)
        judged = gate(champion, trained, held, trainer.seed)
        _, why = settle(registry, lake, run, name, version, judged, held, day, trainer)
        trained.notes.append(why)
    return version


def _register_graph(registry: Registry, run: Run, trained: Trained, folder: Path, version: str, mark: str) -> None:
    """The graph becomes champion only with the version it beat (promotion.pair_graph)."""
    from models.risk import serve
    from models.risk.signature import signature_input

    given = signature_input()
    if trained.graph is None:
        return
    answer = serve.predict_graph(trained.graph.save(folder), given)
    tags = {"paired_with": version, "wins": str(trained.graph_wins).lower()}
    made = registry.register(run, GRAPH_MODEL, folder, given, answer, mark, tags, serve.PREDICT_GRAPH)
    registry.set_alias(GRAPH_MODEL, CHALLENGER, made)

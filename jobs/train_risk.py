from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import models.risk
from catalog.errors import NothingToDo
from features.months import months_from
from jobs.as_of import resolve_as_of
from jobs.build_features import warn_of_older_features
from jobs.fingerprint import code_version, combined, fingerprint
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, LakeRoot, Master, Seed
from jobs.progress import step
from jobs.retrain import Retrain, RetrainWhen, kept
from jobs.risk_report import print_report
from jobs.risk_tables import CareGraphs, on_day, sampled
from jobs.spark import spark_session
from lake import Lake
from models.registry import CHALLENGER, CHAMPION, Registry, Run

if TYPE_CHECKING:
    from models.risk.train import Snapshot, Trained

MODEL, GRAPH_MODEL = "risk_cost", "risk_cost_graph"
READS = ["member_features", "member_outcomes", "care_graph"]


def train_risk(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    retrain: Retrain = RetrainWhen.if_data_changed,
    seed: Seed = 1,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Learn next year's cost from the members of 24 months ago, test on those of 12 months ago, register the model.

    Example: underwatch train-risk --as-of 2025-12-31
    """
    store = Lake(lake)
    with spark_session("train-risk", master) as spark:
        train_as_of(spark, store, resolve_as_of(spark, store, as_of), retrain, seed)


def train_as_of(spark: SparkSession, lake: Lake, day: date, when: RetrainWhen, seed: int) -> str:
    """The version that now stands for this data: a new one, or the one already trained from it."""
    registry = Registry(lake.root)
    with step("comparing the data with what was trained before", as_of=str(day)) as found:
        mark = _mark(spark, lake, day, seed)
        same = kept(registry, MODEL, mark, when)
        found["trains"] = same is None
    if same is not None:
        print(f"{same} was trained from the same data, parameters and code: kept")
        return same.version
    warn_of_older_features(lake, day)
    with step("reading members and their following year") as found:
        earlier, later = _snapshots(spark, lake, day, seed)
        found.update(members_earlier=len(earlier.rows), members_later=len(later.rows))
    with step("learning and measuring") as found:
        trained = _train(spark, lake, day, earlier, later, seed)
        found["basis"] = trained.model.describe()["basis"]
    with step("registering the model") as found:
        version = _register(registry, lake, trained, day, mark, seed)
        found["version"] = version
    print_report(trained, version)
    return version


def _mark(spark: SparkSession, lake: Lake, day: date, seed: int) -> str:
    """Fingerprint of everything the training depends on. The care graph comes from the same claims as the features."""
    days = [months_from(day, -24), months_from(day, -12), day]
    data = {
        table: fingerprint(lake.read_or_empty(spark, table).where(F.col("as_of").isin(several)).drop("known_by"))
        for table, several in (("member_features", days), ("member_outcomes", days[:2]))
    }
    return combined({**data, "as_of": day, "seed": seed, "code": code_version(Path(models.risk.__file__).parent)})


def _snapshots(spark: SparkSession, lake: Lake, day: date, seed: int) -> tuple[Snapshot, Snapshot]:
    """Members of 24 and of 12 months ago, the later year's cost raised to what it will be after run-out."""
    from models.risk.rows import labelled
    from models.risk.runout import completion, matured
    from models.risk.train import MIN_ROWS, Snapshot

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
    known = completion(features[1], outcomes[0])
    rows = [labelled(features[0], outcomes[0], seed), matured(labelled(features[1], outcomes[1], seed), known)]
    graphs = CareGraphs(spark, lake)
    edges = [graphs.on(then) if len(found) >= MIN_ROWS else None for then, found in zip(days, rows, strict=True)]
    return Snapshot(rows[0], edges[0]), Snapshot(rows[1], edges[1], known)


def _train(spark: SparkSession, lake: Lake, day: date, earlier: Snapshot, later: Snapshot, seed: int) -> Trained:
    from models.risk.rows import model_input
    from models.risk.train import last_year_manual, train

    if len(earlier.rows) + len(later.rows):
        return train(earlier, later, seed)
    now = model_input(on_day(spark, lake, "member_features", day).toPandas())
    if not (now["months_observed"] > 0).any():
        raise NothingToDo(
            f"no member covered on {day} has a history of complete claims, so nobody's cost can be predicted: no risk "
            "model is trained. Deliver coverage with claims_complete true to get one; fraud scores do not need it"
        )
    return last_year_manual(now)


def _register(registry: Registry, lake: Lake, trained: Trained, day: date, mark: str, seed: int) -> str:
    from models.risk import serve
    from models.risk.model import PREDICTED
    from models.risk.plots import plot_actual, plot_deciles
    from models.risk.promote import worth_promoting
    from models.risk.signature import signature_input

    described = {key: str(value) for key, value in trained.model.describe().items()}
    params = {
        "as_of": day,
        "seed": seed,
        "learnt_from": months_from(day, -24),
        "tested_on": months_from(day, -12),
        **described,
    }
    versions = {f"lake.{table}": str(number) for table, number in lake.versions(READS).items()}
    tags = {"as_of": str(day), "notes": "; ".join(trained.notes), **described, **versions}
    given = signature_input()
    answer = trained.model.predict(given)[list(PREDICTED)]
    with registry.run("risk", f"risk {day}", params, tags) as run, tempfile.TemporaryDirectory() as scratch:
        run.log_metrics(trained.metrics | {f"graph_{k}": v for k, v in trained.graph_metrics.items()})
        if trained.test is not None:
            run.log_table(trained.scores, "scores.json")
            run.log_table(trained.deciles, "deciles.json")
            run.log_figure(plot_deciles(trained.deciles, trained.test.words), "deciles.png")
            expected = trained.predicted["expected_cost"].to_numpy(float)
            run.log_figure(plot_actual(trained.test.rows, expected, trained.test.words), "predicted_actual.png")
        folder = trained.model.save(Path(scratch) / MODEL)
        version = registry.register(run, MODEL, folder, given, answer, mark, tags, serve.PREDICT)
        promoted, why = worth_promoting(registry.aliased(MODEL, CHAMPION), trained, seed)
        trained.notes.append(why)
        if promoted:
            registry.promote(MODEL, version)
        if trained.graph is not None:
            _register_graph(registry, run, trained, Path(scratch) / GRAPH_MODEL, version, mark, promoted)
    return version


def _register_graph(
    registry: Registry, run: Run, trained: Trained, folder: Path, version: str, mark: str, promoted: bool
) -> None:
    """The graph is champion only beside the version it beat; scoring looks for that pair."""
    from models.risk import serve
    from models.risk.signature import signature_input

    given = signature_input()
    if trained.graph is None:
        return
    answer = serve.predict_graph(trained.graph.save(folder), given)
    made = registry.register(
        run, GRAPH_MODEL, folder, given, answer, mark, {"paired_with": version}, serve.PREDICT_GRAPH
    )
    registry.set_alias(GRAPH_MODEL, CHALLENGER, made)
    if promoted and trained.graph_wins:
        registry.promote(GRAPH_MODEL, made)
    elif promoted:
        registry.drop_alias(GRAPH_MODEL, CHAMPION)

"""Half a year of one fraud model: trained, approved, scored, drifted, found out, trained again, replaced, replayed.

The steps are those of the DAGs, on a made-up book whose guilty providers are known (tests/models/fraud/book.py). In the
second half of the year everything costs three times as much, and half of its delivery is late: the first features of
that half lack what tells the guilty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from catalog.errors import NoChampion, NotApproved
from jobs.approve import approved
from jobs.breaches import About, breaches_of
from jobs.check_tables import check
from jobs.monitor import watch
from jobs.options import ApprovalBy
from jobs.promotion import Trainer
from jobs.publish import publish
from jobs.replay import published, replayed
from jobs.retrain import RetrainWhen
from jobs.score_claims import score_as_of
from jobs.train_fraud import CLAIM_MODEL, PROVIDER_MODEL, train_as_of
from lake import AuditLog, Lake
from models.registry import CHALLENGER, CHAMPION, Registry
from tests.jobs.books import write_fraud
from tests.models.fraud.book import CLAIM_TELLS, TELLS, Book, book

JUNE, DECEMBER = date(2025, 6, 30), date(2025, 12, 31)
MODELS = (PROVIDER_MODEL, CLAIM_MODEL)
TABLES = ["scored_claims", "scored_providers", "cases"]
TRAINER = Trainer(ApprovalBy.person, "Tom Train", seed=1)
DEARER = ("total_paid", "paid_per_claim", "paid_per_member")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    yield Lake(str(tmp_path_factory.mktemp("lifecycle") / "lake"))
    patch.undo()


def made(seed: int) -> Book:
    return book(count=160, investigated=140, claims_each=4, seed=seed)


def in_december(whole: Book) -> Book:
    return replace(whole, providers=whole.providers.assign(**{name: whole.providers[name] * 3 for name in DEARER}))


def half(whole: Book) -> Book:
    """As built from half a delivery: nothing that tells the guilty, and no member to link providers by."""
    return replace(
        whole,
        edges=whole.edges[whole.edges["edge_type"] == "provider_physician"],
        providers=whole.providers.assign(**dict.fromkeys(TELLS, float("nan"))),
        claims=whole.claims.assign(**dict.fromkeys(CLAIM_TELLS, float("nan"))),
    )


def train(spark: SparkSession, lake: Lake, day: date) -> dict[str, str]:
    return train_as_of(spark, lake, day, RetrainWhen.if_data_changed, trainer=TRAINER)


def let_score(lake: Lake, versions: dict[str, str]) -> None:
    for name, version in versions.items():
        approved(lake, name, version, "Ada Long", "gate passed, drift looked at")
        assert Registry(lake.root).champion(name).version == version


def score(spark: SparkSession, lake: Lake, day: date) -> dict[str, pd.DataFrame]:
    """Score, check and publish, as the DAG score_claims does; what readers then see, by table."""
    score_as_of(spark, lake, day)
    check(spark, lake, TABLES, str(day), staged=True)
    publish(tables=",".join(TABLES), lake=lake.root, as_of=str(day))
    return {table: seen(spark, lake, table, day) for table in TABLES}


def seen(spark: SparkSession, lake: Lake, table: str, day: date) -> pd.DataFrame:
    rows: pd.DataFrame = lake.read(spark, table, partition=str(day)).toPandas()
    return rows.sort_values("fraud_rank", ignore_index=True)


def test_a_model_lives_half_a_year(spark: SparkSession, lake: Lake) -> None:
    registry, log = Registry(lake.root), AuditLog(lake.root)

    # June: nothing scores before a person has said so.
    write_fraud(spark, lake, made(7), JUNE)
    first = train(spark, lake, JUNE)
    assert first == dict.fromkeys(MODELS, "1")
    with pytest.raises(NoChampion):
        score_as_of(spark, lake, JUNE)
    with pytest.raises(NotApproved, match="someone else"):
        approved(lake, PROVIDER_MODEL, "1", "Tom Train", "it is mine")
    let_score(lake, first)
    june = score(spark, lake, JUNE)
    assert {found["model_version"].iloc[0] for found in june.values() if len(found)} == {"1"}
    assert not [one for one in watch(lake, JUNE) if one.status == "breach" and one.check_name == "feature_drift"]

    # December: everything is dearer, and monitoring says so to whoever looks after the fraud models.
    december = in_december(made(11))
    write_fraud(spark, lake, half(december), DECEMBER, batch="b2")
    score(spark, lake, DECEMBER)
    watch(lake, DECEMBER)
    moved = {subject for kind, _, subject, *_ in breaches_of(lake, About.fraud, DECEMBER) if kind == "feature_drift"}
    assert set(DEARER) <= moved

    # A version trained on the half delivery is refused, and no person can let it score.
    worse = train(spark, lake, DECEMBER)
    for name in MODELS:
        version = registry.version(name, worse[name])
        assert (version.tags["gate"], version.aliases) == ("refused", (CHALLENGER,))
        with pytest.raises(NotApproved, match="the gate refused"):
            approved(lake, name, worse[name], "Ada Long", "please")
        assert registry.champion(name).version == "1"

    # The rest of the delivery arrives: a better one is trained, approved and scores.
    write_fraud(spark, lake, december, DECEMBER, batch="b2")
    better = train(spark, lake, DECEMBER)
    assert better == dict.fromkeys(MODELS, "3")
    let_score(lake, better)
    found = score(spark, lake, DECEMBER)["scored_providers"].set_index("provider_id")["fraud_probability"]
    guilty = december.providers["provider_id"][december.guilty]
    assert found[found.index.isin(guilty)].mean() > 3 * found[~found.index.isin(guilty)].mean()
    with pytest.raises(NotApproved, match="the gate refused"):
        approved(lake, PROVIDER_MODEL, worse[PROVIDER_MODEL], "Ada Long", "rather this one")

    # June's rows are as they were published, and come out again from what they were made of.
    for table in TABLES:
        pd.testing.assert_frame_equal(seen(spark, lake, table, JUNE), june[table])
    run = registry.version(PROVIDER_MODEL, "1").run_id
    asked = [each for each in published(lake, run, str(JUNE)) if each.day == str(JUNE)]
    asked.append(published(lake, "scored_claims", str(JUNE))[0])
    assert {each.table for each in asked} >= {"scored_claims", "scored_providers"}
    for each, result in replayed(spark, lake, asked, Lake(lake.root + "-again")):
        assert result.identical, (each.table, result)
        assert result.published == result.again == len(june[each.table])

    # The whole story is in the audit log, in order and unbroken.
    assert log.verify() is None
    told = [(one.action, one.details["version"]) for one in log.entries() if one.subject == PROVIDER_MODEL]
    assert told == [
        ("register", "1"),
        ("approve", "1"),
        ("promote", "1"),
        ("register", "2"),
        ("register", "3"),
        ("approve", "3"),
        ("promote", "3"),
    ]
    assert {registry.aliased(name, CHAMPION).version for name in MODELS} == {"3"}  # type: ignore[union-attr]

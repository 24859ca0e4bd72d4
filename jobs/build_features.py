from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

import typer
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import catalog
import features
from features.care_graph import care_graph
from features.claim_features import claim_features
from features.known import History, line_frame, line_history
from features.lag_triangle import lag_triangle
from features.line_signals import line_signals
from features.look_back import look_back
from features.member_features import member_features
from features.member_outcomes import member_outcomes
from features.months import months_from
from features.neighbour_features import neighbour_features
from features.provider_features import provider_features
from jobs.as_of import resolve_as_of
from jobs.conserved import Totals, check_conserved, totals
from jobs.fingerprint import code_version, combined
from jobs.load_drug_classes import TABLE as DRUG_CLASSES
from jobs.load_drug_classes import loaded_drug_classes
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, Engine, EngineName, LakeRoot, Master
from jobs.policies import POLICY_TABLES, policies, policy_versions
from jobs.progress import log, step
from jobs.spark import engine_session, settled, settled_as_it_lies
from lake import Lake

READS = ("claim_lines", "pharmacy_claims", "members", "providers", "eligibility", DRUG_CLASSES, *POLICY_TABLES)
TRAINING_MONTHS = (12, 24)
"""Risk models train on the members of 24 months ago and are tested on those of 12 months ago."""


def build_features(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build them again even where nothing changed.")] = False,
    master: Master = DEFAULT_MASTER,
    engine: EngineName = Engine.spark,
) -> None:
    """Build the feature tables of claims, providers and members, the care graph and the lag triangle.

    Tables that were built from the same rows by the same code are kept.

    Example: underwatch build-features --as-of 2025-12-31

    On one machine, several times as fast: underwatch build-features --engine sail
    """
    store = Lake(lake)
    with engine_session("build-features", master, engine) as spark:
        day = resolve_as_of(spark, store, as_of)
        if not rebuild and built_by_this_code(store, day):
            log.info("the lake holds these features, built from the same rows by the same code: kept", as_of=str(day))
            return
        build(spark, store, day, _run_name(store, day))


def built_by_this_code(lake: Lake, as_of: date) -> bool:
    """Whether all feature tables of a day were built from the rows that the lake now holds, by the code now running."""
    run = _run_name(lake, as_of)
    return all(lake.made_by(table, then) == run for table, then in _partitions(as_of))


def warn_of_older_features(lake: Lake, as_of: date) -> None:
    """Say so where a model is about to learn from features that other code or other rows made: columns that the code
    has since gained are empty in them."""
    if not built_by_this_code(lake, as_of):
        log.warning(
            "the features were built by other code or from other rows; run `underwatch build-features`",
            as_of=str(as_of),
        )


def build(spark: SparkSession, lake: Lake, as_of: date, run: str = "") -> None:
    """All feature tables as of a day. Raises Unreconciled when a claim or a dollar is lost or doubled."""
    write = partial(_write, lake, run)
    with step("reading what was known", as_of=str(as_of)) as found:
        history = history_of(spark, lake)
        known = history.known(as_of)
        expected = totals(known.lines, F.countDistinct("claim_id"))
        found.update(claims=expected[0], paid=str(expected[1]))
    with step("comparing claim lines"):
        signals = settled(line_signals(known))
    log.info("edits and limits", **policy_versions(lake))
    write(claim_features(signals, as_of, policies(spark, lake)), "claim_features", as_of, expected)

    year = settled_as_it_lies(look_back(signals, as_of))
    graph = write(care_graph(year, as_of), "care_graph", as_of)
    billed = totals(year, F.countDistinct("provider_id", "claim_id"))
    made = provider_features(year, graph, known.providers, as_of)
    providers = write(made, "provider_features", as_of, billed, F.sum("claim_count"))
    write(neighbour_features(graph, providers, as_of), "neighbour_features", as_of)

    classes = loaded_drug_classes(spark, lake)
    log.info("pharmacologic classes of drugs", loaded=classes is not None)
    write(member_features(known, classes), "member_features", as_of)
    write(lag_triangle(history, as_of), "lag_triangle", as_of)
    for months in TRAINING_MONTHS:
        then = history.known(months_from(as_of, -months))
        write(member_features(then, classes), "member_features", then.as_of)
        write(member_outcomes(history, then, as_of), "member_outcomes", then.as_of)


def _partitions(as_of: date) -> list[tuple[str, date]]:
    """What `build` writes: tables and their days."""
    earlier = [months_from(as_of, -months) for months in TRAINING_MONTHS]
    own = ("claim_features", "care_graph", "provider_features", "neighbour_features", "member_features", "lag_triangle")
    return [(table, as_of) for table in own] + [
        (table, then) for then in earlier for table in ("member_features", "member_outcomes")
    ]


def _run_name(lake: Lake, as_of: date) -> str:
    """Names a run by all that its outcome depends on: the files read, the day, the code.

    The versions of edits and limits stand in it in words: the commit of each table says which it was built with."""
    depends_on: dict[str, object] = {table: lake.files(table) for table in READS if lake.exists(table)}
    code = code_version(catalog, features)
    edits = ", ".join(f"{table} {version}" for table, version in policy_versions(lake).items())
    return f"build-features {combined({**depends_on, 'as_of': as_of, 'code': code})} ({edits})"


def history_of(spark: SparkSession, lake: Lake) -> History:
    """Everything that the lake holds, as features look at it."""
    lines = line_frame(lake.read_or_empty(spark, "claim_lines"), lake.read_or_empty(spark, "pharmacy_claims"))
    return History(
        settled_as_it_lies(line_history(lines)),
        lake.read_or_empty(spark, "members"),
        lake.read_or_empty(spark, "providers"),
        lake.read_or_empty(spark, "eligibility"),
    )


def _write(
    lake: Lake,
    run: str,
    frame: DataFrame,
    table: str,
    as_of: date,
    expected: Totals | None = None,
    claims: Column | None = None,
) -> DataFrame:
    """Commits the table, once its `claims` (its rows) and dollars are those expected, and returns it as committed, with
    none of the plan that made it."""
    with step(f"building {table}", as_of=str(as_of)) as found:
        staged = lake.stage(frame, table, as_of)
        written = lake.read_staged(frame.sparkSession, staged)
        if expected is not None:
            check_conserved(table, expected, totals(written, claims))
        lake.commit(staged, run)
        found["rows"] = written.count()
    return written

"""All feature tables of a book, as jobs/build_features.py composes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.types import StructType

from catalog import TABLES
from catalog.policies import shipped
from features.care_graph import care_graph
from features.claim_features import claim_features
from features.claim_findings import Policies
from features.known import History
from features.lag_triangle import lag_triangle
from features.line_signals import line_signals
from features.look_back import look_back
from features.member_features import member_features
from features.member_outcomes import member_outcomes
from features.months import months_from
from features.neighbour_features import neighbour_features
from features.provider_features import provider_features


@dataclass(frozen=True)
class Tables:
    """What was built, collected, and what it was built from."""

    rows: dict[str, list[Row]]
    schemas: dict[str, StructType]
    known_lines: list[Row]
    year: list[Row]

    def comparable(self, table: str) -> list[tuple[Any, ...]]:
        """Rows in the order of their key, to the last bit of each number."""
        key = TABLES[table].key
        ordered = sorted(self.rows[table], key=lambda row: tuple(str(row[name]) for name in key))
        return [tuple(row) for row in ordered]


_INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}


@contextmanager
def interpreted(spark: SparkSession) -> Iterator[None]:
    """Plans are not compiled: for a hundred rows Spark takes far longer to compile one than to run it."""
    usual = {name: spark.conf.get(name) for name in _INTERPRETED}
    for name, value in _INTERPRETED.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in usual.items():
            spark.conf.set(name, value)


def feature_tables(history: History, as_of: date) -> Tables:
    """All feature tables of a small book as of a day, built without compiling the plans."""
    with interpreted(history.lines.sparkSession):
        return _built(history, as_of)


def shipped_policies(spark: SparkSession) -> Policies:
    """Edits and limits that hold where none were loaded."""
    return Policies(*[spark.createDataFrame(shipped(TABLES[n]), TABLES[n].ddl) for n in ("ncci_edits", "unit_limits")])


def _built(history: History, as_of: date) -> Tables:
    history = replace(history, lines=history.lines.localCheckpoint())
    known = history.known(as_of)
    # Settled as the job settles them: a plan of all tables in one takes longer to make than to run.
    signals = line_signals(known).localCheckpoint()
    year = look_back(signals, as_of).localCheckpoint()
    graph = care_graph(year, as_of).localCheckpoint()
    providers = provider_features(year, graph, known.providers, as_of).localCheckpoint()
    then = history.known(months_from(as_of, -12))
    frames: dict[str, DataFrame] = {
        "claim_features": claim_features(signals, as_of, shipped_policies(signals.sparkSession)),
        "care_graph": graph,
        "provider_features": providers,
        "neighbour_features": neighbour_features(graph, providers, as_of),
        "member_features": member_features(known),
        "member_outcomes": member_outcomes(history, then, as_of),
        "lag_triangle": lag_triangle(history, as_of),
    }
    return Tables(
        {name: frame.collect() for name, frame in frames.items()},
        {name: frame.schema for name, frame in frames.items()},
        known.lines.select("claim_id", "member_id", "provider_id", "service_from", "paid_amount").collect(),
        year.select("claim_line_id", "member_id", "provider_id", "paid_amount").collect(),
    )

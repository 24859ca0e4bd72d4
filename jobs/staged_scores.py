"""Whether scores that a job has made, or is about to make, are staged already."""

from __future__ import annotations

from datetime import date

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog.errors import MissingTable
from jobs.fingerprint import fingerprint
from jobs.progress import log
from lake import Lake


def nothing_changed(lake: Lake, tables: tuple[str, ...], day: date, recipe: str) -> bool:
    """Whether all of these tables are staged as made of this very recipe: then making them again is in vain."""
    same = all(lake.staged_from(recipe, table, day) for table in tables)
    if same:
        log.info("nothing that scores are made of has changed: the same ones stay staged", as_of=str(day))
    return same


def same_as_staged(spark: SparkSession, lake: Lake, scored: DataFrame, table: str, day: date) -> bool:
    """Whether a reader would notice no difference to what is staged."""
    try:
        staged = lake.read_staged(spark, lake.staged(table, day))
        return fingerprint(_content(staged)) == fingerprint(_content(scored))
    except (MissingTable, AnalysisException):  # nothing staged, or its files were cleaned away: stage anew
        return False


def _content(scored: DataFrame) -> DataFrame:
    """What a reader would notice: all but the time of scoring and the last bits of contributions."""
    return scored.drop("scored_at").withColumn("reasons", F.transform("reasons", lambda reason: reason["code"]))

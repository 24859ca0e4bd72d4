"""The frames that risk training and scoring read."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features.care_graph import care_graph
from features.known import final_lines, line_frame, line_history
from features.look_back import look_back
from lake import Lake

MOST_MEMBERS = 300_000
"""Members of a snapshot that training collects at most: the sample is by a hash of the member, so it is stable."""


def on_day(spark: SparkSession, lake: Lake, table: str, day: date) -> DataFrame:
    """The rows of a table as of a day; none where the table or the day is absent."""
    return lake.read_or_empty(spark, table).where(F.col("as_of") == F.lit(day))


def sampled(frame: DataFrame, rows: int) -> tuple[DataFrame, float]:
    """At most about MOST_MEMBERS members of `rows`, and the share kept."""
    share = min(1.0, MOST_MEMBERS / max(rows, 1))
    if share >= 1.0:
        return frame, 1.0
    return frame.where(F.pmod(F.xxhash64("member_id"), F.lit(1_000_000)) < F.lit(int(share * 1_000_000))), share


class CareGraphs:
    """care_graph by day: from the lake or, for the earlier days that may not be kept there, from the claims."""

    def __init__(self, spark: SparkSession, lake: Lake) -> None:
        self._spark, self._lake, self._stored = spark, lake, lake.partitions("care_graph")

    def on(self, day: date) -> pd.DataFrame:
        """Edges with their claim_count and paid_amount (USD), in one order."""
        if str(day) in self._stored:
            found = on_day(self._spark, self._lake, "care_graph", day)
        else:
            found = care_graph(look_back(final_lines(self._history, day), day), day)
        wanted = found.select("edge_type", "from_id", "to_id", "claim_count", F.col("paid_amount").cast("double"))
        edges: pd.DataFrame = wanted.toPandas()
        return edges.sort_values(["edge_type", "from_id", "to_id"]).reset_index(drop=True)

    @cached_property
    def _history(self) -> DataFrame:
        claims, fills = (self._lake.read_or_empty(self._spark, name) for name in ("claim_lines", "pharmacy_claims"))
        needed = [
            "claim_id",
            "claim_frequency_code",
            "known_date",
            "superseded_date",
            "member_id",
            "provider_id",
            "physician_id",
            "service_from",
            "paid_amount",
        ]
        return line_history(line_frame(claims, fills)).select(needed).persist()

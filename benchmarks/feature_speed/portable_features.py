"""`care_graph` and `provider_features` by the functions of `features/`, on a session of Spark or of Sail."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from benchmarks.feature_speed.days import AS_OF
from features.care_graph import care_graph as care_graph_of
from features.look_back import look_back
from features.provider_features import provider_features as provider_features_of


def features(spark: SparkSession, lines: Path, providers: Path, care_graph: Path, provider_features: Path) -> None:
    """Reads two files of Parquet and writes two folders, as `build-features` does: the year is computed once and kept,
    the graph is written and read back."""
    year = look_back(spark.read.parquet(str(lines)), AS_OF)
    year = year.localCheckpoint() if is_remote() else year.persist()  # Sail has no cache but this
    try:
        care_graph_of(year, AS_OF).write.mode("overwrite").parquet(str(care_graph))
        graph = spark.read.parquet(str(care_graph))
        made = provider_features_of(year, graph, spark.read.parquet(str(providers)), AS_OF)
        made.write.mode("overwrite").parquet(str(provider_features))
    finally:
        if not is_remote():
            year.unpersist()

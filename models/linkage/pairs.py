"""Pairs of provider ids, judged by Splink on DuckDB."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import logging as splink_logging
from splink.comparison_library import CustomComparison

from models.linkage.weights import BLOCKS, COMPARISONS, PRIOR, Comparison, Level

COLUMNS = ("left_provider_id", "right_provider_id", "match_probability", "match_weight", "basis")
_JUDGED = ("provider_id_l", "provider_id_r", "match_probability", "match_weight")


def judged_pairs(records: pa.Table) -> pd.DataFrame:
    """One row per pair that shares a block, with COLUMNS, left before right, sorted.

    `basis` names the fields that agreed, joined by commas; `match_weight` is log2 of the odds.
    """
    if records.num_rows < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = Linker(database.register(records), _settings())
        splink_logging.disable()  # the linker turned it on, to tell its timings
        judged = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
        found = judged.select(", ".join([*_JUDGED, *map(_level_column, COMPARISONS)])).df()
    return _readable(found)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="provider_id",
        comparisons=[_comparison(comparison) for comparison in COMPARISONS],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        probability_two_random_records_match=PRIOR,
        retain_matching_columns=True,
    )


def _comparison(comparison: Comparison) -> CustomComparison:
    missing = {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    return CustomComparison([missing, *map(_level, comparison.levels)], comparison.field)


def _level_column(comparison: Comparison) -> str:
    """Where Splink says which level held."""
    return f"gamma_{comparison.field}"


def _level(level: Level) -> dict[str, Any]:
    return {
        "sql_condition": level.sql or "ELSE",
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
    }


def _readable(found: pd.DataFrame) -> pd.DataFrame:
    ids = found[["provider_id_l", "provider_id_r"]]
    rows = pd.DataFrame(
        {
            "left_provider_id": ids.min(axis=1),
            "right_provider_id": ids.max(axis=1),
            "match_probability": found["match_probability"].astype(float),
            "match_weight": found["match_weight"].astype(float),
            "basis": _basis(found),
        }
    )
    return rows.sort_values(["left_provider_id", "right_provider_id"], ignore_index=True)


def _basis(found: pd.DataFrame) -> pd.Series:
    words = pd.Series([""] * len(found), index=found.index)
    for comparison in COMPARISONS:
        # Splink numbers the levels from the last, 0, upwards; -1 is missing.
        last = len(comparison.levels) - 1
        agree = [last - place for place, level in enumerate(comparison.levels) if level.agrees]
        words += found[_level_column(comparison)].isin(agree).map({True: f"{comparison.field},", False: ""})
    return words.str.rstrip(",")

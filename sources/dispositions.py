"""Investigators' verdicts as CSV: one row per closed review of a claim or a provider -> investigations.

They are tomorrow's labels. A verdict counts from the day it was decided; one delivered again with more recovered
money replaces the former batch as every delivery does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.fields import Field, failed, first_failure, whole_row_only
from sources.source import FileKind, Layout, Source

_REQUIRED = ("target_type", "target_id", "outcome", "decided_date")
_COLUMNS = (*_REQUIRED, "investigation_id", "selection", "scheme", "opened_date", "recovered_amount")
_TARGETS = ("provider", "claim")
_OUTCOMES = ("confirmed", "unfounded")
_SELECTIONS = ("tip", "rule", "referral", "random", "unknown")


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed verdicts, which are canonical rows already; see FileKind."""
    decided = Field("decided_date", "date", required=True)
    opened, recovered = Field("opened_date", "date"), Field("recovered_amount", "money")
    target, outcome = F.lower("target_type"), F.lower("outcome")
    selection = F.lower(F.coalesce("selection", F.lit("unknown")))
    name = F.coalesce("investigation_id", F.concat_ws("-", target, "target_id", decided.value))
    words = {"target_type": (target, _TARGETS), "outcome": (outcome, _OUTCOMES), "selection": (selection, _SELECTIONS)}
    return rows.select(
        "file_name",
        "row_number",
        first_failure(
            [*[Field(column, required=True) for column in _REQUIRED[:3]], decided, opened, recovered],
            *[
                F.when(~value.isin(*known), failed("bad_value", f"{column} is none of {', '.join(known)}"))
                for column, (value, known) in words.items()
            ],
            F.when(decided.value < opened.value, failed("bad_date", "decided_date lies before opened_date")),
            F.when(
                (outcome == "unfounded") & F.col("scheme").isNotNull(), failed("bad_value", "unfounded has no scheme")
            ),
        ).alias("failure"),
        name.alias("key"),
        F.lit(None).cast("string").alias("member_id"),
        F.lit(0).alias("preference"),
        *[F.lit(None).cast("decimal(14,2)").alias(f"{part}_amount") for part in ("charge", "allowed", "paid")],
        name.alias("investigation_id"),
        target.alias("target_type"),
        F.col("target_id"),
        selection.alias("selection"),
        outcome.alias("outcome"),
        F.col("scheme"),
        F.coalesce(opened.value, decided.value).alias("opened_date"),
        decided.value.alias("decided_date"),
        decided.value.alias("known_date"),
        whole_row_only(recovered.value).alias("recovered_amount"),
    )


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {"investigations": rows["dispositions"]}


DISPOSITIONS = Source(
    name="dispositions",
    expects="dispositions.csv: investigators' verdicts on claims and providers, as exported from a case system",
    example="underwatch ingest-claims --source dispositions --delivery reviews/2024-06",
    kinds=(
        FileKind(
            name="dispositions",
            pattern=re.compile(r"dispositions?(?:[_-][0-9A-Za-z_-]+)?\.(?:csv|parquet)", re.IGNORECASE),
            columns=_COLUMNS,
            table="investigations",
            parse=parse,
            example="dispositions.csv",
            layout=Layout(
                optional=tuple(column for column in _COLUMNS if column not in _REQUIRED), unknown_columns="ignore"
            ),
            member_columns=(),
        ),
    ),
    tables=("investigations",),
    canonical=_canonical,
)

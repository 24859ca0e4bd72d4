from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.markup import escape

from catalog.errors import BadDelivery, MissingTable
from jobs.as_of import given_day
from jobs.options import DEFAULT_LAKE, AsOf, LakeRoot
from jobs.sql import connect
from jobs.text_table import text_console, text_table
from lake import Lake
from models.fraud.measure import CAPACITY, with_intervals

_YES, _NO = ("yes", "1", "true", "confirmed"), ("no", "0", "false", "unfounded")
_NAMES = {
    "ap": "average precision",
    "auc": "AUC",
    "recall_at_k": "recall at K, the number confirmed",
    "precision_at_capacity": f"precision in the first {CAPACITY:.0%}",
    "recall_at_capacity": f"recall in the first {CAPACITY:.0%}",
}


class Ranking(StrEnum):
    """What can be evaluated."""

    fraud = "fraud"


def evaluate(
    what: Annotated[Ranking, typer.Argument(help="The published provider ranking.")],
    labels: Annotated[Path, typer.Option(help="CSV with columns Provider and PotentialFraud (Yes or No).")],
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
) -> None:
    """Hold the published provider ranking against a file of labels: average precision, AUC, recall and precision.

    A provider that the lake ranks nowhere counts as ranked last in the second column.

    Example: underwatch evaluate fraud --labels verdicts.csv
    """
    told, ranks = read_labels(labels), _ranks(Lake(lake), as_of)
    joined = told.join(ranks, how="left")
    ranked = joined[joined["fraud_rank"].notna()]
    if ranked["confirmed"].nunique() < 2:
        raise BadDelivery(
            f"{labels.name} labels {len(ranked)} ranked providers, and not both Yes and No among them; "
            f"is it of the providers of {lake}?"
        )
    last = joined["fraud_rank"].fillna(len(ranks) + 1)
    found = [
        with_intervals(rows["confirmed"].to_numpy(), -rank.to_numpy(dtype=float))
        for rows, rank in ((ranked, ranked["fraud_rank"]), (joined, last))
    ]
    title = f"{what.value.capitalize()} ranking as of {ranks.attrs['as_of']} against {escape(labels.name)}"
    text = text_table(title, "measure", "ranked providers>", "all labelled>")
    text.add_row("labelled", f"{len(ranked):,}", f"{len(joined):,}")
    text.add_row("confirmed", f"{int(ranked['confirmed'].sum()):,}", f"{int(joined['confirmed'].sum()):,}")
    for measure, name in _NAMES.items():
        text.add_row(name, *(str(each[measure]) for each in found))
    text_console().print(text)


def read_labels(file: Path) -> pd.DataFrame:
    """`confirmed` (0/1) by provider. Raises BadDelivery, naming row and mend, for a file that is no label file."""
    if not file.is_file():
        raise BadDelivery(f"there is no file {file}; --labels wants a CSV with columns Provider and PotentialFraud")
    try:
        rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError):
        raise BadDelivery(f"{file.name} is no CSV in UTF-8 with a header; save it as one") from None
    if not isinstance(rows.index, pd.RangeIndex):  # pandas takes the first cells for an index and shifts the others
        raise BadDelivery(f"rows of {file.name} have more cells than its header; export it again")
    if not {"Provider", "PotentialFraud"} <= set(rows.columns):
        raise BadDelivery(f"{file.name} lacks a column Provider or PotentialFraud; name them so in its header")
    said = rows["PotentialFraud"].str.strip().str.lower()
    bad = rows.index[~said.isin(_YES + _NO) | (rows["Provider"].str.strip() == "")]
    if len(bad):
        raise BadDelivery(
            f"row {bad[0] + 2} of {file.name} says neither Yes nor No of a provider, and {len(bad) - 1} more do not"
        )
    labels = pd.DataFrame({"provider_id": rows["Provider"].str.strip(), "confirmed": said.isin(_YES).astype(int)})
    several = labels.drop_duplicates()["provider_id"]
    if several.duplicated().any():
        raise BadDelivery(f"{file.name} says both Yes and No of {int(several.duplicated().sum())} providers; keep one")
    return labels.drop_duplicates().set_index("provider_id")


def _ranks(lake: Lake, as_of: str) -> pd.DataFrame:
    """fraud_rank by provider on the day, else the last day published; the day is in `attrs`."""
    lake.version("scored_providers")  # a clear error when nothing was published
    db = connect(lake)
    days = [day for (day,) in db.sql("select distinct as_of from scored_providers order by 1").fetchall()]
    day = given_day(as_of) if as_of else days[-1]
    if day not in days:
        raise MissingTable(f"no providers were scored as of {day}; published are {', '.join(map(str, days))}")
    found = db.execute("select provider_id, fraud_rank from scored_providers where as_of = ?", [day]).df()
    found = found.set_index("provider_id")
    found.attrs["as_of"] = day
    return found

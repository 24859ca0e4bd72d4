"""What a quote reads from the lake and writes to it, without Spark: an answer takes a second, a session's start ten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import duckdb
import pandas as pd

from catalog import TABLES
from catalog.errors import MissingTable
from features.months import months_from
from lake import Lake
from models.registry import RegisteredModel, Registry
from models.risk.model import RiskModel
from models.risk.rows import HORIZON_MONTHS, model_input
from models.risk.runout import completed, lag_of, run_out
from models.underwriting.book import BookRates, fit_book
from models.underwriting.quote import NO_EXPERIENCE

PERIODS = (-24, -12)
"""Months from the day of a quote to the days whose following year is the experience."""


def last_day(lake: Lake) -> date:
    """The newest day with member features. Raises MissingTable."""
    days = lake.partitions("member_features")
    if not days:
        raise MissingTable("the lake has no member features; run `underwatch run` or `underwatch build-features` first")
    return date.fromisoformat(days[-1])


def members_on(lake: Lake, day: date, group_id: str | None = None, member_ids: list[str] | None = None) -> pd.DataFrame:
    """Rows of member_features of a day: a group's, or those of the members named that are there.

    Raises MissingTable for a day without features.
    """
    rows = _partition(lake, "member_features", day)
    if rows is None:
        have = ", ".join(lake.partitions("member_features")[-3:]) or "none"
        raise MissingTable(
            f"member_features has no members of {day} (newest: {have}); run `underwatch build-features --as-of {day}`"
        )
    if group_id is not None:
        return _frame(rows.filter(duckdb.ColumnExpression("group_id") == duckdb.ConstantExpression(group_id)))
    wanted = [duckdb.ConstantExpression(one) for one in member_ids or []]
    return _frame(rows.filter(duckdb.ColumnExpression("member_id").isin(*wanted)))


@dataclass(frozen=True)
class Serving:
    """A champion with what it needs to answer: kept between questions, so that a warm answer reads the members alone.

    `experience`: one row per member and year of the whole book, completed, by the model's own manual rate.
    """

    version: RegisteredModel
    model: RiskModel
    book: BookRates
    experience: pd.DataFrame


def serving(lake: Lake, name: str, day: date) -> Serving:
    """The champion of that name and the book as of a day. Raises ModelUnavailable and MissingTable."""
    champion = Registry(lake.root).champion(name)
    tables = tuple(sorted(lake.versions(["member_features", "member_outcomes", "lag_triangle"]).items()))
    return _serving(lake.root, name, champion.version, day, tables)


@lru_cache(maxsize=4)
def _serving(root: str, name: str, _version: str, day: date, _tables: tuple[tuple[str, int], ...]) -> Serving:
    lake, champion = Lake(root), Registry(root).champion(name)
    model = RiskModel.load(champion.folder)
    years = [_experience(lake, months_from(day, back), model) for back in PERIODS]
    experience = pd.concat([year for year in years if len(year)] or [NO_EXPERIENCE.assign(group_id=None)])
    if not len(experience):
        raise MissingTable(
            f"no member's year before {day} is known whole, so there is no book to hold a quote against; deliver two "
            "years of complete claims and run `underwatch build-features`"
        )
    return Serving(champion, model, fit_book(experience), experience)


def _experience(lake: Lake, start: date, model: RiskModel) -> pd.DataFrame:
    """group_id, period, member_months, allowed_amount (completed) and expected_cost (manual rate) of the year after
    `start`.

    Completed by what the book's lag triangle shows of late claims on the day the outcomes were known: a group whose
    claims come late, or whose members stayed to the last month, has more to come than the book.
    """
    features, outcomes = (_partition(lake, name, start) for name in ("member_features", "member_outcomes"))
    if features is None or outcomes is None:
        return NO_EXPERIENCE.assign(group_id=None)
    told = outcomes.filter("complete and months_covered > 0").df()
    if not len(told):
        return NO_EXPERIENCE.assign(group_id=None)
    known_by = pd.Timestamp(told["known_by"].iloc[0]).date()
    triangle = _partition(lake, "lag_triangle", known_by)
    developed = None if triangle is None else run_out(triangle.df())
    lag = max(lag_of(months_from(start, HORIZON_MONTHS), known_by), 0)
    told = told.reindex(columns=TABLES["member_outcomes"].column_names)
    told["allowed_amount"] = completed(told, developed, lag)
    rows = _frame(features).merge(told[["member_id", "months_covered", "allowed_amount"]], on="member_id")
    months = rows["months_covered"].to_numpy(float)
    return pd.DataFrame(
        {
            "group_id": rows["group_id"],
            "period": str(start),
            "member_months": months,
            "allowed_amount": rows["allowed_amount"],
            "expected_cost": model.manual.predict(model_input(rows, model.features)) * months / 12.0,
        }
    )


def _frame(members: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Rows of member_features; a column that their files are older than is missing in all of them, as in Spark."""
    return members.df().reindex(columns=TABLES["member_features"].column_names)


def _partition(lake: Lake, table: str, day: date) -> duckdb.DuckDBPyRelation | None:
    if not lake.exists(table):
        return None
    files = lake.files(table, partition=day)
    return duckdb.connect().read_parquet(files, union_by_name=True) if files else None

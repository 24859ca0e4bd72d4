"""What monitoring reads: samples of features, published scores, and outcomes that became known since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from catalog import TABLES
from catalog.errors import MissingTable
from lake import Lake
from models import drift
from models.drift import Finding
from models.fairness.groups import MIN_MEMBERS, by_group
from models.registry import CHAMPION, RegisteredModel, Registry
from models.risk.rows import traits_of

SAMPLE = 100_000
"""Rows of a table that are looked at, drawn at random; more would change an index in its third decimal."""
MOST_DAYS = 45
"""Days between the last claim that became known and the day looked at (a month and its run-out, by judgement)."""
FLAGGED = 0.05
"""Share of the book that reviewers look at: the cases that precision is about."""
FEATURES = {"fraud_provider": "provider_features", "fraud_claim": "claim_features", "risk_cost": "member_features"}
SCORES = {
    "fraud_provider": ("scored_providers", "provider_id", "fraud_probability"),
    "fraud_claim": ("scored_claims", "claim_id", "fraud_probability"),
    "risk_cost": ("risk_predictions", "member_id", "expected_cost"),
}


def last_day(lake: Lake) -> date:
    """The newest day with features. Raises MissingTable."""
    days = [day for table in set(FEATURES.values()) for day in lake.partitions(table)]
    if not days:
        raise MissingTable(f"the lake {lake.root} holds no features; run `underwatch build-features` first")
    return date.fromisoformat(max(days))


def findings_of(lake: Lake, day: date) -> list[Finding]:
    """Everything that can be looked at on a day."""
    registry, found = Registry(lake.root), _fresh(lake, day)
    for name, table in FEATURES.items():
        champion = registry.aliased(name, CHAMPION)
        if champion is None:
            continue
        several = [*_features(lake, registry, champion, table, day), *_scores(lake, champion, day)]
        several += _costs(lake, champion, day) if name == "risk_cost" else _labels(lake, champion, day)
        found += [replace(one, model_name=name, model_version=champion.version) for one in several]
    return found


def _features(lake: Lake, registry: Registry, model: RegisteredModel, table: str, day: date) -> list[Finding]:
    """Against the partition, and the version of the table, that the champion was trained from."""
    then = registry.params(model).get("learnt_from") or model.tags.get("as_of", "")
    version = int(model.tags.get(f"lake.{table}", -1))
    if version < 0 or not lake.exists(table) or not 0 <= version <= lake.version(table):
        return []
    files = [lake.files(table, version, then), lake.files(table, None, day)]
    if not all(files):
        return []
    reference = f"{table} of {then}, which version {model.version} learnt from"
    then_files, now_files = files
    found = [drift.volume(table, _one(then_files, "count(*)"), _one(now_files, "count(*)"), reference)]
    if table == "claim_features":
        kinds = [_counts(several, "claim_type") for several in files]
        found.append(drift.mix("claim_type", kinds[0], kinds[1], reference))
    return found + drift.features(_sample(then_files, table), _sample(now_files, table), reference)


def _scores(lake: Lake, model: RegisteredModel, day: date) -> list[Finding]:
    """Against the first day that the same version scored."""
    table, _, score = SCORES[model.name]
    days = [one for one in lake.partitions(table) if one <= str(day)] if lake.exists(table) else []
    if str(day) not in days:
        return []
    scored = {one: _said(lake.files(table, partition=one), score, model.version) for one in days}
    first = next(one for one in days if len(scored[one]) or one == str(day))
    reference = f"{table} of {first}, the first day that version {model.version} scored"
    if first == str(day):
        return [
            Finding("score_drift", score, f"{reference}: nothing earlier to hold it against", cases=len(scored[first]))
        ]
    return [drift.scores(score, scored[first], scored[str(day)], reference)]


def _labels(lake: Lake, model: RegisteredModel, day: date) -> list[Finding]:
    """Scores of the newest earlier day that investigations decided since can judge."""
    table, key, score = SCORES[model.name]
    kind = "claim" if key == "claim_id" else "provider"
    if not lake.exists(table) or not lake.exists("investigations") or not lake.files("investigations"):
        return []
    for then in reversed([one for one in lake.partitions(table) if one < str(day)]):
        views = _views(scored=lake.files(table, partition=then), known=lake.files("investigations"))
        judged = views.sql(
            f"""select any_value({score}) as said, max(cast(outcome = 'confirmed' as int)) as confirmed,
                       any_value(fraud_rank) <= ceil({FLAGGED} * (select count(*) from scored)) as flagged
                from scored join known on {key} = target_id and target_type = '{kind}'
                where known_date > date '{then}' and known_date <= date '{day}' and model_version = '{model.version}'
                group by {key}"""  # noqa: S608 - names of the catalog and dates
        ).df()
        if len(judged):
            reference = f"investigations decided from {then} to {day}, of scores of {then}"
            confirmed, flagged = judged["confirmed"].to_numpy(float), judged["flagged"].to_numpy(bool)
            promised = model.metrics.get("oof_precision_at_capacity_lower")
            said = judged["said"].to_numpy(float)
            return [
                drift.probabilities(score, said, confirmed, reference),
                drift.hits("ranked first", confirmed[flagged], promised, reference),
            ]
    return [Finding("calibration", score, "no investigation of a scored case was decided since")]


def _costs(lake: Lake, model: RegisteredModel, day: date) -> list[Finding]:
    """Predictions of the newest day whose members' following year is over."""
    table, key, score = SCORES[model.name]
    if not lake.exists(table) or not lake.exists("member_outcomes"):
        return []
    over = set(lake.partitions("member_outcomes"))
    for then in reversed([one for one in lake.partitions(table) if one in over and one < str(day)]):
        views = _views(
            predicted=lake.files(table, partition=then), actual=lake.files("member_outcomes", partition=then)
        )
        said, was, cases = views.sql(
            f"""select sum({score} * least(months_covered, 12) / 12.0), sum(allowed_amount), count(*)
                from predicted join actual using ({key}) where complete and months_covered > 0"""  # noqa: S608
        ).fetchall()[0]
        if cases:
            reference = f"cost of the year after {then}"
            level = drift.cost_level(score, float(said), float(was), cases, reference)
            return [level, *_groups(lake, table, then, reference)]
    return [Finding("calibration", score, "the year after no scored day is over yet")]


def _groups(lake: Lake, table: str, then: str, reference: str) -> list[Finding]:
    """Prices of the groups that the gate looks at, by what their year then cost."""
    if not lake.exists("member_features") or not lake.files("member_features", partition=then):
        return []
    views = _views(
        predicted=lake.files(table, partition=then),
        actual=lake.files("member_outcomes", partition=then),
        known=lake.files("member_features", partition=then),
    )
    rows = views.sql(
        f"""select cast(expected_cost as double) as expected, least(months_covered, 12) / 12.0 as weight, age_band,
                   cast(allowed_amount as double) / weight as cost, cast(sex_male as double) as sex_male
            from predicted join actual using (member_id) join known using (member_id)
            where complete and months_covered > 0 using sample reservoir({SAMPLE} rows) repeatable (1)"""  # noqa: S608
    ).df()
    traits = traits_of(rows)
    judged = sum(int((traits[name].value_counts() >= MIN_MEMBERS).sum()) for name in traits)
    cost, expected, weight = (rows[name].to_numpy(float) for name in ("cost", "expected", "weight"))
    found = []
    for trait in traits:
        groups = by_group(cost, expected, weight, traits[trait], 1, max(judged, 1))
        found += drift.group_prices(groups, str(trait), reference)
    return found


def _fresh(lake: Lake, day: date) -> list[Finding]:
    found = []
    for table in ("claim_lines", "pharmacy_claims"):
        files = lake.files(table) if lake.exists(table) else []
        last = _one(files, f"max(known_date) filter (where known_date <= date '{day}')") if files else None
        if last is not None:
            found.append(drift.freshness(table, (day - last).days, MOST_DAYS, f"last claim known on {last}"))
    for table in sorted(set(FEATURES.values())):
        days = [one for one in lake.partitions(table) if one <= str(day)]
        if days:
            late = (day - date.fromisoformat(days[-1])).days
            found.append(drift.freshness(table, late, MOST_DAYS, f"newest features are of {days[-1]}"))
    return found


def _sample(files: list[str], table: str) -> pd.DataFrame:
    present = set(duckdb.read_parquet(files).columns)
    names = [name for name in TABLES[table].feature_names if name in present]
    chosen = ", ".join(f'cast("{name}" as double) as "{name}"' for name in names)
    drawn = f"select {chosen} from rows using sample reservoir({SAMPLE} rows) repeatable (1)"  # noqa: S608
    found: pd.DataFrame = _views(rows=files).sql(drawn).df()
    return found


def _said(files: list[str], score: str, version: str) -> np.ndarray:
    query = f"select cast({score} as double) as said from rows where model_version = ? and {score} is not null"  # noqa: S608
    drawn = f"select said from ({query}) using sample reservoir({SAMPLE} rows) repeatable (1)"  # noqa: S608
    return _views(rows=files).execute(drawn, [version]).df()["said"].to_numpy(float)


def _counts(files: list[str], column: str) -> pd.Series:
    found = duckdb.read_parquet(files).aggregate(f"{column}, count(*) as n").df()
    return found.set_index(column)["n"].astype(float)


def _views(**files: list[str]) -> duckdb.DuckDBPyConnection:
    """A connection in which each name stands for the rows of its files."""
    connection = duckdb.connect()
    for name, several in files.items():
        connection.read_parquet(several).create_view(name)
    return connection


def _one(files: list[str], what: str):  # type: ignore[no-untyped-def]
    return duckdb.read_parquet(files).aggregate(what).fetchall()[0][0]

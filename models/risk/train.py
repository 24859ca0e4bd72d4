"""Learn a risk model and its challenger from one snapshot, and measure both on a later one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models.risk.attachment import fit_attachment
from models.risk.baselines import Predict, fit_baselines
from models.risk.categories import CategoryModel, book_shares, fit_categories
from models.risk.cost import fit_cost
from models.risk.fair import Fairness, assess, less_discriminatory
from models.risk.graph import GraphModel, fit_graph, shuffled
from models.risk.interval import fit_interval
from models.risk.manual import ManualRate, fit_manual, rated_by
from models.risk.measure import by_decile, measure_attachment, measure_cost, measure_interval, paired_gain
from models.risk.model import PREDICTED, RiskModel, Trees
from models.risk.reasons import typical_values
from models.risk.rows import CATEGORIES, FEATURES, Rows
from models.risk.runout import RunOut
from models.risk.trend import observed_trend

MIN_ROWS = 50
"""Members with a known outcome below which only the manual rate is learnt."""


@dataclass(frozen=True)
class Snapshot:
    """Members of one day with the cost of their following year, and the day's care_graph where there is one."""

    rows: Rows
    edges: pd.DataFrame | None = None
    completion: float | None = None  # share of the year's cost that was known; costs are already raised by it
    run_out: RunOut | None = None  # what they were raised by
    annual_trend: float = 0.0  # by which they were then brought to the level of the year that is to be predicted


@dataclass(frozen=True)
class Test:
    """Rows a model is measured on. `key` prefixes its metrics."""

    key: str
    words: str
    rows: Rows
    edges: pd.DataFrame | None
    members: pd.DataFrame  # all members of the snapshot: the graph's neighbours, of which `rows` are some


@dataclass
class Trained:
    """What train() found. `scores` has one row per test and method; `graph_wins` where the challenger is better."""

    model: RiskModel
    graph: GraphModel | None = None
    graph_wins: bool = False
    metrics: dict[str, float] = field(default_factory=dict)
    graph_metrics: dict[str, float] = field(default_factory=dict)
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    deciles: pd.DataFrame = field(default_factory=pd.DataFrame)
    test: Test | None = None
    predicted: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Expected cost of the same members, learnt with another seed: whether the order of members hangs on it.
    again: np.ndarray = field(default_factory=lambda: np.empty(0))
    notes: list[str] = field(default_factory=list)
    # On the test with the most members: a fifth of them holds too few of a group to tell luck from a wrong price.
    fairness: Fairness = field(default_factory=Fairness)
    run_out: pd.DataFrame = field(default_factory=pd.DataFrame)  # RunOut.table of the costs that were tested on
    annual_trend: float = 0.0  # see Snapshot
    alternatives: pd.DataFrame = field(default_factory=pd.DataFrame)  # fairness.alternative.Search.tried, if a proxy


def train(earlier: Snapshot, later: Snapshot, seed: int, features: tuple[str, ...] = FEATURES) -> Trained:
    """Learn from these features on `earlier` (24 months ago) and test on `later` (12 months ago).

    The test is of all members of `later`, and of those whose side was never learnt from.

    Where the earlier snapshot is too small (a delivery of two years), learn on the later one and test on its
    unseen members: same year, so weaker evidence, and the notes say so. With fewer than 50 usable members the
    manual rate alone is learnt, as it is from no features. A use that forbids a field gets a model of the others: the
    field is dropped here, before anything is learnt.
    """
    earlier, later = _only(earlier, features), _only(later, features)
    learnt = earlier if len(earlier.rows) >= MIN_ROWS else later
    if len(learnt.rows) < MIN_ROWS or not learnt.rows.cost.any() or not features:
        return _manual_only(earlier, later)
    rows = learnt.rows
    found = Trained(learn(rows, seed))
    tests = _tests(learnt, later, found.notes)
    if later.completion:
        found.metrics["completion"] = later.completion
        found.notes.append(
            f"{later.completion:.1%} of the later year's cost is known, says the book's lag triangle: actual costs are "
            "raised by what is still to come, each service category by its own share"
        )
    if later.run_out:
        found.run_out = later.run_out.table()
    _tell_trend(found, earlier, later)
    cost = found.model.learnt.cost
    methods: dict[str, Predict] = {"trees": cost.predict, **fit_baselines(rows, found.model.manual)}
    if learnt.edges is not None and len(learnt.edges):
        found.graph = fit_graph(rows, learnt.edges, seed)
    else:
        found.notes.append("no care graph of the learning day: the graph challenger was not trained")
    for test in tests:
        _measure(found, test, methods, seed)
    if tests:
        found.again = fit_cost(learnt.rows, seed + 1)[0].predict(tests[-1].rows.frame)
        rows = max(tests, key=lambda test: len(test.rows)).rows
        said = found.model.predict(rows.frame)["expected_cost"].to_numpy(float)
        found.fairness = assess(rows, said, cost.contributions(rows.frame), features, seed)
        found.notes += [f"unfair: {fault}" for fault in found.fairness.faults]
        if found.fairness.proxies:
            found.alternatives = less_discriminatory(learnt.rows, rows, found.fairness.proxies, seed).tried
            found.notes += [_alternative(row) for row in found.alternatives.to_dict("records") if row["without"]]
    if found.graph and tests:
        _compare(found, tests[-1], seed)
    return found


def _tell_trend(found: Trained, earlier: Snapshot, later: Snapshot) -> None:
    """What the trend was taken for, and what the book showed of it. A choice for a person: one year tells little."""
    found.annual_trend = later.annual_trend
    if min(len(earlier.rows), len(later.rows)) < MIN_ROWS:
        return
    expected = [found.model.manual.predict(one.rows.frame) for one in (earlier, later)]
    shown = observed_trend(earlier.rows, later.rows, expected[0], expected[1])
    shown = (1.0 + shown) * (1.0 + later.annual_trend) - 1.0  # both years stand at one level by now
    if np.isfinite(shown):
        found.metrics["observed_trend"] = shown
        found.notes.append(
            f"cost is brought to the coming year by {later.annual_trend:.1%} a year (--annual-trend); between the two "
            f"years known it moved by {shown:.1%} per member of the same manual rate"
        )


def learn(rows: Rows, seed: int) -> RiskModel:
    """Everything that predicts, from all members but the unseen ones."""
    learning, features = rows.learning, rows.features
    manual = fit_manual(learning.frame, learning.cost, learning.weight, rated_by(features))
    cost, honest = fit_cost(rows, seed)
    trees = Trees(cost, fit_interval(rows, honest, seed), fit_attachment(rows, honest, seed))
    categories = fit_categories(rows, honest, seed)
    return RiskModel(manual, trees, typical_values(rows.frame, features), features, categories)


def _alternative(tried: dict) -> str:
    within = "within" if tried["within"] else "beyond"
    return (
        f"without {tried['without']}: deviance {tried['loss']:.4g}, {within} the tolerated loss; predicted over actual "
        f"cost of the groups differs by {tried['spread']:.2f}"
    )


def last_year_manual(frame: pd.DataFrame, features: tuple[str, ...] = FEATURES) -> Trained:
    """The manual rate from last year's cost itself, where no member's following year is known yet.

    What the rate tells members apart by is of `features`; last year's cost sets its level in any case.
    """
    seen = frame[frame["months_observed"] > 0].reset_index(drop=True)
    months = np.clip(seen["months_observed"].to_numpy(float), 1, 12)
    yearly = np.maximum(seen["cost_12m"].fillna(0).to_numpy(float), 0) * 12 / months
    manual = fit_manual(seen, yearly, months / 12, rated_by(features))
    note = "no member's following 12 months are known yet: priced at last year's cost by age and sex, untested"
    totals = seen[[f"cost_{name}_12m" for name in CATEGORIES]].sum().to_numpy(float)
    categories = CategoryModel({}, {}, book_shares(totals))
    return Trained(RiskModel(manual, None, {}, features, categories), notes=[note])


def graph_members(test: Test, graph: GraphModel, edges: pd.DataFrame | None) -> np.ndarray:
    """The graph's expected cost of the test's rows, computed among all members of their day."""
    everyone = pd.Series(graph.predict(test.members, edges), index=test.members["member_id"])
    return everyone.reindex(test.rows.frame["member_id"]).to_numpy(float)


def _manual_only(earlier: Snapshot, later: Snapshot) -> Trained:
    """Raises nothing: zero rows are the caller's to catch (last_year_manual)."""
    frame = pd.concat([earlier.rows.frame, later.rows.frame], ignore_index=True)
    cost = np.concatenate([earlier.rows.cost, later.rows.cost])
    weight = np.concatenate([earlier.rows.weight, later.rows.weight])
    features = earlier.rows.features
    manual: ManualRate = fit_manual(frame, cost, weight, rated_by(features))
    why = f"only {len(frame)} members with a known outcome, both years together (one year needs {MIN_ROWS})"
    note = f"{why if features else 'no feature may be used'}: the manual rate by age and sex alone, untested"
    parts = [rows.weight @ rows.parts for rows in (earlier.rows, later.rows) if rows.parts is not None]
    categories = CategoryModel({}, {}, book_shares(np.sum(parts, axis=0))) if parts else None
    return Trained(RiskModel(manual, None, {}, features, categories), notes=[note])


def _only(snapshot: Snapshot, features: tuple[str, ...]) -> Snapshot:
    return replace(snapshot, rows=snapshot.rows.only(features))


def _tests(learnt: Snapshot, later: Snapshot, notes: list[str]) -> list[Test]:
    """Strictest last."""
    unseen = learnt.rows.on("unseen")
    tests = [Test("in_time_unseen", "unseen members, same year", unseen, learnt.edges, learnt.rows.frame)]
    if learnt is later or not len(later.rows):
        notes.append("no later year to test on: measured on unseen members of the learning year")
    else:
        everyone, edges = later.rows.frame, later.edges
        tests += [
            Test("oot", "next year, all members", later.rows, edges, everyone),
            Test("oot_unseen", "next year, unseen members", later.rows.on("unseen"), edges, everyone),
        ]
    return [test for test in tests if len(test.rows) >= 10 and test.rows.cost.any()]


def _measure(found: Trained, test: Test, methods: dict[str, Predict], seed: int) -> None:
    predicted = {name: predict(test.rows.frame) for name, predict in methods.items()}
    if found.graph:
        predicted["graph"] = graph_members(test, found.graph, test.edges)
    scores = {name: measure_cost(test.rows, expected, seed) for name, expected in predicted.items()}
    table = pd.DataFrame(scores).T.rename_axis("method").reset_index()
    table.insert(0, "test", test.words)
    table.insert(1, "members", len(test.rows))
    found.scores = pd.concat([found.scores, table], ignore_index=True)

    full = found.model.predict(test.rows.frame)
    chances = full[[name for name in PREDICTED if name.startswith("above_")]].to_numpy()
    ends = [full[name].to_numpy() for name in ("expected_cost_lower", "expected_cost_upper")]
    ours = {
        **scores["trees"],
        **measure_interval(test.rows, *ends),
        **measure_attachment(test.rows, chances),
        "members": float(len(test.rows)),
    }
    found.metrics |= {f"{test.key}_{name}": value for name, value in ours.items()}
    for name in (name for name in ("age_sex", "last_year", "linear") if name in scores):
        shown = ("r2", "r2_capped_250k", "deviance")
        found.metrics |= {f"{test.key}_{name}_{figure}": scores[name][figure] for figure in shown}
    if "graph" in scores:
        found.graph_metrics |= {f"{test.key}_{name}": value for name, value in scores["graph"].items()}
    found.test, found.predicted, found.deciles = test, full, by_decile(test.rows, full)


def _compare(found: Trained, test: Test, seed: int) -> None:
    """The challenger wins when its deviance is lower beyond doubt on the strictest test, and its edges matter."""
    if found.graph is None or test.edges is None or not len(test.edges):
        found.notes.append("no care graph of the testing day: the graph challenger was not compared")
        return
    graph = graph_members(test, found.graph, test.edges)
    trees = found.model.predict(test.rows.frame)["expected_cost"].to_numpy()
    gain, low, high = paired_gain(test.rows, graph, trees, seed)
    without = paired_gain(test.rows, graph, graph_members(test, found.graph, shuffled(test.edges, seed)), seed)
    found.graph_metrics |= {
        "gain_over_trees": gain,
        "gain_over_trees_lower": low,
        "gain_over_trees_upper": high,
        "gain_over_shuffled_edges": without[0],
    }
    found.graph_wins = low > 0 and without[0] > 0
    verdict = "beat" if found.graph_wins else "did not beat"
    found.notes.append(
        f"the graph challenger {verdict} the trees on {test.words}: deviance gain {gain:.3g} [{low:.3g}, {high:.3g}]"
    )

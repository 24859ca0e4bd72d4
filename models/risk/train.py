"""Learn a risk model and its challenger from one snapshot, and measure both on a later one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.risk.attachment import fit_attachment
from models.risk.baselines import Predict, fit_baselines
from models.risk.cost import fit_cost
from models.risk.graph import GraphModel, fit_graph, shuffled
from models.risk.interval import fit_interval
from models.risk.manual import ManualRate, fit_manual
from models.risk.measure import by_decile, measure_attachment, measure_cost, measure_interval, paired_gain
from models.risk.model import PREDICTED, RiskModel, Trees
from models.risk.reasons import typical_values
from models.risk.rows import Rows

MIN_ROWS = 50
"""Members with a known outcome below which only the manual rate is learnt."""


@dataclass(frozen=True)
class Snapshot:
    """Members of one day with the cost of their following year, and the day's care_graph where there is one."""

    rows: Rows
    edges: pd.DataFrame | None = None
    completion: float | None = None  # share of the year's claims that was known; costs are already divided by it


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
    notes: list[str] = field(default_factory=list)


def train(earlier: Snapshot, later: Snapshot, seed: int) -> Trained:
    """Learn on `earlier` (24 months ago) and test on `later` (12 months ago), on all its members and on those
    whose side was never learnt from.

    Where the earlier snapshot is too small (a delivery of two years), learn on the later one and test on its
    unseen members: same year, so weaker evidence, and the notes say so. With fewer than 50 usable members the
    manual rate alone is learnt.
    """
    learnt = earlier if len(earlier.rows) >= MIN_ROWS else later
    if len(learnt.rows) < MIN_ROWS or not learnt.rows.cost.any():
        return _manual_only(earlier, later)
    rows = learnt.rows
    learning = rows.on("fit", "tune")
    manual = fit_manual(learning.frame, learning.cost, learning.weight)
    cost = fit_cost(rows, seed)
    trees = Trees(cost, fit_interval(rows, seed), fit_attachment(rows, cost.predict(rows.frame), seed))
    found = Trained(RiskModel(manual, trees, typical_values(rows.frame)))
    tests = _tests(learnt, later, found.notes)
    if later.completion:
        found.metrics["completion"] = later.completion
        found.notes.append(
            f"the later year's actual costs are divided by {later.completion:.3f}, the share of a year's cost that was "
            "known on its last day a year before: late claims are still to come"
        )
    methods: dict[str, Predict] = {"trees": cost.predict, **fit_baselines(rows, manual)}
    if learnt.edges is not None and len(learnt.edges):
        found.graph = fit_graph(rows, learnt.edges, seed)
    else:
        found.notes.append("no care graph of the learning day: the graph challenger was not trained")
    for test in tests:
        _measure(found, test, methods, seed)
    if found.graph and tests:
        _compare(found, tests[-1], seed)
    return found


def last_year_manual(frame: pd.DataFrame) -> Trained:
    """The manual rate from last year's cost itself, where no member's following year is known yet."""
    seen = frame[frame["months_observed"] > 0].reset_index(drop=True)
    months = np.clip(seen["months_observed"].to_numpy(float), 1, 12)
    yearly = np.maximum(seen["cost_12m"].fillna(0).to_numpy(float), 0) * 12 / months
    manual = fit_manual(seen, yearly, months / 12)
    note = "no member's following 12 months are known yet: priced at last year's cost by age and sex, untested"
    return Trained(RiskModel(manual, None, {}), notes=[note])


def graph_members(test: Test, graph: GraphModel, edges: pd.DataFrame | None) -> np.ndarray:
    """The graph's expected cost of the test's rows, computed among all members of their day."""
    everyone = pd.Series(graph.predict(test.members, edges), index=test.members["member_id"])
    return everyone.reindex(test.rows.frame["member_id"]).to_numpy(float)


def _manual_only(earlier: Snapshot, later: Snapshot) -> Trained:
    """Raises nothing: zero rows are the caller's to catch (last_year_manual)."""
    frame = pd.concat([earlier.rows.frame, later.rows.frame], ignore_index=True)
    cost = np.concatenate([earlier.rows.cost, later.rows.cost])
    weight = np.concatenate([earlier.rows.weight, later.rows.weight])
    manual: ManualRate = fit_manual(frame, cost, weight)
    note = (
        f"only {len(frame)} members with a known outcome, both years together (one year needs {MIN_ROWS}): "
        "the manual rate by age and sex alone, untested"
    )
    return Trained(RiskModel(manual, None, {}), notes=[note])


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
    for name in ("age_sex", "last_year", "linear"):
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

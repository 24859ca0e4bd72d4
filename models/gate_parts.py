"""Parts of the gate that are computed from stored predictions alone (the table holdout_predictions).

Each takes the predictions of one version on cases that it never learnt from, and where a champion scored, the
champion's on the same cases. Nothing here can be told by a flag.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.gate import PASSED, REFUSED, WARNED, Part
from models.rank_measures import auc, average_precision
from models.stability import DRIFTED, stability_index

DRAWS = 200
MIN_CASES = 30
"""Cases (of either outcome) below which nothing is held against a version but what every case shows."""
SEPARATES = 0.999
"""AUC over labelled cases that no honest feature reaches: the outcome itself is among the features."""
EXPLAINS = 0.95
"""Share of the variance of members' cost explained that no feature known a year before reaches: concurrent CMS-HCC and
commercial models explain .1 to .6 (Society of Actuaries 2016)."""
FAR_OFF = 0.10
"""Difference of the mean probability from the confirmed share beyond which probabilities cannot be read as such."""
LEVEL = (2 / 3, 3 / 2)
NEAR_LEVEL = (0.8, 1.25)
FALSE_ALARMS = 0.2
"""Share of the cleared cases that may rank above a confirmed one for it to count as found: found by chance as often."""
FIRST = 0.1
"""Share of the cases that stability looks at: who is at the top is who is opened."""
SHAKY, STEADY = 1 / 3, 0.7
"""Share of the first cases that stay first with another seed: below SHAKY the order is chance, from STEADY on it is
settled."""


def outcomes(held: pd.DataFrame, *, binary: bool) -> Part:
    """Refused where all cases have one outcome, or the version says the same of all of them."""
    name = "outcomes"
    if not len(held):
        return Part(name, WARNED, "no case with a known outcome: nothing of this version was measured")
    kinds, said = held["actual"].nunique(), held["predicted"].nunique()
    figures = {"cases": float(len(held)), "mean_actual": float(held["actual"].mean())}
    if kinds < 2:
        told = f"all {len(held):,} cases have the same outcome ({held['actual'].iloc[0]:g})"
        return Part(name, REFUSED, f"{told}: nothing can be learnt from one class", figures)
    if said < 2 and len(held) >= MIN_CASES:
        return Part(name, REFUSED, f"the version says the same of all {len(held):,} cases", figures)
    kind = f", {int(held['actual'].sum()):,} of them confirmed" if binary else ""
    return Part(name, PASSED, f"{len(held):,} cases{kind}", figures)


def leak(held: pd.DataFrame, *, binary: bool, seed: int) -> Part:
    """Refused where predictions are too good to be true: a feature knows the outcome."""
    name, actual = "leak", held["actual"].to_numpy(float)
    rank = held["margin"] if binary and held["margin"].notna().all() else held["predicted"]
    said = rank.to_numpy(float)
    fewest = min((actual > 0).sum(), (actual <= 0).sum()) if binary else len(actual)
    if fewest < MIN_CASES:
        return Part(name, PASSED, f"too few cases to tell: {fewest:,}")

    numbers = _numbers(held)

    def explained(rows: np.ndarray) -> float:
        return auc(actual[rows], said[rows]) if binary else _r2(numbers.iloc[rows])

    low, high = _interval(held, explained, seed)
    measure, bound = ("AUC", SEPARATES) if binary else ("explained variance of cost", EXPLAINS)
    why = f"{measure} [{low:.4f}, {high:.4f}]"
    if low >= bound:
        return Part(name, REFUSED, f"{why} is too good to be true: a feature tells the outcome", {"lower": low})
    return Part(name, PASSED, f"{why} is possible without knowing the outcome", {"lower": low, "upper": high})


def calibration(held: pd.DataFrame, *, binary: bool, seed: int) -> Part:
    """Whether predictions are right on average; refused only where they are far off over the whole interval."""
    name = "calibration"
    if len(held) < MIN_CASES or held["predicted"].isna().any() or not held["actual"].sum():
        return Part(name, PASSED, "no probabilities or too few cases to judge")

    numbers = _numbers(held)

    def off(rows: np.ndarray) -> float:
        some = numbers.iloc[rows]
        said, was = (some[one] * some["weight"] for one in ("predicted", "actual"))
        if binary:
            return float((said.sum() - was.sum()) / some["weight"].sum())
        return float(said.sum() / was.sum()) if was.sum() else float("nan")

    value = off(np.arange(len(held)))
    low, high = _interval(held, off, seed)
    figures = {"value": value, "lower": low, "upper": high}
    if binary:
        why = f"mean probability less confirmed share {value:+.3f} [{low:+.3f}, {high:+.3f}]"
        status = REFUSED if low > FAR_OFF or high < -FAR_OFF else PASSED
    else:
        why = f"predicted over actual cost {value:.2f} [{low:.2f}, {high:.2f}]"
        outside = [low > ends[1] or high < ends[0] for ends in (LEVEL, NEAR_LEVEL)]
        status = REFUSED if outside[0] else WARNED if outside[1] else PASSED
        figures["interval_coverage"] = covered = float(
            held["actual"].between(np.floor(held["lower"]), held["upper"]).mean()
        )
        why += f"; the 90 % interval holds {covered:.0%}"
        if covered < 0.8 and status == PASSED:
            status = WARNED
    return Part(name, status, f"{why}{': far off' if status == REFUSED else ''}", figures)


def same_cases(
    held: pd.DataFrame, loss: Callable[[pd.DataFrame, str], float], words: str, champion: str, seed: int
) -> Part:
    """Version and champion on one holdout: refused where the version's loss is higher over the whole interval."""
    name = "same cases"
    both = _both(held)
    if len(both) < MIN_CASES or both["actual"].nunique() < 2:
        return Part(name, PASSED, "no champion to hold it against on the same cases, or too few cases")

    numbers = _numbers(both)

    def gain(rows: np.ndarray) -> float:
        some = numbers.iloc[rows]
        return loss(some, "champion_") - loss(some, "")

    value = gain(np.arange(len(both)))
    low, high = _interval(both, gain, seed)
    why = (
        f"{words} better than version {champion} by {value:.3g} [{low:.3g}, {high:.3g}] on the same {len(both):,} cases"
    )
    status = REFUSED if high < 0 else PASSED
    worse = ": worse beyond doubt" if status == REFUSED else ""
    return Part(name, status, why + worse, {"gain": value, "lower": low, "upper": high, "cases": float(len(both))})


def ranking_loss(held: pd.DataFrame, whose: str) -> float:
    """1 - average precision of what ranks. NaN where only one outcome was drawn."""
    if held["actual"].nunique() < 2:
        return float("nan")
    margin, predicted = (held[f"{whose}{name}"].to_numpy(float) for name in ("margin", "predicted"))
    return 1.0 - average_precision(held["actual"].to_numpy(float), predicted if np.isnan(margin).any() else margin)


def score_drift(held: pd.DataFrame, champion: str) -> Part:
    """How far the scores of the same cases moved from the champion's; never refused, a person should look."""
    both = held[held["predicted"].notna() & held["champion_predicted"].notna()]
    if len(both) < 10 * MIN_CASES:
        return Part("score drift", PASSED, "no champion, or fewer than 300 cases to compare distributions of")
    index = stability_index(both["champion_predicted"].to_numpy(float), both["predicted"].to_numpy(float))
    why = f"population stability index {index:.3f} against version {champion}"
    return Part("score drift", WARNED if index > DRIFTED else PASSED, why, {"psi": index})


def unseen_schemes(held: pd.DataFrame, seed: int) -> Part:
    """Refused where cases of a scheme that nobody knew rank lower than by chance, over the whole interval."""
    name = "unseen schemes"
    told = held[held["unseen_margin"].notna()].reset_index(drop=True)
    if told["left_out_with"].nunique() < 2 or min(told["actual"].sum(), (1 - told["actual"]).sum()) < MIN_CASES:
        return Part(name, PASSED, "fewer than two schemes with cases enough to leave one out")
    schemes, actual = pd.factorize(told["left_out_with"], sort=True)[0], told["actual"].to_numpy(float)
    margin = told["unseen_margin"].to_numpy(float)

    def found(rows: np.ndarray) -> float:
        """Share of confirmed cases above all but FALSE_ALARMS of the cleared ones left out beside them."""
        hits, cases = 0, 0
        for scheme in range(schemes.max() + 1):
            here = rows[schemes[rows] == scheme]
            confirmed, cleared = (margin[here[actual[here] == outcome]] for outcome in (1, 0))
            if len(cleared) and len(confirmed):
                hits += int((confirmed > np.quantile(cleared, 1 - FALSE_ALARMS)).sum())
                cases += len(confirmed)
        return hits / cases if cases else float("nan")

    value = found(np.arange(len(told)))
    low, high = _interval(told, found, seed)
    by_chance = f"by chance {FALSE_ALARMS:.0%}"
    why = f"{value:.0%} [{low:.0%}, {high:.0%}] of the cases of a scheme that was left out are found, {by_chance}"
    status = REFUSED if high < FALSE_ALARMS else WARNED if low < FALSE_ALARMS else PASSED
    worse = ": it knows schemes by heart" if status == REFUSED else ""
    figures = {"recall": value, "lower": low, "upper": high, "schemes": float(schemes.max() + 1)}
    return Part(name, status, why + worse, figures)


def stability(held: pd.DataFrame, seed: int) -> Part:
    """Whether the same training with another seed puts the same cases first: by margin, or by expected cost."""
    name = "stability"
    told = held.assign(rank=held["margin"].astype(float).fillna(held["predicted"].astype(float)))
    told = told[told["again_margin"].notna() & told["rank"].notna()].reset_index(drop=True)
    if len(told) < 10 * MIN_CASES:
        return Part(name, PASSED, "not trained again, or fewer than 300 cases to compare the order of")
    rank, again = (told[one].to_numpy(float) for one in ("rank", "again_margin"))

    def same(rows: np.ndarray) -> float:
        first = max(1, int(len(rows) * FIRST))
        one, other = (np.argsort(-values[rows], kind="stable")[:first] for values in (rank, again))
        return len(np.intersect1d(one, other)) / first

    value = same(np.arange(len(told)))
    low, high = _interval(told, same, seed)
    why = f"{value:.0%} [{low:.0%}, {high:.0%}] of the first {FIRST:.0%} are the same when trained with another seed"
    status = REFUSED if high < SHAKY else WARNED if value < STEADY else PASSED
    return Part(name, status, why, {"same": value, "lower": low, "upper": high})


def _both(held: pd.DataFrame) -> pd.DataFrame:
    known = held["champion_predicted"].notna() | held["champion_margin"].notna()
    return held[known].reset_index(drop=True)


def _numbers(held: pd.DataFrame) -> pd.DataFrame:
    """The columns that figures are computed from, as one block of doubles: it is drawn from hundreds of times."""
    names = ["weight", "actual", "predicted", "margin", "champion_predicted", "champion_margin"]
    return held[names].astype(float)


def _r2(held: pd.DataFrame) -> float:
    weight, cost = held["weight"].to_numpy(float), held["actual"].to_numpy(float)
    spread = np.sum(weight * (cost - np.average(cost, weights=weight)) ** 2)
    missed = np.sum(weight * (cost - held["predicted"].to_numpy(float)) ** 2)
    return float(1 - missed / spread) if spread > 0 else float("nan")


def _interval(held: pd.DataFrame, figure: Callable[[np.ndarray], float], seed: int) -> tuple[float, float]:
    """95 % percentile bootstrap over cases, or over whole groups where cases are not independent (`drawn_with`)."""
    rng, found = np.random.default_rng(seed), []
    groups = held["drawn_with"]
    several = None
    if groups.notna().all() and groups.nunique() < len(held):
        several = [np.asarray(rows) for rows in held.groupby("drawn_with").indices.values()]
    for _ in range(DRAWS):
        if several is None:
            rows = rng.integers(0, len(held), len(held))
        else:
            rows = np.concatenate([several[one] for one in rng.integers(0, len(several), len(several))])
        try:
            found.append(figure(rows))
        except ValueError:  # a draw of one class has no AUC
            continue
    known = np.array([value for value in found if np.isfinite(value)])
    if not len(known):
        return float("nan"), float("nan")
    return float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))

"""How far figures moved since a model was trained, and whether outcomes that came in since bear its scores out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.fairness.groups import MIN_MEMBERS, RATIO_BOUNDS
from models.stability import DRIFTED, stability_index

OK, BREACH, NOT_MEASURED = "ok", "breach", "not_measured"
MIN_CASES = 30
MISSING = 0.10
"""Difference of the share of missing values (by judgement)."""
MIX = 0.10
"""Share of rows that changed kind: total variation distance (by judgement)."""
VOLUME = 2.0
"""Rows now over rows before, or the inverse, as in the checks of a delivery."""
OFF = 0.10
"""Difference of the mean probability from the confirmed share, beyond its own interval."""
LEVEL = 1.25
"""Predicted over actual cost, or the inverse."""


@dataclass(frozen=True)
class Finding:
    """A row of the table monitoring, without the day and the time."""

    check_name: str
    subject: str
    reference: str
    value: float | None = None
    bound: float | None = None
    before: float | None = None
    now: float | None = None
    cases: int = 0
    model_name: str = "data"
    model_version: str | None = None

    @property
    def status(self) -> str:
        if self.value is None or not np.isfinite(self.value):
            return NOT_MEASURED
        return BREACH if self.bound is not None and self.value > self.bound else OK


def features(before: pd.DataFrame, now: pd.DataFrame, reference: str) -> list[Finding]:
    """PSI of every numeric column that both have, and the change of its share of missing values."""
    found = []
    for name in [name for name in before if name in now]:
        then, new = (frame[name].to_numpy(float) for frame in (before, now))
        gone = [float(np.isnan(values).mean()) if len(values) else float("nan") for values in (then, new)]
        index = stability_index(then, new) if min(len(then), len(new)) >= MIN_CASES else None
        found.append(Finding("feature_drift", name, reference, index, DRIFTED, cases=len(new)))
        moved = abs(gone[1] - gone[0])
        found.append(Finding("missing", name, reference, moved, MISSING, gone[0], gone[1], len(new)))
    return found


def volume(table: str, before: int, now: int, reference: str) -> Finding:
    """Rows now against rows before; the value is the larger over the smaller."""
    value = max(before, now) / max(min(before, now), 1) if before else None
    return Finding("volume", table, reference, value, VOLUME, before, now, now)


def mix(subject: str, before: pd.Series, now: pd.Series, reference: str) -> Finding:
    """Shares of kinds (counts by kind): half the sum of their differences."""
    if not before.sum() or not now.sum():
        return Finding("mix", subject, reference, cases=int(now.sum()))
    both = pd.DataFrame({"before": before / before.sum(), "now": now / now.sum()}).fillna(0.0)
    value = float((both["before"] - both["now"]).abs().sum() / 2)
    return Finding("mix", subject, reference, value, MIX, cases=int(now.sum()))


def scores(subject: str, before: np.ndarray, now: np.ndarray, reference: str) -> Finding:
    """PSI of published scores against those of an earlier day."""
    enough = min(len(before), len(now)) >= MIN_CASES
    index = stability_index(before, now) if enough else None
    means = [float(np.nanmean(one)) if len(one) and not np.isnan(one).all() else None for one in (before, now)]
    return Finding("score_drift", subject, reference, index, DRIFTED, means[0], means[1], len(now))


def probabilities(subject: str, said: np.ndarray, confirmed: np.ndarray, reference: str) -> Finding:
    """Mean probability against the share that was confirmed since. Within the share's own 95 % interval the value is 0,
    beyond it the distance to the interval."""
    count = len(confirmed)
    if count < MIN_CASES or np.isnan(said).any():
        return Finding("calibration", subject, reference, cases=count)
    low, high = wilson(int(confirmed.sum()), count)
    mean, share = float(said.mean()), float(confirmed.mean())
    return Finding("calibration", subject, reference, max(low - mean, mean - high, 0.0), OFF, share, mean, count)


def hits(subject: str, confirmed: np.ndarray, promised: float | None, reference: str) -> Finding:
    """Share confirmed among the cases ranked first, against what training promised as the least: the value is how far
    the upper end of the found share's interval lies below it."""
    count = len(confirmed)
    if count < MIN_CASES or promised is None:
        return Finding("precision", subject, reference, before=promised, cases=count)
    _, high = wilson(int(confirmed.sum()), count)
    return Finding(
        "precision", subject, reference, max(promised - high, 0.0), 0.0, promised, float(confirmed.mean()), count
    )


def cost_level(subject: str, predicted: float, actual: float, cases: int, reference: str) -> Finding:
    """Predicted over actual cost of members whose year is over; the value is the ratio or its inverse."""
    if cases < MIN_CASES or actual <= 0 or predicted <= 0:
        return Finding("calibration", subject, reference, cases=cases)
    ratio = predicted / actual
    return Finding("calibration", subject, reference, max(ratio, 1 / ratio), LEVEL, actual, predicted, cases)


def group_prices(groups: pd.DataFrame, trait: str, reference: str) -> list[Finding]:
    """Each group of a trait (rows of fairness.groups.by_group): how far its predicted over actual cost is from that of
    all others. The value is the end of the interval that is nearer to 1, as a factor of at least 1, so that it is a
    breach only where the whole interval lies beyond the gate's own bounds; `now` is the ratio itself."""
    found = []
    for row in groups.to_dict("records"):
        low, high, cases = row["relative_ratio_lower"], row["relative_ratio_upper"], int(row["members"])
        known = cases >= MIN_MEMBERS and np.isfinite([low, high]).all() and low > 0
        value = max(low, 1 / high, 1.0) if known else None
        subject, now = f"{trait} {row['group']}", row["relative_ratio"]
        now = float(now) if np.isfinite(now) else None
        found.append(Finding("fairness", subject, reference, value, RATIO_BOUNDS[1], None, now, cases))
    return found


def freshness(subject: str, days: int, most: int, reference: str) -> Finding:
    return Finding("freshness", subject, reference, float(days), float(most), now=float(days), cases=1)


def wilson(hits_: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    share = hits_ / count
    middle = share + z * z / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return float((middle - half) / scale), float((middle + half) / scale)

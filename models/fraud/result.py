"""What a training found, for the run's record and the person who started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

from models.fraud.measure import CAPACITY, Interval, with_intervals

Model = TypeVar("Model")


@dataclass
class OutOfFold:
    """Labelled rows with what models that never saw them said. `groups` are drawn whole by the bootstrap; `targets` are
    the ids of the cases; the last three are what trained_again.py fills in for the gate."""

    confirmed: np.ndarray
    selected: np.ndarray
    fold: np.ndarray
    groups: np.ndarray | None = None
    margins: dict[str, np.ndarray] = field(default_factory=dict)
    probability: np.ndarray | None = None
    targets: np.ndarray | None = None
    left_out_with: np.ndarray | None = None
    unseen_margin: np.ndarray | None = None
    again_margin: np.ndarray | None = None


@dataclass
class Trained(Generic[Model]):
    """`scores`: method -> measure -> interval; the published ranking is the method `final`. `search`: parameters for
    the run's record of how the trees were shaped."""

    model: Model
    final: str = ""
    scores: dict[str, dict[str, Interval]] = field(default_factory=dict)
    out_of_fold: OutOfFold | None = None
    rounds: list[int] = field(default_factory=list)
    search: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def metrics(self) -> dict[str, float]:
        """`oof_ap`, `oof_ap_lower`, ... of the published ranking, and `<method>_ap` of every other."""
        found: dict[str, float] = {}
        for name, interval in self.scores.get(self.final, {}).items():
            found |= {
                f"oof_{name}": interval.value,
                f"oof_{name}_lower": interval.lower,
                f"oof_{name}_upper": interval.upper,
            }
        for method, several in self.scores.items():
            if method != self.final:
                found |= {f"{method}_{name}": interval.value for name, interval in several.items()}
        if self.out_of_fold is not None:
            confirmed = self.out_of_fold.confirmed
            found |= {"labelled": float(len(confirmed)), "confirmed": float(confirmed.sum())}
        return found

    def table(self) -> pd.DataFrame:
        """One row per method: each measure with the ends of its 95 % interval."""
        rows = []
        for method, several in self.scores.items():
            row: dict[str, object] = {"method": method}
            for name, interval in several.items():
                row |= {name: interval.value, f"{name}_lower": interval.lower, f"{name}_upper": interval.upper}
            rows.append(row)
        return pd.DataFrame(rows)


def measured(
    rows: OutOfFold, final: str, capacity: float = CAPACITY, seed: int = 0, only: Mapping[str, np.ndarray] | None = None
) -> dict[str, dict[str, Interval]]:
    """Every method's measures on the same rows; probabilities exist for `final` alone."""
    return {
        method: with_intervals(
            rows.confirmed, margin, rows.probability if method == final else None, rows.groups, capacity, seed
        )
        for method, margin in (only or rows.margins).items()
    }


def control_sample_note(rows: OutOfFold) -> str:
    """How the labels were chosen, and what the probabilities mean because of it."""
    control = rows.selected == 0
    picked = rows.confirmed[~control]
    said = f"{len(rows.confirmed)} investigated, {int(rows.confirmed.sum())} confirmed"
    if not control.any():
        return f"{said}; no control sample: probabilities are those of a target chosen for investigation"
    shares = f"{rows.confirmed[control].mean():.0%} of {int(control.sum())} random controls confirmed"
    return f"{said}; {shares}" + (f" against {picked.mean():.0%} of those picked on suspicion" if len(picked) else "")

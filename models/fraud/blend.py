"""From margins to one calibrated probability (Platt 1999), with the share each model earns.

Fitted on out-of-fold margins only: every margin comes from a model that never saw the row's label.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

_RIDGE = 1.0
_EVEN = 10.0
"""Strength of the pulls to zero and to even shares, in labels: what a few labels say, many outvote."""
_LEAST_WEIGHT = 1e-3
_MIN_CONTROL = 20


@dataclass(frozen=True)
class Blend:
    """log odds = intercept + weights . margins (+ selected, for a target opened on suspicion).

    Targets that were opened on a tip are guilty more often than others with the same features. Where the labels
    hold a control sample the difference is `selected`, and a target nobody looked at is given the control sample's
    probability. Without one it is None, and probabilities are those of an investigated target.
    """

    inputs: tuple[str, ...]
    intercept: float
    weights: tuple[float, ...]
    selected: float | None = None

    def margin(self, margins: np.ndarray) -> np.ndarray:
        """Log odds [rows] of margins [rows, inputs]; what ranks, as ties do not form in it."""
        return self.intercept + margins @ np.array(self.weights)

    def probability(self, margins: np.ndarray, selected: np.ndarray | None = None) -> np.ndarray:
        """Calibrated probability [rows]. `selected` (0/1) says how each row was chosen; None: nobody chose it."""
        shift = 0.0 if self.selected is None or selected is None else self.selected * selected
        return np.asarray(expit(self.margin(margins) + shift))

    def weight(self, name: str) -> float:
        """Share of one input; 0 for one the blend dropped."""
        return dict(zip(self.inputs, self.weights, strict=True)).get(name, 0.0)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Blend:
        return cls(tuple(fields["inputs"]), fields["intercept"], tuple(fields["weights"]), fields["selected"])


def fit_blend(inputs: tuple[str, ...], margins: np.ndarray, confirmed: np.ndarray, selected: np.ndarray) -> Blend:
    """Logistic regression on margins of one spread, its weights positive and drawn towards each other.

    A model that ranks backwards is given nothing rather than turned round; and few labels cannot tell two good
    models apart, so they share the weight unless the labels say otherwise.
    """
    spread = np.maximum(margins.std(axis=0), 1e-9)
    correct = _has_control_sample(confirmed, selected)
    columns = [margins / spread, (selected if correct else np.zeros_like(selected))[:, None]]
    design = np.column_stack([np.ones(len(margins)), *columns]).astype(np.float64)
    sign, count = 2.0 * confirmed - 1.0, len(inputs)
    pull = np.diag(np.r_[0.0, np.full(count + 1, _RIDGE)])
    pull[1 : 1 + count, 1 : 1 + count] += _EVEN * (np.eye(count) - 1.0 / count)
    pull /= len(design)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        score = sign * (design @ beta)
        slope = -(sign * expit(-score)) @ design / len(design) + pull @ beta
        return float(np.logaddexp(0, -score).mean() + 0.5 * beta @ pull @ beta), slope

    bounds = [(None, None), *[(_LEAST_WEIGHT if count == 1 else 0.0, None)] * count, (0.0, None)]
    start = np.r_[0.0, np.full(count, 1.0 / count), 0.0]
    beta = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = beta[1 : 1 + count]
    if weights.sum() < _LEAST_WEIGHT:
        weights = np.maximum(weights, _LEAST_WEIGHT / count)
    weights = weights / spread
    return Blend(inputs, float(beta[0]), tuple(float(w) for w in weights), float(beta[-1]) if correct else None)


def cross_fitted(
    inputs: tuple[str, ...], margins: np.ndarray, confirmed: np.ndarray, selected: np.ndarray, fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What ranks and the probability [rows] of each fold by the blend of the other folds: what an honest report
    measures.

    The ranking takes the blend's proportions only. Its level and slope differ a little from fold to fold, which
    would shuffle rows of different folds against each other; the published ranking has one level and one slope.
    """
    spread = np.maximum(margins.std(axis=0), 1e-9)
    margin, probability = np.zeros(len(fold)), np.zeros(len(fold))
    for held_out in np.unique(fold):
        inside, outside = fold == held_out, fold != held_out
        blend = fit_blend(inputs, margins[outside], confirmed[outside], selected[outside])
        share = np.array(blend.weights) * spread
        margin[inside] = (margins[inside] / spread) @ (share / share.sum())
        probability[inside] = blend.probability(margins[inside], selected[inside])
    return margin, probability


def _has_control_sample(confirmed: np.ndarray, selected: np.ndarray) -> bool:
    control = confirmed[selected == 0]
    return len(control) >= _MIN_CONTROL and len(np.unique(control)) == 2 and bool((selected == 1).any())

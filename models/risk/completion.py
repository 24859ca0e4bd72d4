"""Completion factors of a lag triangle by the chain ladder, with their standard errors.

Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates, ASTIN Bulletin 23.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Development:
    """What age does to a period's known cost. Arrays run over age; age 0 is the period itself.

    `factors[j]` is what known cost at age j grows by until age j + 1, `sigma2[j]` Mack's variance parameter of it and
    `weight[j]` the known cost that it was learnt from. `tail` is the growth after the last age, 1.0 where none is told.
    """

    factors: np.ndarray
    sigma2: np.ndarray
    weight: np.ndarray
    tail: float = 1.0

    @property
    def completion(self) -> np.ndarray:
        """Share of the ultimate cost that is known at each age (one more age than factors)."""
        growth = np.append(np.cumprod(self.factors[::-1])[::-1], 1.0) * self.tail
        return 1.0 / growth

    @property
    def completion_error(self) -> np.ndarray:
        """Standard error of `completion` at each age, from the factors' own (Mack's estimation error alone)."""
        relative = self.sigma2 / (self.factors**2 * np.maximum(self.weight, 1e-9))
        return self.completion * np.sqrt(np.append(np.cumsum(relative[::-1])[::-1], 0.0))

    def ultimate(self, known: float, age: int) -> float:
        """Known cost at an age, carried to what it is expected to be; ages beyond the triangle keep the tail alone."""
        return known / float(self.completion[min(age, len(self.factors))])

    def standard_error(self, known: float, age: int) -> float:
        """Root mean squared error of `ultimate` of one period, in its money; the tail is taken as certain."""
        total, carried = 0.0, known
        for step in range(age, len(self.factors)):
            factor = self.factors[step]
            total += self.sigma2[step] / factor**2 * (1.0 / carried + 1.0 / self.weight[step])
            carried *= factor
        return self.ultimate(known, age) * float(np.sqrt(total))


def develop(triangle: np.ndarray, recent: int | None = None, tail: float = 1.0) -> Development:
    """Learn from cumulative known cost, periods x ages, oldest period first, NaN where not yet known.

    Factors are volume-weighted over the `recent` latest periods that show both ages (all where None). The last variance
    has one observation and is extrapolated as Mack does. Raises ValueError where a pair of ages shows no cost.
    """
    ages = triangle.shape[1]
    factors, sigma2, weight = np.ones(ages - 1), np.zeros(ages - 1), np.zeros(ages - 1)
    for age in range(ages - 1):
        before, after = triangle[:, age], triangle[:, age + 1]
        seen = np.flatnonzero(np.isfinite(before) & np.isfinite(after) & (before > 0))[-(recent or len(triangle)) :]
        if not len(seen):
            raise ValueError(f"no period shows cost at both ages {age} and {age + 1}: pass a triangle of fewer ages")
        weight[age] = before[seen].sum()
        factors[age] = after[seen].sum() / weight[age]
        if len(seen) > 1:
            spread = before[seen] * (after[seen] / before[seen] - factors[age]) ** 2
            sigma2[age] = spread.sum() / (len(seen) - 1)
        elif age >= 2 and sigma2[age - 2] > 0:
            sigma2[age] = min(sigma2[age - 1] ** 2 / sigma2[age - 2], sigma2[age - 2], sigma2[age - 1])
    return Development(factors, sigma2, weight, tail)

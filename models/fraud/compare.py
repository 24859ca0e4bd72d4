"""Whether one method ranks better than another in the same folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.rank_measures import average_precision


@dataclass(frozen=True)
class Paired:
    """Mean difference over folds, its corrected t statistic and one-sided p value (first better than second)."""

    difference: float
    t: float
    p: float

    @property
    def earned(self) -> bool:
        """Better by more than one standard error, the usual rule for accepting a costlier model
        (Breiman et al. 1984)."""
        return self.difference > 0 and self.t > 1.0

    def __str__(self) -> str:
        return f"{self.difference:+.3f} AP a fold (t {self.t:.2f}, p {self.p:.2f})"


def paired_ap(confirmed: np.ndarray, first: np.ndarray, second: np.ndarray, fold: np.ndarray) -> Paired:
    """Average precision of two margins, fold by fold. Folds with one outcome only are left out."""
    folds = [held_out for held_out in np.unique(fold) if len(np.unique(confirmed[fold == held_out])) == 2]
    differences = np.array(
        [
            average_precision(confirmed[fold == held_out], first[fold == held_out])
            - average_precision(confirmed[fold == held_out], second[fold == held_out])
            for held_out in folds
        ]
    )
    return corrected_t(differences, test_share=1.0 / max(len(np.unique(fold)), 2))


def corrected_t(differences: np.ndarray, test_share: float) -> Paired:
    """The corrected resampled t test (Nadeau and Bengio 2003): folds share training rows, so the plain variance
    of their differences is too small by test / train rows."""
    count = len(differences)
    mean = float(differences.mean()) if count else 0.0
    if count < 2 or np.allclose(differences, differences[0]):
        return Paired(mean, float(np.sign(mean)) * np.inf if mean else 0.0, 0.0 if mean > 0 else 1.0)
    spread = (1.0 / count + test_share / (1.0 - test_share)) * differences.var(ddof=1)
    t = mean / float(np.sqrt(spread))
    return Paired(mean, t, float(stats.t.sf(t, count - 1)))

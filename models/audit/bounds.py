"""One-sided lower bounds of a frame's overpayment, at a confidence such as 0.9.

What is usually demanded is the lower limit of the one-sided 90 % interval (Medicare Program Integrity Manual, chapter
8, section 8.4.5.1), which is that of the two-sided 80 % interval in RAT-STATS. HHS OIG recommends that of the two-sided
90 % interval, which is one-sided 95 %. Amounts are dollars.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import t as student_t


@dataclass(frozen=True)
class Reviewed:
    """The reviewed claims of one stratum of `claims` (at least one): what was overpaid on each [drawn]."""

    number: int
    claims: int
    overpaid: np.ndarray

    @property
    def drawn(self) -> int:
        return len(self.overpaid)

    @property
    def certainty(self) -> bool:
        """Every claim is reviewed, so nothing is estimated."""
        return self.drawn == self.claims


def total(strata: list[Reviewed]) -> float:
    """Stratified mean per unit (Cochran 1977, section 5.3)."""
    return sum(one.claims * float(one.overpaid.mean()) for one in strata)


def standard_error(strata: list[Reviewed], variances: np.ndarray) -> float:
    """Of `total` (Cochran 1977, section 5.4). `variances` [strata] are those of a claim's overpayment in each."""
    return float(np.sqrt(_parts(strata, variances).sum()))


def student(strata: list[Reviewed], variances: np.ndarray, confidence: float) -> float:
    """Total less Student's t times the standard error, with Satterthwaite's degrees of freedom (Cochran 1977,
    section 5.4). May be negative."""
    parts = _parts(strata, variances)
    if not parts.any():
        return total(strata)
    free = np.array([max(one.drawn - 1, 1) for one in strata])
    degrees = parts.sum() ** 2 / (parts**2 / free).sum()
    return total(strata) - float(student_t.ppf(confidence, degrees) * np.sqrt(parts.sum()))


def lower_bound(strata: list[Reviewed], variances: np.ndarray, confidence: float) -> float:
    """The lower of `student` on the reviewed claims and on them with one more claim, found correct, in each stratum
    that is estimated; at least what the review itself found.

    Where most claims are overpaid, those found correct decide the bound, and a sample often holds too few of them:
    `student` alone then lies above the truth too often (docs/models.md has the figures)."""
    more = [one if one.certainty else replace(one, overpaid=np.append(one.overpaid, 0.0)) for one in strata]
    spread = np.array([0.0 if one.certainty else one.overpaid.var(ddof=1) for one in more])
    found = sum(float(one.overpaid.sum()) for one in strata)
    return max(found, min(student(strata, variances, confidence), student(more, spread, confidence)))


def _parts(strata: list[Reviewed], variances: np.ndarray) -> np.ndarray:
    """Variance of each stratum's total, with the finite population correction."""
    claims = np.array([one.claims for one in strata], dtype=np.float64)
    drawn = np.array([one.drawn for one in strata])
    return np.asarray(claims * (claims - drawn) * variances / drawn)

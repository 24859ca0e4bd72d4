"""What a reviewed sample says about the overpayment of its frame.

Stratified mean per unit of the overpayment, which is the difference estimator of paid less correct amount; no ratio to
what was paid is used (Cochran 1977, sections 5.3 and 5.4; the stratified variable appraisal of RAT-STATS, HHS OIG).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.errors import UnderwatchError
from models.audit.bounds import Reviewed, lower_bound, standard_error, student, total


class TooSmall(UnderwatchError):
    """The sample has no second claim to estimate a variance from."""

    exit_code = 2


@dataclass(frozen=True)
class Estimate:
    """Dollars. `lower` is the one-sided bound to demand (bounds.lower_bound), `student` that of usual practice.

    A stratum's bounds are at the same confidence as the frame's, so they do not add up to it. `joined` is the stratum
    whose claims lent it a variance, 0 for none."""

    point: float
    standard_error: float
    student: float
    lower: float
    joined: int = 0


def estimate(strata: list[Reviewed], confidence: float) -> tuple[Estimate, list[Estimate]]:
    """The overpayment of the frame, and of each stratum in the order given. Raises TooSmall."""
    variances, joined = _variances(strata)
    parts = [
        _estimate([one], variances[place : place + 1], confidence, joined[place]) for place, one in enumerate(strata)
    ]
    return _estimate(strata, variances, confidence), parts


def _estimate(strata: list[Reviewed], variances: np.ndarray, confidence: float, joined: int = 0) -> Estimate:
    return Estimate(
        total(strata),
        standard_error(strata, variances),
        student(strata, variances, confidence),
        lower_bound(strata, variances, confidence),
        joined,
    )


def _variances(strata: list[Reviewed]) -> tuple[np.ndarray, list[int]]:
    """Variance of an overpayment in each stratum, and which stratum lent its claims.

    One claim has no variance: it is taken of that claim and those of the estimated stratum below together (above, for
    the lowest), around their common mean. What parts the two strata counts as spread then, so it errs on the large side
    (collapsed strata, Cochran 1977, section 5A.12)."""
    estimated = [place for place, one in enumerate(strata) if not one.certainty]
    variances, joined = np.zeros(len(strata)), [0] * len(strata)
    for order, place in enumerate(estimated):
        overpaid = strata[place].overpaid
        if len(overpaid) < 2:
            neighbours = estimated[order - 1 : order] if order else estimated[1:2]
            if not neighbours:
                raise TooSmall("one reviewed claim has no standard error; draw a sample of at least 2 claims")
            joined[place] = strata[neighbours[0]].number
            overpaid = np.concatenate([overpaid, strata[neighbours[0]].overpaid])
        variances[place] = overpaid.var(ddof=1)
    return variances, joined

"""Run-out: how long after service a claim is received and paid.

Shares of claims final after 1, 2, 5 and 12 months follow a study of Medicare claims maturity (2010 counts: inpatient
48/91/98/99 %, home health 29/79/96/99 %, hospice 9/84/97/99 %). Outpatient, professional and equipment are our
assumption, a little faster than inpatient; pharmacies are settled at the counter and paid within about two weeks.
"""

from __future__ import annotations

import numpy as np

from sources.synthetic.claims import INPATIENT, OUTPATIENT

INPATIENT_STAY, OUTPATIENT_CARE, PROFESSIONAL, HOME_HEALTH, HOSPICE, EQUIPMENT, PHARMACY = range(7)
_DAYS = (4, 30, 61, 152, 365, 600)
_SHARE_PAID = {
    INPATIENT_STAY: (0, 0.48, 0.91, 0.98, 0.99, 1),
    OUTPATIENT_CARE: (0, 0.56, 0.89, 0.975, 0.993, 1),
    PROFESSIONAL: (0, 0.62, 0.90, 0.975, 0.995, 1),
    HOME_HEALTH: (0, 0.29, 0.79, 0.96, 0.99, 1),
    HOSPICE: (0, 0.09, 0.84, 0.97, 0.99, 1),
    EQUIPMENT: (0, 0.50, 0.87, 0.97, 0.993, 1),
}


def of_kind(kind: int) -> int:
    """Lag setting of a claim type."""
    return {INPATIENT: INPATIENT_STAY, OUTPATIENT: OUTPATIENT_CARE}.get(kind, PROFESSIONAL)


def received_and_paid(
    last: np.ndarray, setting: np.ndarray, received_after: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Day received and day paid of each claim, in days since start; never received before `received_after`."""
    draw, split = rng.random(len(last)), rng.uniform(0.35, 0.85, len(last))
    days = np.empty(len(last))
    for code, shares in _SHARE_PAID.items():
        rows = setting == code
        days[rows] = np.interp(draw[rows], shares, _DAYS)
    rows = setting == PHARMACY
    days[rows] = 2 + 14 * draw[rows]
    total = np.maximum(2, np.ceil(days)).astype("int64")
    to_arrive = np.where(rows, 0, np.clip(total * split, 1, total - 1)).astype("int64")
    received = np.maximum(last + to_arrive, received_after)
    return received, received + total - to_arrive

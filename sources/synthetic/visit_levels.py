"""Levels of evaluation and management visits: what the doctor found, and how the doctor likes to bill."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic import codes

_VISIT_LEVELS = {
    "established": codes.hcpcs("99212", "99213", "99214", "99215"),
    "new": codes.hcpcs("99202", "99203", "99204", "99205"),
    "emergency": codes.hcpcs("99282", "99283", "99284", "99285"),
}


def with_levels(
    lines: pd.DataFrame, headers: pd.DataFrame, sick: np.ndarray, style: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Visit levels: sicker people and some doctors' habits lead to higher ones; one visit in eight is of a new
    patient."""
    code, where = lines["code"].to_numpy().copy(), lines["claim"].to_numpy()
    for placeholder, family in (("99213", "established"), ("99283", "emergency")):
        rows = np.flatnonzero(code == codes.hcpcs(placeholder)[0])
        visit = headers.iloc[where[rows]]
        need = 0.28 * sick[visit["person"]] + style[visit["provider"]] + rng.normal(0, 0.85, len(rows))
        level = np.digitize(need, (-1.15, 0.55, 1.95) if family == "established" else (-0.8, 0.4, 1.4))
        new = (family == "established") & (rng.random(len(rows)) < 0.12)
        code[rows] = np.where(new, _VISIT_LEVELS["new"][level], _VISIT_LEVELS[family][level])
    return lines.assign(code=code)

"""What a line costs: the fee of its code at the provider's contract, and what the insurer pays of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.claims import Claims
from sources.synthetic.codes import FEE, hcpcs, revenue
from sources.synthetic.population import MEDICARE
from sources.synthetic.settings import Settings

_EMERGENCY_FACILITY = 7.0  # a hospital's emergency room costs several times the physician's fee
_COINSURANCE, _MOST_PER_CLAIM = 0.18, 1_500.0  # the member's part


def market_factor(people: pd.DataFrame) -> np.ndarray:
    """Price level of each person's plan; Medicare pays less than commercial plans."""
    return np.where(people["market"] == MEDICARE, 0.85, 1.2)


def price(claims: Claims, billing: pd.DataFrame, people: pd.DataFrame, settings: Settings) -> Claims:
    """Set `allowed` (USD) where a line has none: the same provider, code and plan always cost the same."""
    lines, headers = claims.lines, claims.headers
    where = lines["claim"].to_numpy()
    provider = headers["provider"].to_numpy()[where]
    code = lines["code"].to_numpy()
    contract = settings.stream("contracts").lognormal(0, 0.07, 4096)
    own = contract[(provider.astype("int64") * 131 + code * 17) % 4096]
    fee = np.where(code >= 0, FEE[code], 0.0) * lines["units"].to_numpy() * billing["price"].to_numpy()[provider] * own
    fee *= market_factor(people)[headers["person"].to_numpy()[where]]
    room = np.isin(code, hcpcs("99282", "99283", "99284", "99285")) & (lines["revenue"].to_numpy() == revenue("0450"))
    fee = np.round(fee * np.where(room, _EMERGENCY_FACILITY, 1.0), 2)
    return Claims(headers, lines.assign(allowed=np.where(np.isnan(lines["allowed"]), fee, lines["allowed"])))


def paid_share(total_allowed: np.ndarray) -> np.ndarray:
    """Share of a claim the insurer pays, after the member's part."""
    member = np.minimum(_COINSURANCE * total_allowed, _MOST_PER_CLAIM)
    return 1 - member / np.maximum(total_allowed, 0.01)

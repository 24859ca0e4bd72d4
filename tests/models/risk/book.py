"""A made-up book whose next year's cost depends on frailty, which last year's cost and the conditions show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk.rows import FEATURES

_EDGES = [0, 18, 35, 45, 55, 65, 75, 85, 200]
_BANDS = ["0-17", "18-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+"]


def book(members: int, year: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """member_features, member_outcomes and care_graph of one day. The people are the same in every `year`."""
    people = np.random.default_rng(7)
    frailty = people.gamma(0.6, 1.6, members)
    age, male = people.uniform(0, 90, members), people.integers(0, 2, members).astype(float)
    chance = np.random.default_rng(year)
    need = frailty * (0.3 + age / 60)

    def year_of_cost() -> np.ndarray:
        spent = need * 3500 * np.exp(chance.normal(-0.7, 1.2, members))
        return np.where(chance.random(members) < np.exp(-2.5 * need), 0.0, spent)

    features = pd.DataFrame({name: chance.poisson(need).astype(float) for name in FEATURES})
    features = features.assign(
        member_id=[f"m{row}" for row in range(members)],
        age=age,
        sex_male=male,
        cost_12m=year_of_cost(),
        observed_months=12.0,
        months_observed=12,
        age_band=pd.cut(age, _EDGES, labels=_BANDS, right=False).astype(str),
    )
    outcomes = pd.DataFrame(
        {
            "member_id": features["member_id"],
            "months_covered": 12,
            "allowed_amount": np.round(year_of_cost(), 2),
            "complete": True,
        }
    )
    shares = chance.dirichlet([2.0, 1.0, 3.0, 0.5], members)
    cents = np.floor(outcomes["allowed_amount"].to_numpy()[:, None] * shares * 100) / 100
    outcomes[["allowed_inpatient", "allowed_outpatient", "allowed_professional"]] = cents[:, :3]
    outcomes["allowed_pharmacy"] = (outcomes["allowed_amount"] - cents[:, :3].sum(axis=1)).round(2)
    providers = members // 20 + 1
    care = pd.DataFrame(
        {
            "edge_type": "member_provider",
            "from_id": chance.choice(features["member_id"], members * 3),
            "to_id": [f"p{row}" for row in chance.integers(0, providers, members * 3)],
        }
    )
    work = pd.DataFrame(
        {
            "edge_type": "provider_physician",
            "from_id": [f"p{row}" for row in range(providers)],
            "to_id": [f"d{row // 2}" for row in range(providers)],
        }
    )
    edges = pd.concat([care, work]).drop_duplicates(ignore_index=True).assign(claim_count=1, paid_amount=100.0)
    return features, outcomes, edges

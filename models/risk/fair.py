"""Whether a cost model treats groups of members alike, measured on members it is tested on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.fairness.alternative import Held, Predict, Search, search_alternative
from models.fairness.groups import MIN_MEMBERS, by_group, wrongly_priced
from models.fairness.proxy import Proxy, proxies
from models.risk.cost import fit_cost
from models.risk.deviance import mean_deviance
from models.risk.rows import Rows, traits_of

_MOST_CANDIDATES = 3
"""Stand-ins that the search leaves out in turn; three cost up to seven models."""


@dataclass(frozen=True)
class Fairness:
    """`groups`: one row per `trait` and `group`, with the columns of fairness.groups.by_group. `proxies` stand in for
    a trait. Race is not among the traits: no delivery format that we read carries it into `members`."""

    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    proxies: tuple[Proxy, ...] = ()

    @property
    def faults(self) -> list[str]:
        """Why the model must not price members, in words; none where nothing was found."""
        wrong = wrongly_priced(self.groups) if len(self.groups) else self.groups
        said = [
            f"{row.trait} {row.group} ({row.members:,.0f} members) is predicted at {row.predictive_ratio:.2f} of its "
            f"cost, {row.relative_ratio:.2f} [{row.relative_ratio_lower:.2f}, {row.relative_ratio_upper:.2f}] times "
            "that of the others"
            for row in wrong.itertuples()
        ]
        return said + [str(proxy) for proxy in self.proxies]


def assess(
    rows: Rows, expected: np.ndarray, contributions: np.ndarray, features: tuple[str, ...], seed: int
) -> Fairness:
    """Judge predictions of `rows`: `expected` (USD a year) and `contributions` [rows, features] are the model's."""
    told = traits_of(rows.frame) if rows.traits is None else rows.traits
    traits = {str(name): told[name] for name in told}
    judged = sum(int((groups.value_counts() >= MIN_MEMBERS).sum()) for groups in traits.values())
    tables = [
        by_group(rows.cost, expected, rows.weight, groups, seed, max(judged, 1)).assign(trait=trait)
        for trait, groups in traits.items()
    ]
    groups = pd.concat(tables, ignore_index=True)
    found = proxies(rows.frame, features, contributions, traits, rows.cost, seed)
    return Fairness(groups[["trait", *groups.columns.drop("trait")]], tuple(found))


def less_discriminatory(learnt: Rows, tested: Rows, found: tuple[Proxy, ...], seed: int) -> Search:
    """What cost models without the stand-ins would lose, and how alike they price the groups that those tell apart.

    Models learn from `learnt` and are judged on `tested` by the deviance and by the trait of the most used stand-in.
    """
    told = traits_of(tested.frame) if tested.traits is None else tested.traits
    held = Held(tested.frame, tested.cost, tested.weight, told[found[0].trait])
    named = list(dict.fromkeys(proxy.feature for proxy in found))[:_MOST_CANDIDATES]

    def fit(features: tuple[str, ...]) -> Predict:
        return fit_cost(learnt.only(features), seed)[0].predict

    return search_alternative(fit, learnt.features, named, held, mean_deviance)

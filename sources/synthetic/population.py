"""People: households with ages, homes, a market and, for employers' plans, a group.

Household sizes follow the US pattern (a third live alone); markets are a commercial book with a Medicare part.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.settings import Settings

MARKETS = ("individual", "small_group", "large_group", "self_funded", "medicare")
MEDICARE = MARKETS.index("medicare")
_HOUSEHOLD_MARKET = (0.11, 0.13, 0.29, 0.25, 0.22)  # of households; Medicare households are small
_HOUSEHOLDS_PER_GROUP = {"small_group": 9, "large_group": 90, "self_funded": 130}
AREA_STATES = ("OH", "PA", "MI", "NC", "GA", "FL", "TX", "TN", "IN", "VA", "MO", "AZ")
_YEARLY_TURNOVER = 0.15


def people(settings: Settings) -> pd.DataFrame:
    """One row per person: household, birth_day (days since start), female, area, x, y (miles), market, group (-1 none),
    join and leave (months; leave is the first month without coverage)."""
    rng = settings.stream("population")
    homes = _households(settings, rng)
    size = homes["size"].to_numpy()
    household = np.repeat(np.arange(len(homes)), size)[: settings.members]
    place = np.concatenate([np.arange(n) for n in size])[: settings.members]
    person = homes.iloc[household].reset_index(drop=True).drop(columns="size")
    person["household"] = household
    person["birth_day"] = -(365.25 * _ages(person, place, rng)).astype("int64") - 1
    person["female"] = rng.random(len(person)) < 0.51
    return person


def _households(settings: Settings, rng: np.random.Generator) -> pd.DataFrame:
    n = settings.members
    market = rng.choice(len(MARKETS), n, p=_HOUSEHOLD_MARKET)
    commercial = rng.choice([1, 2, 3, 4, 5], n, p=(0.36, 0.25, 0.15, 0.15, 0.09))
    size = np.where(market == MEDICARE, rng.choice([1, 2], n, p=(0.62, 0.38)), commercial)
    n = int(np.searchsorted(np.cumsum(size), settings.members)) + 1
    homes = pd.DataFrame({"market": market[:n], "size": size[:n]})
    homes["group"] = _groups(homes["market"].to_numpy(), rng)
    homes["area"] = _areas(homes["group"].to_numpy(), settings.areas, rng)
    homes["x"], homes["y"] = rng.normal(0, 6, n), rng.normal(0, 6, n)
    homes["join"], homes["leave"] = _stay(homes, settings, rng)
    return homes


def _groups(market: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Group of each household, numbered over all markets; employers differ in size."""
    group = np.full(len(market), -1)
    first = 0
    for name, households in _HOUSEHOLDS_PER_GROUP.items():
        rows = np.flatnonzero(market == MARKETS.index(name))
        count = max(1, round(len(rows) / households))
        share = rng.lognormal(0, 0.7, count)
        group[rows] = first + rng.choice(count, len(rows), p=share / share.sum())
        first += count
    return group


def _areas(group: np.ndarray, areas: int, rng: np.random.Generator) -> np.ndarray:
    """Area of each household. The last area is rural and small; most of a group lives where its employer is."""
    share = 1.0 / np.arange(1, areas + 1) ** 0.6
    share[-1] = 0.03 * share[:-1].sum()
    share /= share.sum()
    own = rng.choice(areas, len(group), p=share)
    employer = rng.choice(areas, group.max() + 2, p=share)[group]
    return np.where((group >= 0) & (rng.random(len(group)) < 0.8), employer, own)


def _stay(homes: pd.DataFrame, settings: Settings, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """First covered month and first month without coverage. Half of the moves happen in January, at renewal."""
    n, months = len(homes), settings.months
    weight = np.where(settings.january(), 12.0, 1.0)
    weight[0] = 0
    moves = weight / max(weight.sum(), 1) if months > 1 else np.ones(1)
    newcomers = rng.random(n) < 1 - 1 / (1 + _YEARLY_TURNOVER * months / 12)
    join = np.where(newcomers & (months > 1), rng.choice(months, n, p=moves), 0)
    hazard = weight / weight.sum() * _YEARLY_TURNOVER * months / 12 if months > 1 else np.zeros(1)
    leaving = rng.random((n, months)) < hazard * np.where(homes["market"] == MEDICARE, 0.5, 1.1)[:, None]
    leaving &= np.arange(months) > join[:, None]
    leave = np.where(leaving.any(1), leaving.argmax(1), months)
    return join, leave


def _ages(person: pd.DataFrame, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ages in years when the book starts; `place` 0 is the subscriber, 1 the spouse, the rest are children."""
    n = len(person)
    medicare = (person["market"] == MEDICARE).to_numpy()
    working = 22 + 42 * rng.beta(1.5, 1.3, n)
    retired = np.where(rng.random(n) < 0.1, rng.uniform(35, 65, n), 65 + rng.gamma(2.2, 4.2, n))
    head = np.where(medicare, retired, working)[np.maximum(np.arange(n) - place, 0)]
    spouse = head + rng.normal(0, 3.5, n)
    child = np.clip(head - rng.normal(29, 5, n) - 2.0 * (place - 2), 0, 25)
    age = np.select([place == 0, place == 1], [head, np.where(medicare, np.maximum(spouse, 62), spouse)], child)
    return np.clip(age, 0, 99)

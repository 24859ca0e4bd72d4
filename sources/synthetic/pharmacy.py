"""Pharmacy fills: monthly or quarterly for lasting conditions, single ones after acute visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.condition import Drug
from sources.synthetic.conditions import ACUTE_DRUGS, CONDITIONS
from sources.synthetic.network import Network
from sources.synthetic.providers import specialty
from sources.synthetic.settings import Settings
from sources.synthetic.utilisation import Need

DRUGS: tuple[Drug, ...] = tuple(drug for condition in CONDITIONS for drug in condition.drugs) + ACUTE_DRUGS
NDC = np.array([drug.ndc for drug in DRUGS])
PRICE = np.array([drug.price for drug in DRUGS])
_QUANTITY = np.array([drug.quantity for drug in DRUGS])
_FIRST_ACUTE = len(DRUGS) - len(ACUTE_DRUGS)
_ADHERENCE = 0.85
_DEAR = 250.0  # USD; dearer drugs are filled month by month and rarely skipped


def fills(
    needs: Need, covered: np.ndarray, death_day: np.ndarray, network: Network, avoids: np.ndarray, settings: Settings
) -> pd.DataFrame:
    """One row per fill: person, provider (pharmacy), physician (prescriber), day, drug, quantity, days, allowed (USD),
    scheme, look_alike."""
    rng = settings.stream("pharmacy")
    people = len(covered)
    parts = []
    drug = 0
    for column, condition in enumerate(CONDITIONS):
        for one in condition.drugs:
            takes = (rng.random(people) < one.share) & ~avoids
            parts.append(_lasting(drug, one, takes[:, None] & covered & needs.active[:, :, column], rng))
            drug += 1
    # Acute fills follow visits: three in five primary care visits end with a prescription.
    visits = needs.rates[:, :, 0] * 0.6
    person, month = np.nonzero(rng.poisson(visits))
    share = np.array([one.share for one in ACUTE_DRUGS])
    chosen = _FIRST_ACUTE + rng.choice(len(ACUTE_DRUGS), len(person), p=share / share.sum())
    parts.append(pd.DataFrame({"person": person, "month": month, "drug": chosen, "days": 10}))
    made = pd.concat(parts, ignore_index=True)
    return _priced(made, death_day, network, settings, rng)


def _lasting(position: int, drug: Drug, needed: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Fills of one drug: one in five of those who take a cheap one fill 90 days at a time."""
    quarterly = (rng.random(len(needed)) < 0.22) & (drug.price < _DEAR)
    phase = rng.integers(0, 3, len(needed))
    month = np.arange(needed.shape[1])
    due = ~quarterly[:, None] | ((month + phase[:, None]) % 3 == 0)
    person, month = np.nonzero(needed & due)
    kept = rng.random(len(person)) < (0.88 if drug.price >= _DEAR else _ADHERENCE)
    person, month = person[kept], month[kept]
    return pd.DataFrame(
        {"person": person, "month": month, "drug": position, "days": np.where(quarterly[person], 90, 30)}
    )


def _priced(
    made: pd.DataFrame, death_day: np.ndarray, network: Network, settings: Settings, rng: np.random.Generator
) -> pd.DataFrame:
    person, drug = made["person"].to_numpy(), made["drug"].to_numpy()
    starts = settings.month_starts
    day = starts[made["month"].to_numpy()] + rng.integers(0, 28, len(made))
    pharmacy = network.provider(person, np.full(len(made), specialty("retail pharmacy")), rng)
    doctor = network.provider(person, np.full(len(made), specialty("family medicine")), rng)
    supply = np.where(drug < _FIRST_ACUTE, made["days"] / 30, 1.0)
    made = made.assign(
        provider=pharmacy,
        physician=network.physician(person, doctor, rng),
        day=day,
        quantity=_QUANTITY[drug] * supply,
        allowed=np.round(PRICE[drug] * supply * rng.lognormal(0, 0.06, len(made)) + 2.0, 2),
        scheme=0,
        look_alike=0,
    )
    return made[day <= death_day[person]].drop(columns="month").reset_index(drop=True)

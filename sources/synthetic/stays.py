"""Hospital stays, their physicians' claims, care at home afterwards, deliveries and hospice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic import claims, codes, lag
from sources.synthetic.claims import INPATIENT, OUTPATIENT, Claims
from sources.synthetic.conditions import CONDITIONS
from sources.synthetic.diagnoses import injury, of_condition
from sources.synthetic.eligibility import ALIVE
from sources.synthetic.health import NAMES, Health
from sources.synthetic.network import Network
from sources.synthetic.providers import specialty
from sources.synthetic.recipes import RECIPES, bill
from sources.synthetic.settings import Settings

_BASE_RATE = 14_000.0  # USD allowed per unit of DRG weight
_SPREAD = 0.45
_OUTLIERS, _OUTLIER_TAIL = 0.04, 1.25
_MOST = 2_200_000.0  # USD a stay
_REVENUE_SHARES = {"0120": 0.40, "0250": 0.14, "0300": 0.10, "0270": 0.12, "0360": 0.24}
_ACUTE_DRGS = {
    "871": 0.24,
    "193": 0.14,
    "392": 0.16,
    "603": 0.10,
    "330": 0.07,
    "481": 0.09,
    "065": 0.05,
    "958": 0.06,
    "207": 0.025,
    "003": 0.014,
    "470": 0.057,
}
_PREGNANCY = NAMES.index("pregnancy")


def deliveries(health: Health, covered: np.ndarray, settings: Settings) -> pd.DataFrame:
    """One inpatient event per pregnancy that ends in a covered month."""
    rng = settings.stream("deliveries")
    month = health.end[:, _PREGNANCY] - 1
    inside = (health.onset[:, _PREGNANCY] < settings.months) & (month >= 0) & (month < settings.months)
    person = np.flatnonzero(inside)
    person = person[covered[person, month[person]] & (rng.random(len(person)) < 0.82)]
    day = settings.month_starts[month[person]] + rng.integers(0, 28, len(person))
    return pd.DataFrame({"person": person, "day": day, "month": month[person], "condition": _PREGNANCY})


def stays(
    events: pd.DataFrame, network: Network, market_factor: np.ndarray, death_day: np.ndarray, settings: Settings
) -> list[Claims]:
    """A facility claim per stay, with revenue lines, and a professional claim of the hospital physicians."""
    rng = settings.stream("stays")
    person, condition, day = (events[name].to_numpy() for name in ("person", "condition", "day"))
    drg = _drg(condition, rng)
    days = np.array([codes.DRGS[code][0] for code in codes.DRG])[drg]
    weight = np.array([codes.DRGS[code][1] for code in codes.DRG])[drg]
    nights = np.maximum(1, (days * rng.lognormal(-0.12, 0.5, len(drg))).astype("int64"))
    last = np.minimum(day + nights, death_day[person])
    amount = weight * _BASE_RATE * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, len(drg)) * market_factor[person]
    outlier = rng.random(len(drg)) < _OUTLIERS
    amount *= np.where(outlier, np.minimum(1.5 + rng.pareto(_OUTLIER_TAIL, len(drg)), 50), 1.0)
    amount = np.minimum(amount, _MOST)
    hospital = network.provider(person, np.full(len(person), specialty("hospital")), rng)
    diagnosis = np.where(condition >= 0, of_condition(condition, person), injury(len(person), rng))
    facility = claims.headers(
        len(person),
        person=person,
        provider=hospital,
        physician=network.physician(person, hospital, rng),
        first=day,
        last=last,
        kind=INPATIENT,
        place=21,
        drg=drg,
        diagnosis=diagnosis,
        lag=lag.INPATIENT_STAY,
    )
    doctors = network.provider(person, np.full(len(person), specialty("hospital medicine")), rng)
    bedside = claims.headers(
        len(person),
        person=person,
        provider=doctors,
        physician=network.physician(person, doctors, rng),
        first=day,
        last=last,
        place=21,
        diagnosis=diagnosis,
        lag=lag.PROFESSIONAL,
    )
    rounds = claims.lines(
        len(person), claim=np.arange(len(person)), code=codes.hcpcs("99232")[0], units=np.maximum(1, last - day - 1)
    )
    lines = pd.concat([bill(RECIPES["hospital medicine"], len(person), rng), rounds], ignore_index=True)
    lines = lines.sort_values("claim", kind="stable", ignore_index=True)
    return [Claims(facility, _revenue_lines(amount, np.maximum(1, last - day), rng)), Claims(bedside, lines)]


def after_care(events: pd.DataFrame, age: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Home health events in the month after a stay, for two in five older people."""
    older = events[(age[events["person"]] > 62) & (rng.random(len(events)) < 0.4)]
    return older.assign(day=older["day"] + rng.integers(6, 28, len(older)))


def hospice(death_day: np.ndarray, age: np.ndarray, network: Network, settings: Settings) -> list[Claims]:
    """One to three monthly claims before death for nearly half of those who die old."""
    rng = settings.stream("hospice")
    person = np.flatnonzero((death_day < ALIVE) & (age > 50) & (rng.random(len(age)) < 0.45))
    person = np.repeat(person, rng.integers(1, 4, len(person)))
    order = np.arange(len(person)) - np.searchsorted(person, person)
    last = death_day[person] - 28 * order
    first = last - rng.integers(8, 27, len(person))
    person, first, last = (column[first > 0] for column in (person, first, last))
    agency = network.provider(person, np.full(len(person), specialty("hospice")), rng)
    made = claims.headers(
        len(person),
        person=person,
        provider=agency,
        physician=network.physician(person, agency, rng),
        first=first,
        last=last,
        kind=OUTPATIENT,
        place=34,
        diagnosis=of_condition(np.full(len(person), NAMES.index("cancer")), person),
        lag=lag.HOSPICE,
    )
    lines = bill(RECIPES["hospice"], len(person), rng)
    return [Claims(made, lines.assign(units=(last - first + 1).astype(float)))]


def _drg(condition: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    acute = rng.choice(
        codes.drg(*_ACUTE_DRGS), len(condition), p=np.array(list(_ACUTE_DRGS.values())) / sum(_ACUTE_DRGS.values())
    )
    # Two stays in three are for the condition itself; among pregnancies, a third ends by caesarean.
    own = [codes.drg(*(c.drgs or ("392",))) for c in CONDITIONS] + [codes.drg("392")]
    pick = rng.random(len(condition))
    chosen = np.array(
        [
            own[c][min(int(p * 1.5 * len(own[c])), len(own[c]) - 1)] if c >= 0 else 0
            for c, p in zip(condition, pick, strict=True)
        ],
        dtype="int64",
    )
    return np.where((condition >= 0) & ((pick < 0.67) | (condition == _PREGNANCY)), chosen, acute)


def _revenue_lines(amount: np.ndarray, nights: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    count, kinds = len(amount), len(_REVENUE_SHARES)
    share = np.array(list(_REVENUE_SHARES.values())) * rng.lognormal(0, 0.25, (count, kinds))
    share /= share.sum(1, keepdims=True)
    units = np.ones((count, kinds))
    units[:, 0] = nights
    return claims.lines(
        count * kinds,
        claim=np.repeat(np.arange(count), kinds),
        units=units.ravel(),
        revenue=np.tile([codes.revenue(code) for code in _REVENUE_SHARES], count),
        allowed=np.round(share * amount[:, None], 2).ravel(),
    )

"""Who is covered when: months of coverage, deaths, and the spans a delivery shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sources.synthetic.settings import Settings

ALIVE = np.iinfo("int64").max


def death_days(people: pd.DataFrame, burden: np.ndarray, settings: Settings) -> np.ndarray:
    """Day of death in days since start; ALIVE for those who outlive the book.

    Gompertz mortality (about 0.1 % a year at 40, 1.2 % at 70, 6 % at 90), raised by `burden`, the person's
    relative risk from illness.
    """
    rng = settings.stream("deaths")
    age = -people["birth_day"].to_numpy() / 365.25
    yearly = np.minimum(0.5, 0.00042 * np.exp(0.083 * np.maximum(age - 30, 0)) * burden)
    years = -np.log(rng.random(len(people))) / yearly
    # A person who joins the book is alive then.
    day = settings.month_starts[people["join"].to_numpy()] + (years * 365.25).astype("int64")
    return np.where(day <= settings.last_day, day, ALIVE)


def coverage(people: pd.DataFrame, death_day: np.ndarray, settings: Settings) -> np.ndarray:
    """True where a person is covered in a month (people, months); one in twenty-five has a gap of 1 to 4 months."""
    rng = settings.stream("coverage")
    month = np.arange(settings.months)
    n = len(people)
    covered = (month >= people["join"].to_numpy()[:, None]) & (month < people["leave"].to_numpy()[:, None])
    gap_start = np.where(rng.random(n) < 0.04, rng.integers(1, max(2, settings.months), n), settings.months + 9)
    gap_end = gap_start + rng.integers(1, 5, n)
    covered &= ~((month >= gap_start[:, None]) & (month < gap_end[:, None]))
    # A gap that swallows the whole stay would leave a person who was never covered.
    lost = ~covered.any(1)
    covered[lost, people["join"].to_numpy()[lost]] = True
    return covered & (settings.month_starts[:-1] <= death_day[:, None])


def spans(covered: np.ndarray, death_day: np.ndarray, settings: Settings) -> pd.DataFrame:
    """One row per span: person, first and last day (days since start). Spans end with each plan year."""
    before = np.hstack([np.zeros((len(covered), 1), bool), covered[:, :-1]])
    after = np.hstack([covered[:, 1:], np.zeros((len(covered), 1), bool)])
    january = settings.january()
    begins = covered & (~before | january)
    ends = covered & (~after | np.append(january[1:], True))
    person, first = np.nonzero(begins)
    last = np.nonzero(ends)[1]
    starts = settings.month_starts
    return pd.DataFrame(
        {"person": person, "first": starts[first], "last": np.minimum(starts[last + 1] - 1, death_day[person])}
    )

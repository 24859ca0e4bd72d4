"""ICD-10-CM diagnoses of claims: the reason for the visit first, then other conditions the person has."""

from __future__ import annotations

import numpy as np

from sources.synthetic.codes import ACUTE_DIAGNOSES, INJURY_DIAGNOSES, SCREENING_DIAGNOSES
from sources.synthetic.conditions import CONDITIONS

DIAGNOSES = np.array(
    [*ACUTE_DIAGNOSES, *SCREENING_DIAGNOSES, *INJURY_DIAGNOSES, *(d for c in CONDITIONS for d in c.diagnoses)]
)
_FIRST_SCREENING = len(ACUTE_DIAGNOSES)
_FIRST_INJURY = _FIRST_SCREENING + len(SCREENING_DIAGNOSES)
_COUNT = np.array([len(c.diagnoses) for c in CONDITIONS])
_FIRST = _FIRST_INJURY + len(INJURY_DIAGNOSES) + np.cumsum(_COUNT) - _COUNT


def acute(count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, len(ACUTE_DIAGNOSES), count)


def screening(count: int, rng: np.random.Generator) -> np.ndarray:
    return _FIRST_SCREENING + rng.integers(0, len(SCREENING_DIAGNOSES), count)


def injury(count: int, rng: np.random.Generator) -> np.ndarray:
    return _FIRST_INJURY + rng.integers(0, len(INJURY_DIAGNOSES), count)


def of_condition(condition: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Position of the person's own code of a condition; a person keeps one variant."""
    return _FIRST[condition] + (person * 7 + 3) % _COUNT[condition]


def secondary(
    person: np.ndarray,
    day: np.ndarray,
    onset_day: np.ndarray,
    end_day: np.ndarray,
    first: np.ndarray,
    rng: np.random.Generator,
    most: int = 2,
) -> np.ndarray:
    """Up to `most` further diagnoses per claim (claims, most), -1 for none, from conditions active that day."""
    chosen = np.full((len(person), most), -1)
    for block in range(0, len(person), 200_000):  # bounds memory: claims x conditions
        part = slice(block, block + 200_000)
        active = (onset_day[person[part]] <= day[part, None]) & (day[part, None] < end_day[person[part]])
        score = np.where(active, rng.random(active.shape, dtype="float32"), 0)
        for column in range(most):
            best = score.argmax(1)
            code = np.where(score.max(1) > 0.35, of_condition(best, person[part]), -1)
            chosen[part, column] = np.where(code == first[part], -1, code)
            score[np.arange(len(best)), best] = 0
    return chosen

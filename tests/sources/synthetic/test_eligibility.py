from datetime import date

import numpy as np

from sources.synthetic.eligibility import ALIVE, spans
from sources.synthetic.settings import Settings


def held(months: str, start: date = date(2022, 1, 1), death: int = ALIVE) -> list[tuple[int, int]]:
    """Spans of one person: 'x' is a covered month."""
    settings = Settings(100, len(months), 1, start)
    made = spans(np.array([[month == "x" for month in months]]), np.array([death]), settings)
    return list(zip(made["first"].tolist(), made["last"].tolist(), strict=True))


def test_a_span_runs_from_the_first_to_the_last_day_of_its_months():
    assert held("xx..........") == [(0, 58)]


def test_a_gap_makes_two_spans():
    assert held("x.x.........") == [(0, 30), (59, 89)]


def test_spans_end_with_the_plan_year():
    assert held("xxx", start=date(2022, 11, 1)) == [(0, 60), (61, 91)]


def test_death_ends_the_last_span():
    assert held("xx..........", death=40) == [(0, 40)]

import numpy as np
import pytest

from sources.synthetic import lag


@pytest.mark.parametrize(
    ("setting", "after_one_month", "after_two", "after_five", "after_twelve"),
    [
        (lag.INPATIENT_STAY, 0.48, 0.91, 0.98, 0.99),
        (lag.HOME_HEALTH, 0.29, 0.79, 0.96, 0.99),
        (lag.HOSPICE, 0.09, 0.84, 0.97, 0.99),
    ],
)
def test_claims_mature_as_published(setting, after_one_month, after_two, after_five, after_twelve):
    n = 40_000
    last = np.zeros(n, dtype="int64")
    received, paid = lag.received_and_paid(last, np.full(n, setting), last - 1, np.random.default_rng(1))
    assert (received > last).all()
    assert (paid > received).all()
    shares = [(paid <= day).mean() for day in (30, 61, 152, 365)]
    assert shares == pytest.approx([after_one_month, after_two, after_five, after_twelve], abs=0.02)


def test_a_claim_waits_for_what_it_answers():
    received, paid = lag.received_and_paid(
        np.array([10]), np.array([lag.PROFESSIONAL]), np.array([300]), np.random.default_rng(1)
    )
    assert received[0] >= 300
    assert paid[0] > received[0]


def test_pharmacies_are_paid_within_about_two_weeks():
    day = np.arange(1000)
    received, paid = lag.received_and_paid(day, np.full(1000, lag.PHARMACY), day, np.random.default_rng(1))
    assert (received == day).all()
    assert ((paid - day) <= 16).all()

import numpy as np
import pandas as pd

from sources.synthetic.claims import HELD_OUT, SCHEMES
from sources.synthetic.investigations import claim_investigations, provider_investigations
from sources.synthetic.settings import Settings

SETTINGS = Settings(100, 36, 5)


def providers(count: int, scheme: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        {"scheme": SCHEMES.index(scheme), "since": 0, "look_alike": 0, "paid": np.arange(count, dtype=float)},
        index=range(count),
    )


def test_fraud_is_looked_at_more_often_and_big_billers_too():
    honest = provider_investigations(providers(4000), SETTINGS)
    fraud = provider_investigations(providers(4000, "upcoding"), SETTINGS)
    assert 0.13 < len(honest) / 4000 < 0.21
    assert 0.42 < len(fraud) / 4000 < 0.55
    suspected = honest[honest["selection"] != "random"]
    assert (suspected["provider"] >= 2000).mean() > 0.6


def test_a_control_sample_is_drawn_at_random():
    control = provider_investigations(providers(4000), SETTINGS).query("selection == 'random'")
    assert 0.05 < len(control) / 4000 < 0.09
    assert 0.42 < (control["provider"] >= 2000).mean() < 0.58


def test_three_outcomes_in_a_hundred_are_wrong():
    assert 0.01 < provider_investigations(providers(6000), SETTINGS)["confirmed"].mean() < 0.05


def test_the_held_out_scheme_is_left_alone():
    assert len(provider_investigations(providers(500, HELD_OUT), SETTINGS)) == 0


def test_decisions_take_three_to_nine_months_and_end_with_the_book():
    made = provider_investigations(providers(2000, "upcoding"), SETTINGS)
    wait = made["decided"] - made["opened"]
    assert wait.between(90, 270).all()
    assert (made["decided"] <= SETTINGS.last_day).all()


def test_reviewed_claims_were_paid_before_the_case_and_are_at_most_forty():
    cases = pd.DataFrame(
        {"provider": [0], "selection": ["tip"], "confirmed": [True], "scheme": [1], "opened": [500], "decided": [650]}
    )
    paid_day = np.r_[np.full(100, 400), np.full(100, 600)]
    claims = pd.DataFrame({"provider": 0, "scheme": 0, "paid": 50.0, "paid_day": paid_day})
    reviews = claim_investigations(cases, claims, SETTINGS)
    assert len(reviews) == 40
    assert (reviews["claim"] < 100).all()
    assert (reviews["decided"] > 500).all()

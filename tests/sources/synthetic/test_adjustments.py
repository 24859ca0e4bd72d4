import numpy as np
import pandas as pd

from sources.synthetic.adjustments import version_lines, versions
from sources.synthetic.claims import Claims, headers, lines
from sources.synthetic.settings import Settings

BILLING = pd.DataFrame({"markup": [2.0]})


def claims(count: int) -> Claims:
    made = headers(count, person=0, provider=0, first=10)
    return Claims(made, lines(count, claim=np.arange(count), allowed=100.0))


def test_a_void_takes_back_what_was_paid_and_a_denial_pays_nothing():
    made = pd.DataFrame(
        {
            "claim": [0, 0, 1],
            "version": [1, 2, 1],
            "frequency": ["1", "8", "1"],
            "pays": [True, True, False],
            "factor": [1.0, -1.0, 1.0],
        }
    )
    told = version_lines(claims(2), made, BILLING)
    assert told["charge"].tolist() == [200.0, 200.0, 200.0]
    assert told["allowed"].tolist() == [100.0, 0.0, 0.0]
    assert told["paid"].tolist() == [82.0, -82.0, 0.0]


def test_a_replacement_states_the_claim_anew():
    made = pd.DataFrame({"claim": [0], "version": [2], "frequency": ["7"], "pays": [True], "factor": [0.5]})
    assert version_lines(claims(1), made, BILLING)["allowed"].tolist() == [50.0]


def test_about_three_in_a_hundred_claims_are_replaced_one_voided_and_five_denied():
    made = versions(claims(40_000), Settings(100, 36, 3))
    share = made["frequency"].value_counts() / 40_000
    assert 0.025 < share["7"] < 0.035
    assert 0.007 < share["8"] < 0.013
    assert 0.045 < (~made["pays"]).sum() / 40_000 < 0.055


def test_a_later_version_is_paid_later():
    made = versions(claims(5_000), Settings(100, 36, 3)).set_index(["claim", "version"])["paid_day"].unstack()
    again = made.dropna()
    assert (again[2] > again[1]).all()


def test_nothing_known_after_the_last_day_of_the_book_is_delivered():
    settings = Settings(100, 12, 3)
    late = Claims(headers(2_000, first=settings.last_day - 20), lines(2_000, claim=np.arange(2_000)))
    made = versions(late, settings)
    assert 0 < len(made) < 2_000
    assert made["paid_day"].max() <= settings.last_day

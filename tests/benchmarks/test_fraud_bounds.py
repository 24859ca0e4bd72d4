"""What bounds a ranking: trees that are taught the truth, on claims small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.fraud_quality import bounds, camouflage
from sources.synthetic.claims import HELD_OUT


def claims() -> pd.DataFrame:
    """A hundred providers of ten claims; of every second provider's, the first four are upcoded."""
    number = np.arange(1_000)
    fraud = (number // 10 % 2 == 0) & (number % 10 < 4)
    return pd.DataFrame(
        {
            "claim_id": [f"c{one}" for one in number],
            "provider_id": [f"p{one // 10}" for one in number],
            "is_fraud": fraud,
            "scheme": np.where(fraud, "upcoding", None),
        }
    )


def test_a_provider_has_the_scheme_of_its_claims() -> None:
    told = bounds.scheme_of_provider(claims())
    assert (told[:10] == "upcoding").all(), "its honest claims are told too"
    assert (told[10:20] == "").all()


def test_trees_find_in_other_providers_what_the_truth_taught_them() -> None:
    known = claims()
    telling = known["is_fraud"].to_numpy(float)[:, None]
    silent = np.zeros((len(known), 1))
    right = bounds.ranking("telling", known, bounds.taught(known, ["level"], telling, seed=1))
    assert (right.average_precision, right.recall) == (1.0, {"upcoding": 0.1})  # of 200, 20 are in the first 2 %
    assert right.precision == 1.0
    blind = bounds.ranking("silent", known, bounds.taught(known, ["level"], silent, seed=1))
    assert blind.average_precision < 0.3


def test_the_document_puts_the_rankings_side_by_side_and_the_scheme_without_examples_last() -> None:
    rankings = [bounds.Ranking("published ranking", 0.5, 0.6, {"upcoding": 0.25, HELD_OUT: 0.75, "unbundling": 1.0})]
    said = bounds.section(rankings)
    assert f"| order | precision in the first 2% | average precision | unbundling | upcoding | {HELD_OUT} |" in said
    assert "| published ranking | 0.500 | 0.600 | 1.00 | 0.25 | 0.75 |" in said


def test_disguised_books_stand_side_by_side() -> None:
    plain = bounds.Ranking("0%", 0.5, 0.6, {"upcoding": 0.25, "unbundling": 1.0})
    hidden = bounds.Ranking("100%", 0.25, 0.3, {"upcoding": 0.05})
    said = camouflage.section([(plain, 0.021), (hidden, 0.019)], 300_000, 11)
    assert "| disguised | fraudulent | precision in the first 2% | average precision | unbundling | upcoding |" in said
    assert "| 100% | 1.9% | 0.250 | 0.300 | - | 0.05 |" in said

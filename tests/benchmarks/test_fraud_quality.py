"""What the document of fraud quality says, on rankings small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.commands import Ran
from benchmarks.fraud_quality import generated, generated_section, report
from benchmarks.fraud_quality.__main__ import with_section
from benchmarks.fraud_quality.cross_validation import Contest
from benchmarks.fraud_quality.faithfulness import Faithful, lines_to_take
from benchmarks.fraud_quality.generated import Found
from sources.synthetic.claims import HELD_OUT

CONFIRMED = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
FOLD = np.array([[0, 0, 1, 1, 2, 2, 3, 3, 4, 4]])


def contest(**margins: np.ndarray) -> Contest:
    return Contest(CONFIRMED, FOLD, {name: margin[None, :].astype(float) for name, margin in margins.items()})


@pytest.fixture
def found() -> Found:
    """A hundred claims in order of rank: 1 and 3 are upcoded, 2 is of the scheme nobody investigated, 4 looks alike."""
    claims = pd.DataFrame(
        {
            "fraud_rank": np.arange(1, 101),
            "provider_rank": 1.0,
            "paid_amount": np.arange(100, 0, -1) * 1.0,
            "fraud_probability": np.where(np.arange(100) < 3, 1.0, 0.0),
            "is_fraud": np.arange(100) < 3,
            "scheme": ["upcoding", HELD_OUT, "upcoding", *[None] * 97],
            "look_alike": [None, None, None, "large_provider", *[None] * 96],
        }
    )
    return Found(claims, 250, {"score-claims": Ran(10.0, 2**30)}, Faithful(2, 0, 0, 1, 1, 1, 0, 2))


def test_the_first_two_in_a_hundred_are_flagged(found: Found) -> None:
    said = generated.at_capacity(found)
    assert (said["share fraudulent"], said["precision"]) == (0.03, 1.0)
    assert said["recall"] == pytest.approx(2 / 3)
    assert (said["average precision"], said["calibration error"]) == (1.0, 0.0)


def test_schemes_are_counted_apart_and_the_one_without_examples_comes_last(found: Found) -> None:
    assert generated.by_scheme(found) == [("upcoding", 2, 0.5, 1.0), (HELD_OUT, 1, 1.0, 1.0)]
    assert generated.by_look_alike(found) == [("ordinary honest claims", 96, 0.0), ("large_provider", 1, 0.0)]


def test_a_claim_loses_the_lines_cited_or_as_many_others() -> None:
    cited = pd.DataFrame(
        {
            "evidence": [["a1"], ["b1"], ["c1", "c2"]],
            "lines": [["a1", "a2"], ["b1", "b2", "b3"], ["c1", "c2"]],
            "some": [True, True, False],
            "drawn": [False, True, False],
        },
        index=pd.Index(["a", "b", "c"], name="claim_id"),
    )
    taken = lines_to_take(cited)
    assert taken["a"] == "a1"
    assert taken["b"] in {"b2", "b3"}
    assert "c" not in taken.index, "a claim cited whole would be gone, not scored lower"


def test_the_document_says_how_far_scores_rest_on_their_reasons(found: Found) -> None:
    said = generated_section.section(found, seed=3)
    assert "of 2 flagged claims 0 have a reason\nthat cites no line" in said
    assert "| as many other lines of the claim taken out | 1 | 0.000 |" in said


def test_methods_are_compared_fold_by_fold() -> None:
    right, wrong = CONFIRMED, 1 - CONFIRMED
    one = contest(right=right, wrong=wrong)
    # In each fold of one confirmed and one unfounded, average precision is 1 against a half.
    assert report.paired([one], "right", "wrong").difference == pytest.approx(0.5)
    assert [line.method for line in report.lines([one])] == ["right", "wrong"]


def test_a_section_takes_the_place_of_the_one_before() -> None:
    once = with_section("", "Provider fraud", "measured first")
    both = with_section(once, "Generated book", "made")
    again = with_section(both, "Provider fraud", "measured later")
    assert again.count("## Provider fraud") == again.count("## Generated book") == 1
    assert "measured later" in again and "made" in again and "measured first" not in again
    assert again.startswith("# Fraud quality") and again.count("## What the protocol refuses") == 1

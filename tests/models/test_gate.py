"""What the gate refuses, from stored predictions alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models import gate_parts
from models.fraud.promote import from_predictions as fraud_parts
from models.gate import PASSED, REFUSED, WARNED, Gate, Part
from models.holdout import holdout, nothing
from models.risk.promote import from_predictions as risk_parts

CASES = 400


def labelled(strength: float = 1.5, seed: int = 0, level: float = 0.0, **columns: object) -> pd.DataFrame:
    """Cases whose chance to be confirmed is known; `strength` 0 makes the version's ranking worthless."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 2, CASES)
    actual = (rng.random(CASES) < 1 / (1 + np.exp(-odds))).astype(float)
    margin = odds * strength + rng.normal(0, 1, CASES)
    said = 1 / (1 + np.exp(-(odds if strength else np.full(CASES, -1.0)))) + level
    ids = [f"p{one:04d}" for one in range(CASES)]
    return holdout(
        "provider", "a test", target_id=ids, actual=actual, predicted=np.clip(said, 0, 1), margin=margin, **columns
    )


def costs(level: float = 1.0, noise: float = 1.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    expected = rng.lognormal(8, 1, CASES)
    cost = expected * rng.lognormal(-(noise**2) / 2, noise, CASES)
    ids = [f"m{one:04d}" for one in range(CASES)]
    said = expected * level
    return holdout("member", "a test", target_id=ids, actual=cost, predicted=said, lower=said * 0, upper=said * 9)


def status(parts: tuple[Part, ...]) -> dict[str, str]:
    return {part.name: part.status for part in parts}


def test_an_honest_version_passes_every_part() -> None:
    assert set(status(fraud_parts(labelled(), "", 1)).values()) == {PASSED}
    assert set(status(risk_parts(costs(), "", 1)).values()) == {PASSED}


def test_the_same_predictions_give_the_same_gate_to_the_last_digit() -> None:
    held = labelled(champion_predicted=0.5, champion_margin=labelled(seed=0, strength=1.4)["margin"])
    first, again = (fraud_parts(one, "1", 3) for one in (held, held.copy()))
    assert all(one.same_as(other) for one, other in zip(first, again, strict=True))
    assert not all(one.same_as(other) for one, other in zip(first, fraud_parts(held, "1", 4), strict=True))


def test_one_class_is_refused_and_nothing_else_is_asked() -> None:
    parts = fraud_parts(labelled().assign(actual=1.0), "", 1)
    assert status(parts) == {"outcomes": REFUSED}
    assert "same outcome (1)" in parts[0].why


def test_one_answer_for_everybody_is_refused() -> None:
    assert status(fraud_parts(labelled().assign(predicted=0.3), "", 1)) == {"outcomes": REFUSED}


def test_nothing_measured_is_for_a_person_to_look_at() -> None:
    assert status(fraud_parts(nothing("provider"), "", 1)) == {"outcomes": WARNED}


def test_a_feature_that_knows_the_outcome_is_refused() -> None:
    held = labelled()
    leaking = held.assign(margin=held["actual"] + 0.1 * held["margin"] / held["margin"].abs().max())
    assert status(fraud_parts(leaking, "", 1))["leak"] == REFUSED
    members = costs()
    assert status(risk_parts(members.assign(predicted=members["actual"] * 1.01), "", 1))["leak"] == REFUSED


@pytest.mark.parametrize(("level", "found"), [(0.02, PASSED), (0.35, REFUSED)])
def test_probabilities_far_off_are_refused(level: float, found: str) -> None:
    assert status(fraud_parts(labelled(level=level), "", 1))["calibration"] == found


@pytest.mark.parametrize(("level", "found"), [(1.0, PASSED), (1.5, WARNED), (3.0, REFUSED), (0.2, REFUSED)])
def test_a_level_of_cost_off_is_looked_at_and_far_off_refused(level: float, found: str) -> None:
    assert status(risk_parts(costs(level, noise=0.5), "", 1))["calibration"] == found


def test_a_degraded_version_is_refused_on_the_champion_s_own_cases() -> None:
    champion, worse = labelled(strength=2.0), labelled(strength=0.05)
    beside = {"champion_predicted": champion["predicted"], "champion_margin": champion["margin"]}
    found = status(fraud_parts(worse.assign(**beside), "4", 1))
    assert found["same cases"] == REFUSED
    assert status(fraud_parts(champion.assign(**beside), "4", 1))["same cases"] == PASSED
    members = costs()
    beside = {"champion_predicted": members["predicted"]}
    shuffled = members.assign(predicted=members["predicted"].sample(frac=1, random_state=1).to_numpy(), **beside)
    assert status(risk_parts(shuffled, "4", 1))["same cases"] == REFUSED


def test_scores_that_moved_are_looked_at() -> None:
    members = costs()
    moved = members.assign(champion_predicted=members["predicted"] * 2)
    assert status(risk_parts(moved, "4", 1))["score drift"] == WARNED
    assert status(risk_parts(members.assign(champion_predicted=members["predicted"]), "4", 1))["score drift"] == PASSED


def left_out(strength: float) -> pd.DataFrame:
    """Cases of two schemes, judged by trees that did not know theirs; `strength` 0: no better than chance."""
    held = labelled()
    rank = held["actual"] * strength + np.random.default_rng(2).normal(0, 1, CASES)
    return held.assign(left_out_with=np.where(np.arange(CASES) % 2 == 0, "upcoding", "phantom"), unseen_margin=rank)


@pytest.mark.parametrize(
    ("strength", "found"), [(2.0, PASSED), (0.0, WARNED), (-2.0, REFUSED)], ids=["finds", "chance", "by heart"]
)
def test_a_version_that_knows_schemes_by_heart_is_refused(strength: float, found: str) -> None:
    part = {part.name: part for part in fraud_parts(left_out(strength), "", 1)}["unseen schemes"]
    assert (part.status, part.figures["schemes"]) == (found, 2)


def test_one_scheme_alone_cannot_be_left_out() -> None:
    held = left_out(-2.0).assign(left_out_with="upcoding")
    assert status(fraud_parts(held, "", 1))["unseen schemes"] == PASSED


@pytest.mark.parametrize(("noise", "found"), [(0.1, PASSED), (2.0, WARNED), (50.0, REFUSED)])
def test_an_order_that_hangs_on_the_seed_is_looked_at_and_chance_refused(noise: float, found: str) -> None:
    held = labelled()
    again = held["margin"] + np.random.default_rng(3).normal(0, noise, CASES)
    assert status(fraud_parts(held.assign(again_margin=again), "", 1))["stability"] == found


@pytest.mark.parametrize(("noise", "found"), [(0.05, PASSED), (50.0, REFUSED)])
def test_so_is_an_order_of_members_by_cost(noise: float, found: str) -> None:
    held = costs()
    factor = np.exp(np.random.default_rng(3).normal(0, noise, len(held)))
    assert status(risk_parts(held.assign(again_margin=held["predicted"] * factor), "", 1))["stability"] == found
    assert "stability" not in status(risk_parts(held, "", 1)), "kept before this was asked"


def test_predictions_kept_before_these_questions_are_not_asked_them() -> None:
    older = labelled().drop(columns=["again_margin", "left_out_with", "unseen_margin"])
    assert not {"unseen schemes", "stability"} & set(status(fraud_parts(older, "", 1)))


def test_whole_groups_are_drawn_where_cases_hang_together() -> None:
    held = labelled()
    alone = gate_parts.calibration(held, binary=True, seed=1).figures
    twins = pd.concat([held.assign(drawn_with=held["target_id"])] * 4, ignore_index=True)
    together = gate_parts.calibration(twins, binary=True, seed=1).figures
    assert together["upper"] - together["lower"] == pytest.approx(alone["upper"] - alone["lower"], rel=0.25)


def test_a_gate_is_the_worst_of_its_parts_and_survives_its_file() -> None:
    quality, drift = Part("quality", PASSED, "better"), Part("score drift", WARNED, "moved", {"psi": float("nan")})
    gate = Gate((quality, drift), "3")
    assert (gate.status, gate.verdict) == (WARNED, "better; look at score drift: moved")
    again = Gate.from_json(gate.to_json())
    assert (again.champion, again.verdict) == ("3", gate.verdict)
    assert all(one.same_as(other) for one, other in zip(gate.parts, again.parts, strict=True))
    refused = Gate((quality, Part("leak", REFUSED, "too good")), "3")
    assert (refused.status, refused.verdict) == (REFUSED, "too good")

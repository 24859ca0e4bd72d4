"""Whether a newly trained version takes over from the champion."""

from __future__ import annotations

import pandas as pd

from catalog.errors import ModelUnavailable
from models import gate_parts
from models.gate import PASSED, REFUSED, Gate, Part
from models.holdout import holdout, nothing
from models.registry import RegisteredModel
from models.risk.deviance import mean_deviance
from models.risk.measure import paired_gain
from models.risk.model import RiskModel
from models.risk.train import Trained

_MEND = "Leave the feature that stands in for a trait out: `underwatch train-risk --without FEATURE`"


def gate(champion: RegisteredModel | None, trained: Trained, held: pd.DataFrame, seed: int) -> Gate:
    """What stands between a version and scoring. `held`: its predictions of the strictest test (models/holdout.py)."""
    version = champion.version if champion else ""
    passes, why = worth_promoting(champion, trained, seed)
    faults = trained.fairness.faults
    quality = Part("quality", PASSED if passes or faults else REFUSED, why, _figures(trained))
    fair = Part("fairness", REFUSED, why) if faults else Part("fairness", PASSED, _fair_words(trained))
    measured = from_predictions(held, version, seed)
    return Gate((measured[0], quality, fair, *measured[1:]), version)


def from_predictions(held: pd.DataFrame, champion: str, seed: int) -> tuple[Part, ...]:
    """The parts that stored predictions alone decide, the same each time."""
    outcomes = gate_parts.outcomes(held, binary=False)
    if outcomes.status != PASSED:
        return (outcomes,)
    parts = (
        outcomes,
        gate_parts.leak(held, binary=False, seed=seed),
        gate_parts.calibration(held, binary=False, seed=seed),
        gate_parts.same_cases(held, _deviance, "deviance", champion, seed),
        gate_parts.score_drift(held, champion),
    )
    if "again_margin" not in held or held["again_margin"].isna().all():  # kept before this was asked of risk
        return parts
    return (*parts, gate_parts.stability(held, seed))


def held_out(champion: RegisteredModel | None, trained: Trained) -> pd.DataFrame:
    """Predictions of the strictest test's members by the version and, where it can be read, by the champion."""
    if trained.test is None:
        return nothing("member")
    rows, said = trained.test.rows, trained.predicted
    old = _loaded(champion)
    theirs = float("nan") if old is None else old.predict(rows.frame)["expected_cost"].to_numpy()
    return holdout(
        "member",
        trained.test.words,
        target_id=rows.frame["member_id"].to_numpy(str),
        weight=rows.weight,
        actual=rows.cost,
        predicted=said["expected_cost"].to_numpy(float),
        lower=said["expected_cost_lower"].to_numpy(float),
        upper=said["expected_cost_upper"].to_numpy(float),
        champion_predicted=theirs,
        again_margin=trained.again,
    )


def worth_promoting(champion: RegisteredModel | None, trained: Trained, seed: int) -> tuple[bool, str]:
    """The verdict and its reason in words. Both versions predict the same members: the strictest test of `trained`.

    A new version stays behind only when it is worse beyond doubt (its deviance above the champion's over the
    whole 95 % bootstrap interval), or when it cannot be tested and the champion could. One that treats groups of
    members unfairly (see fair.py) scores nobody, the first version neither.
    """
    if trained.fairness.faults:
        return False, f"refused as unfair: {'; '.join(trained.fairness.faults)}. {_MEND}"
    if champion is None:
        return True, "first version: champion"
    if not champion.intact:
        return True, f"the files of {champion} are damaged: the new version is champion"
    try:
        old = RiskModel.load(champion.folder)
    except (ModelUnavailable, ValueError, KeyError, OSError) as error:
        return True, f"{champion} cannot be used any more ({error}): the new version is champion"
    if trained.test is None:
        promoted = old.trees is None
        return promoted, "untested, like the champion: champion" if promoted else f"untested: {champion} stays champion"
    rows = trained.test.rows
    ours, theirs = (model.predict(rows.frame)["expected_cost"].to_numpy() for model in (trained.model, old))
    gain, low, high = paired_gain(rows, ours, theirs, seed)
    compared = f"deviance gain {gain:.3g} [{low:.3g}, {high:.3g}] over {champion} on {trained.test.words}"
    return high >= 0, f"{compared}: " + ("champion" if high >= 0 else f"{champion} stays champion")


def _loaded(champion: RegisteredModel | None) -> RiskModel | None:
    if champion is None:
        return None
    try:
        return RiskModel.load(champion.folder)
    except (ModelUnavailable, ValueError, KeyError, OSError):
        return None


def _deviance(held: pd.DataFrame, whose: str) -> float:
    return mean_deviance(*(held[name].to_numpy() for name in ("actual", f"{whose}predicted", "weight")))


def _figures(trained: Trained) -> dict[str, float]:
    prefix = trained.test.key if trained.test else ""
    names = [f"{prefix}_{name}{end}" for name in ("r2", "deviance") for end in ("", "_lower", "_upper")]
    return {name: float(trained.metrics[name]) for name in names if name in trained.metrics}


def _fair_words(trained: Trained) -> str:
    judged = len(trained.fairness.groups)
    return f"no group of {judged} judged is priced wrongly beside the others" if judged else "no group could be judged"

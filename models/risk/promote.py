"""Whether a newly trained version takes over from the champion."""

from __future__ import annotations

from models.registry import RegisteredModel
from models.risk.measure import paired_gain
from models.risk.model import RiskModel
from models.risk.train import Trained


def worth_promoting(champion: RegisteredModel | None, trained: Trained, seed: int) -> tuple[bool, str]:
    """The verdict and its reason in words. Both versions predict the same members: the strictest test of `trained`.

    A new version stays behind only when it is worse beyond doubt (its deviance above the champion's over the
    whole 95 % bootstrap interval), or when it cannot be tested and the champion could.
    """
    if champion is None:
        return True, "first version: champion"
    if not champion.intact:
        return True, f"the files of {champion} are damaged: the new version is champion"
    try:
        old = RiskModel.load(champion.folder)
    except (ValueError, KeyError, OSError) as error:
        return True, f"{champion} cannot be used any more ({error}): the new version is champion"
    if trained.test is None:
        promoted = old.trees is None
        return promoted, "untested, like the champion: champion" if promoted else f"untested: {champion} stays champion"
    rows = trained.test.rows
    ours, theirs = (model.predict(rows.frame)["expected_cost"].to_numpy() for model in (trained.model, old))
    gain, low, high = paired_gain(rows, ours, theirs, seed)
    compared = f"deviance gain {gain:.3g} [{low:.3g}, {high:.3g}] over {champion} on {trained.test.words}"
    return high >= 0, f"{compared}: " + ("champion" if high >= 0 else f"{champion} stays champion")

"""Whether a newly trained version takes over from the champion."""

from __future__ import annotations

from collections.abc import Mapping

from models.fraud.providers import UNSUPERVISED
from models.registry import RegisteredModel


def worth_promoting(champion: RegisteredModel | None, basis: str, metrics: Mapping[str, float]) -> tuple[bool, str]:
    """The verdict and its reason in words.

    The champion stays only when the new version's out-of-fold average precision lies below the champion's 95 %
    bootstrap interval, or when the new version has no labels behind it and the champion had.
    """
    if champion is None:
        return True, "first version: champion"
    if not champion.intact:
        return True, f"the files of {champion} are damaged: the new version is champion"
    if basis == UNSUPERVISED:
        promoted = champion.tags.get("score_basis") == UNSUPERVISED
        return promoted, "ranks without labels, like the champion: champion" if promoted else (
            f"has no labels to learn from and {champion} had: challenger"
        )
    floor = champion.metrics.get("oof_ap_lower")
    if floor is None:
        return True, f"{champion} was never measured: the new version is champion"
    ours = metrics["oof_ap"]
    compared = f"average precision {ours:.3f}, the champion's interval starts at {floor:.3f}"
    return (True, f"{compared}: champion") if ours >= floor else (False, f"{compared}: challenger, {champion} stays")

"""What the new fraud models and the champions say of the same labelled cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from catalog.errors import ModelUnavailable
from models.registry import CHAMPION, Registry

if TYPE_CHECKING:
    from models.fraud.claims import ClaimModel
    from models.fraud.providers import ProviderModel
    from models.fraud.result import Trained


def champions(registry: Registry) -> dict[str, Any]:
    """Model name -> the champion's model, None where there is none or its files cannot be read."""
    from models.fraud.claims import ClaimModel
    from models.fraud.providers import ProviderModel

    found: dict[str, Any] = {}
    for name, kind in (("fraud_provider", ProviderModel), ("fraud_claim", ClaimModel)):
        champion = registry.aliased(name, CHAMPION)
        try:
            found[name] = kind.load(champion.folder) if champion else None
        except (ModelUnavailable, ValueError, KeyError, OSError):
            found[name] = None
    return found


def held_providers(
    trained: Trained[ProviderModel], champion: ProviderModel | None, frame: pd.DataFrame, edges: pd.DataFrame
) -> pd.DataFrame:
    """holdout_predictions of the labelled providers, without the version's name."""
    from models.fraud.holdout import out_of_fold, with_champion

    held = out_of_fold("provider", trained.out_of_fold, trained.final)
    if champion is None or not len(held):
        return held
    try:
        scores = champion.score(frame, edges)
    except ModelUnavailable:  # it reads features that are no more
        return held
    return with_champion(held, scores.rename(columns={"provider_id": "target_id"}))


def held_claims(trained: Trained[ClaimModel], champion: ClaimModel | None, labelled: pd.DataFrame) -> pd.DataFrame:
    """holdout_predictions of the labelled claims; the champion reads the new provider scores, as the version does."""
    from models.fraud.holdout import out_of_fold, with_champion

    held = out_of_fold("claim", trained.out_of_fold, trained.final)
    if champion is None or not len(held) or set(champion.features) - set(labelled):
        return held
    margin = champion.margin(labelled)
    said = {"margin": margin, "fraud_probability": champion.probability(margin)}
    return with_champion(held, labelled[["claim_id"]].rename(columns={"claim_id": "target_id"}).assign(**said))

"""When a training job trains."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from models.registry import CHAMPION, RegisteredModel, Registry


class RetrainWhen(StrEnum):
    if_data_changed = "if-data-changed"
    if_missing = "if-missing"
    always = "always"


Retrain = Annotated[
    RetrainWhen,
    typer.Option("--retrain", help="Train when data, parameters or code changed; only when no champion; or always."),
]


def kept(registry: Registry, model_name: str, fingerprint: str, when: RetrainWhen) -> RegisteredModel | None:
    """The version that makes training needless, or None. A version with damaged files never does."""
    champion = registry.aliased(model_name, CHAMPION)
    if when is RetrainWhen.always or champion is None or not champion.intact:
        return None
    if when is RetrainWhen.if_missing:
        return champion
    newest = registry.newest(model_name)
    return newest if newest and newest.fingerprint == fingerprint and newest.intact else None

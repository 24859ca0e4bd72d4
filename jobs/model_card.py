from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.errors import ModelUnavailable
from jobs.approve import Model
from jobs.cards import card_of
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import AuditLog
from models.registry import CHAMPION, Registry


def model_card(
    model: Model,
    version: Annotated[str, typer.Argument(help="Empty: the champion, or else the newest version.")] = "",
    out: Annotated[str, typer.Option("--out", help="File to write. Empty: print.")] = "",
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Print the model card of a version as Markdown: data, use, limits, metrics, gate, fairness, approvals.

    Example: underwatch model-card risk_cost 3 --out risk_cost-3.md
    """
    registry = Registry(lake)
    chosen = (
        registry.version(model, version) if version else registry.aliased(model, CHAMPION) or registry.newest(model)
    )
    if chosen is None:
        names = ", ".join(registry.names()) or "none: run `underwatch run` first"
        raise ModelUnavailable(f"no version of {model} is registered; models are {names}")
    text = card_of(registry, AuditLog(lake), chosen)
    if out:
        Path(out).write_text(text, encoding="utf-8")
        print(f"wrote {out}")
    else:
        print(text, end="")

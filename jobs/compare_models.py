from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import ModelUnavailable
from jobs.approve import Model, approvals, measured_again, needed
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.promotion import gate_of
from jobs.summary_models import measured
from jobs.text_table import text_console, text_table
from lake import AuditLog, Lake
from models.gate import Gate
from models.registry import CHALLENGER, CHAMPION, RegisteredModel, Registry


def compare_models(
    model: Model,
    version: Annotated[str, typer.Argument(help="Empty: the challenger, or else the newest version.")] = "",
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Print a version beside the champion, each part of its gate, and who has approved it.

    Parts that stored predictions decide are computed anew and marked where they differ from what training kept.

    Example: underwatch compare-models risk_cost
    """
    store, registry, log = Lake(lake), Registry(lake), AuditLog(lake)
    chosen = registry.version(model, version) if version else _challenger(registry, model)
    champion = registry.aliased(model, CHAMPION)
    console = text_console()
    sides = text_table(model, "", "version", "as of", "measured on", "metrics (95 % interval)", wrap=("measured on",))
    for role, one in (("champion", champion), ("chosen", chosen)):
        if one is not None and (role == "champion" or champion is None or one.version != champion.version):
            words, metrics = measured(one)
            sides.add_row(role, one.version, one.tags.get("as_of", ""), words, metrics)
    console.print(sides, "")
    gate = gate_of(registry, log, chosen)
    again = {part.name: part for part in measured_again(store, chosen, gate)}
    table = text_table(
        f"Gate of version {chosen.version}, {_held_against(gate)}", "part", "status", "why", wrap=("why",)
    )
    for part in gate.parts:
        now = again.get(part.name)
        changed = "" if now is None or now.same_as(part) else f" (computed anew: {now.why})"
        table.add_row(part.name, part.status, part.why + changed)
    console.print(table, "", markup=False)
    given = approvals(log, model, chosen.version)
    names = ", ".join(given) or "nobody"
    print(f"Gate: {gate.status}. Approved by {names} ({needed(model)} needed where persons approve)")


def _challenger(registry: Registry, model: str) -> RegisteredModel:
    found = registry.aliased(model, CHALLENGER) or registry.newest(model)
    if found is None:
        names = ", ".join(registry.names()) or "none: run `underwatch run` first"
        raise ModelUnavailable(f"no version of {model} is registered; models are {names}")
    return found


def _held_against(gate: Gate) -> str:
    return f"held against version {gate.champion}" if gate.champion else "held against none"

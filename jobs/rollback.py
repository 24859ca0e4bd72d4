from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import NotApproved
from jobs.acting import acting
from jobs.approve import Model
from jobs.options import DEFAULT_LAKE, By, LakeRoot, Reason
from jobs.promotion import MOVES, make_champion
from lake import AuditLog, Lake
from models.registry import CHAMPION, Registry


def rollback(
    model: Model,
    by: By,
    reason: Reason,
    to: Annotated[str, typer.Option(help="Version to go back to. Empty: the one that scored before.")] = "",
    lake: LakeRoot = DEFAULT_LAKE,
) -> None:
    """Let a version that scored before score again. What is published stays until the next scoring.

    Example: underwatch rollback risk_cost --by "Ada Long" --reason "predictions of 2026-01 are 20 % too high"
    """
    print(rolled_back(Lake(lake), model, by, reason, to))


def rolled_back(lake: Lake, model: str, by: str, reason: str, to: str = "") -> str:
    """Move the alias back to a version that was champion once; what was done, in words.

    Raises NotApproved where there is no such version, and ModelUnavailable where its files are damaged.
    """
    registry, log = Registry(lake.root), AuditLog(lake.root)
    by, reason = " ".join(by.split()), " ".join(reason.split())
    if not by or not reason:
        raise NotApproved("a rollback has a name and a reason: --by NAME --reason TEXT")
    with registry.exclusively():
        if broken := log.verify():
            raise NotApproved(f"who scored before stands in the audit log, which is broken at {broken}")
        now = registry.aliased(model, CHAMPION)
        if now is None:
            raise NotApproved(f"no version of {model} is champion, so there is nothing to go back from")
        once, before = champions(log, model)
        chosen = to or before
        if chosen == now.version or chosen not in once:
            known = ", ".join(one for one in once if one != now.version) or "none"
            raise NotApproved(
                f"{model} can go back to a version that scored before: {known}. Another version is approved, not "
                "rolled back to: `underwatch approve`"
            )
        target = registry.version(model, chosen)
        _ = target.folder  # damaged files are told before the alias moves
        said: dict[str, object] = {"why": reason, "run_by": acting()}
        registry.say_verdict(model, now.version, f"rolled back to version {target.version} by {by}: {reason}")
        make_champion(registry, log, model, target.version, "rollback", by, said)
    return f"{target} is champion again, instead of version {now.version}"


def champions(log: AuditLog, model: str) -> tuple[list[str], str]:
    """Every version that was champion, in order, and the one to go back to: what scored before, leaving out what was
    rolled back from; empty where there is none."""
    once: list[str] = []
    standing: list[str] = []
    for entry in log.entries():
        if entry.subject != model or entry.action not in MOVES:
            continue
        version = str(entry.details["version"])
        if entry.action == "rollback" and version in standing:
            standing = standing[: standing.index(version)]
        standing.append(version)
        once.append(version)
    return list(dict.fromkeys(once)), standing[-2] if len(standing) > 1 else ""

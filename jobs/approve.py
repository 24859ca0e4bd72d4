from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import NotApproved
from jobs.acting import acting
from jobs.cards import keep_card
from jobs.options import DEFAULT_LAKE, By, LakeRoot, Reason
from jobs.promotion import gate_of, held_out, make_champion, same_person
from lake import AuditLog, Lake
from models.gate import Gate, Part
from models.registry import CHAMPION, RegisteredModel, Registry

PRICES_MEMBERS = "risk"
"""How the names of models begin whose scores price members: two persons approve those."""

Model = Annotated[str, typer.Argument(help="Registered model: fraud_provider, fraud_claim, risk_cost ...")]
Version = Annotated[str, typer.Argument(help="Its version.")]


def approve(model: Model, version: Version, by: By, reason: Reason, lake: LakeRoot = DEFAULT_LAKE) -> None:
    """Let a version that passed its gate score. A risk model needs two persons, neither of them who trained it.

    Refused where the gate refused the version, where stored predictions no longer give the gate's answer, and where
    another version became champion since the gate compared the two.

    Example: underwatch approve risk_cost 3 --by "Ada Long" --reason "gate passed, drift looked at, see ticket 812"
    """
    print(approved(Lake(lake), model, version, by, reason))


def approved(lake: Lake, model: str, version: str, by: str, reason: str) -> str:
    """Keep the approval and, where it is the last one needed, move the alias; what was done, in words.

    Raises NotApproved and ModelUnavailable.
    """
    registry, log = Registry(lake.root), AuditLog(lake.root)
    by, reason = " ".join(by.split()), " ".join(reason.split())
    if not by or not reason:
        raise NotApproved("an approval has a name and a reason: --by NAME --reason TEXT")
    with registry.exclusively():
        candidate = registry.version(model, version)
        before = approvals(log, model, version)
        _may(registry, log, lake, candidate, by, before)
        names = [*before, by]
        missing = needed(model) - len(names)
        said = {"version": version, "reason": reason, "run_by": acting(), "still_needed": missing}
        log.append(actor=by, action="approve", subject=model, details=said)
        registry.tag(model, version, {"approved_by": ", ".join(names)})
        if missing > 0:
            keep_card(registry, log, model, version)
            return f"{candidate} is approved by {by}; {missing} more person has to approve it before it scores"
        registry.say_verdict(model, version, f"champion: approved by {' and '.join(names)}")
        make_champion(registry, log, model, version, "promote", by, {"why": reason, "approvals": names})
    return f"{candidate} is champion: approved by {' and '.join(names)}"


def needed(model: str) -> int:
    """How many persons approve a version of the model."""
    return 2 if model.startswith(PRICES_MEMBERS) else 1


def approvals(log: AuditLog, model: str, version: str) -> list[str]:
    """Who has approved a version, from the audit log."""
    kept = (one for one in log.entries() if one.action == "approve" and one.subject == model)
    return [one.actor for one in kept if one.details["version"] == version]


def _may(registry: Registry, log: AuditLog, lake: Lake, candidate: RegisteredModel, by: str, before: list[str]) -> None:
    """Raises NotApproved where a rule forbids the approval."""
    if broken := log.verify():
        raise NotApproved(f"approvals are counted in the audit log, which is broken at {broken}")
    champion = registry.aliased(candidate.name, CHAMPION)
    if champion is not None and champion.version == candidate.version:
        raise NotApproved(f"{candidate} is champion already")
    _ = candidate.folder  # damaged files are told before anything is approved
    gate = gate_of(registry, log, candidate)
    if gate.refused:
        raise NotApproved(f"the gate refused {candidate}: {gate.verdict}. Train a better one")
    now = champion.version if champion else ""
    if gate.champion != now:
        raise NotApproved(
            f"the gate held {candidate} against {_named(gate.champion)}, and now {_named(now)} scores: train again "
            "with `--retrain always`"
        )
    again = measured_again(lake, candidate, gate)
    if any(part.status == "refused" for part in again):
        why = "; ".join(part.why for part in again if part.status == "refused")
        raise NotApproved(f"the stored predictions of {candidate} do not give its gate's answer: {why}")
    if same_person(by, candidate.tags.get("trained_by_name", "")):
        raise NotApproved(f"{by} trained {candidate}; someone else has to approve it")
    if any(same_person(by, one) for one in before):
        raise NotApproved(f"{by} has approved {candidate} already; a second person has to")


def measured_again(lake: Lake, model: RegisteredModel, gate: Gate) -> tuple[Part, ...]:
    """The parts of the gate that stored predictions decide, computed anew; one that differs is refused."""
    held, seed = held_out(lake, model), int(model.tags.get("gate_seed", "1"))
    if not len(held):
        stored = tuple(part for part in gate.parts if part.name == "outcomes" and part.status == "warned")
        return stored or (Part("outcomes", "refused", "they are gone"),)
    if model.name.startswith("fraud"):
        from models.fraud.promote import from_predictions
    else:
        from models.risk.promote import from_predictions
    before = {part.name: part for part in gate.parts}
    again = from_predictions(held, gate.champion, seed)
    gone = {"unseen schemes", "stability"} & set(before) - {part.name for part in again}
    if gone:
        return tuple(Part(name, "refused", f"what {name} was computed from is gone") for name in sorted(gone))
    return tuple(
        part
        if part.same_as(before.get(part.name))
        else Part(part.name, "refused", f"{part.name} was {_why(before.get(part.name))!r} and is {part.why!r}")
        for part in again
    )


def _why(part: Part | None) -> str:
    return part.why if part else "nothing"


def _named(version: str) -> str:
    return f"version {version}" if version else "no version"

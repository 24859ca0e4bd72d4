"""What becomes of a trained version: which alias it gets, by the gate and by persons, and what the audit log says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from catalog.errors import NotApproved
from jobs.acting import acting
from jobs.cards import keep_card
from jobs.options import ApprovalBy
from lake import AuditLog, Lake
from models.gate import FILE as GATE_FILE
from models.gate import Gate, digest
from models.registry import CHALLENGER, CHAMPION, VERDICT, RegisteredModel, Registry, Run
from models.risk.names import GRAPH_MODEL, MODEL

TABLE = "holdout_predictions"
MOVES = ("promote", "rollback")
"""Actions of the audit log that moved the alias champion."""


@dataclass(frozen=True)
class Trainer:
    """How a version is to be promoted, and who trains it (empty: nobody named)."""

    approval: ApprovalBy = ApprovalBy.automatic
    trained_by: str = ""
    seed: int = 1


def settle(
    registry: Registry, lake: Lake, run: Run, name: str, version: str, gate: Gate, held: pd.DataFrame, day: date,
    trainer: Trainer,
) -> tuple[bool, str]:  # fmt: skip
    """Keep the gate and the predictions it was computed from, and promote the version where nobody need be asked.

    Whether it was promoted, and why, in words.
    """
    log, text = AuditLog(lake.root), gate.to_json()
    _keep(lake, held, name, version, day)
    run.log_text(text, GATE_FILE)
    waits = trainer.approval is ApprovalBy.person and not gate.refused
    asks = f"waits for approval: {gate.verdict}. `underwatch approve {name} {version} --by NAME --reason TEXT`"
    verdict = asks if waits else gate.verdict
    tags = {"gate": gate.status, "approval": trainer.approval.value, "gate_seed": str(trainer.seed), VERDICT: verdict}
    registry.tag(name, version, {**tags, **({"trained_by_name": trainer.trained_by} if trainer.trained_by else {})})
    details = {
        "version": version,
        "mlflow_run": run.run_id,
        "as_of": str(day),
        "gate": gate.status,
        "gate_sha256": digest(text),
        "trained_by": trainer.trained_by,
        "champion_then": gate.champion,
    }
    log.append(actor=acting(), action="register", subject=name, details=details)
    with registry.exclusively():
        if waits or gate.refused:
            registry.set_alias(name, CHALLENGER, version)
            keep_card(registry, log, name, version)
            return False, verdict
        make_champion(registry, log, name, version, "promote", acting(), {"why": gate.verdict, "approvals": []})
    return True, verdict


def make_champion(
    registry: Registry, log: AuditLog, name: str, version: str, action: str, actor: str, details: dict[str, object]
) -> None:
    """Move the alias, and with the risk model its graph; the audit log says so once it is done."""
    former = registry.aliased(name, CHAMPION)
    registry.promote(name, version)
    challenger = registry.aliased(name, CHALLENGER)
    if challenger is not None and int(challenger.version) <= int(version):
        registry.drop_alias(name, CHALLENGER)
    if name == MODEL:
        pair_graph(registry, version)
    said = {"version": version, "former": former.version if former else "", **details}
    log.append(actor=actor, action=action, subject=name, details=said)
    for one in {version, former.version if former else version}:
        keep_card(registry, log, name, one)


def pair_graph(registry: Registry, version: str) -> None:
    """The graph is champion only beside the version it beat; beside any other none is."""
    beside = [one for one in registry.versions(GRAPH_MODEL) if one.tags.get("paired_with") == version]
    if beside and beside[-1].tags.get("wins") == "true":
        registry.promote(GRAPH_MODEL, beside[-1].version)
    else:
        registry.drop_alias(GRAPH_MODEL, CHAMPION)


def gate_of(registry: Registry, log: AuditLog, model: RegisteredModel) -> Gate:
    """The gate of a version as it was computed. Raises NotApproved where it is not the one that the log knows."""
    text = registry.text(model, GATE_FILE)
    logged = [one.details for one in log.entries() if one.action == "register" and one.subject == model.name]
    known = [details["gate_sha256"] for details in logged if details["version"] == model.version]
    if digest(text) not in known:
        raise NotApproved(
            f"the gate of {model} is not the one that training wrote into the audit log: train again "
            f"(`--retrain always`), and find out who changed {GATE_FILE} of MLflow run {model.run_id}"
        )
    return Gate.from_json(text)


def held_out(lake: Lake, model: RegisteredModel) -> pd.DataFrame:
    """The stored predictions of a version, sorted by target_id; no rows where it was never measured."""
    import duckdb

    partition = f"{model.name}-{model.version}"
    files = lake.files(TABLE, partition=partition) if lake.exists(TABLE) else []
    if not files:
        return pd.DataFrame()
    return duckdb.read_parquet(files).order("target_id").df()


def same_person(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _keep(lake: Lake, held: pd.DataFrame, name: str, version: str, day: date) -> None:
    if not len(held):
        return
    partition = f"{name}-{version}"
    said = {"version_id": partition, "model_name": name, "model_version": version, "as_of": day}
    rows = held.astype(object).where(held.notna(), None).to_dict("records")
    lake.write_rows([{**said, **row} for row in rows], TABLE, partition, run="train")

"""Model cards from MLflow and the audit log, kept with the run and made anew when a version is approved or moved."""

from __future__ import annotations

import json

from catalog.errors import ModelUnavailable
from lake import AuditLog
from models.card import FILE, Event, card
from models.gate import FILE as GATE_FILE
from models.gate import Gate
from models.registry import RegisteredModel, Registry

_SHOWN = ("register", "approve", "promote", "rollback")


def keep_card(registry: Registry, log: AuditLog, name: str, version: str) -> None:
    """Put the card as it is now with the run that trained the version."""
    model = registry.version(name, version)
    registry.log_text(model, card_of(registry, log, model), FILE)


def card_of(registry: Registry, log: AuditLog, model: RegisteredModel) -> str:
    """The card of a version, from what is known now."""
    told = (one for one in log.entries() if one.subject == model.name and one.action in _SHOWN)
    events = [
        Event(one.at[:10], _what(one.action, one.details), one.actor, _why(one.details))
        for one in told
        if one.details.get("version") == model.version
    ]
    gate = _text(registry, model, GATE_FILE)
    return card(
        model,
        registry.params(model),
        Gate.from_json(gate) if gate else None,
        _rows(_text(registry, model, "fairness.json")),
        events,
    )


def _what(action: str, details: dict[str, object]) -> str:
    if action == "register":
        trainer = details.get("trained_by")
        return f"registered, gate {details.get('gate')}" + (f", trained by {trainer}" if trainer else "")
    words = {"approve": "approved", "promote": "became champion", "rollback": "became champion again, by rollback"}
    former = details.get("former")
    return words[action] + (f" after version {former}" if former else "")


def _why(details: dict[str, object]) -> str:
    return str(details.get("reason") or details.get("why") or "")


def _text(registry: Registry, model: RegisteredModel, file: str) -> str:
    try:
        return registry.text(model, file)
    except ModelUnavailable:
        return ""


def _rows(text: str) -> list[dict[str, object]]:
    """Rows of a table that MLflow keeps as column names and data."""
    if not text:
        return []
    table = json.loads(text)
    return [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]

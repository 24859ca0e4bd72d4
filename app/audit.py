"""The one door to the audit log: who opened, exported or decided what."""

from __future__ import annotations

from collections import deque

from app.parts import Parts
from lake.audit_log import Entry


def note(parts: Parts, actor: str, action: str, subject: str, **details: object) -> None:
    """Appends one entry. `subject` names a claim, provider, case, request or account, and never a member."""
    parts.audit_log.append(actor=actor, action=f"workbench.{action}", subject=subject, details=details)


def newest(parts: Parts, most: int = 200) -> list[Entry]:
    """The last entries, newest first."""
    return list(deque(parts.audit_log.entries(), maxlen=most))[::-1]

"""The only room that touches table storage."""

from lake.audit_log import AuditLog
from lake.storage import Lake, Staged

__all__ = ["AuditLog", "Lake", "Staged"]

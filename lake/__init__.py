"""The only room that touches table storage."""

from lake.storage import Lake, Staged

__all__ = ["Lake", "Staged"]

"""Published tables in PostgreSQL, for people whose tools speak SQL. Nothing here is read back into the lake."""

from lake.postgres.publishing import Outcome, publish
from lake.postgres.target import Target

__all__ = ["Outcome", "Target", "publish"]

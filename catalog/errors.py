"""Errors a person can mend. Each class maps to one exit code of the `underwatch` command."""

from __future__ import annotations


class UnderwatchError(Exception):
    """Base of all expected failures. The message says what is wrong and how to mend it, and never
    holds a member identifier."""

    exit_code = 1


class BadDelivery(UnderwatchError):
    """A delivery cannot be read: missing file, unknown column, wrong source, nothing usable."""

    exit_code = 3


class Unreconciled(UnderwatchError):
    """Rows or dollars read do not equal rows or dollars accepted plus rejected."""

    exit_code = 4


class CheckStopped(UnderwatchError):
    """An expectation with on_fail=STOP failed; nothing downstream may read the table."""

    exit_code = 5


class MissingTable(UnderwatchError):
    """A table (or a version of it) that a job needs is not in the lake."""

    exit_code = 6


class ModelUnavailable(UnderwatchError):
    """No registered model version can serve the request, or its files are damaged."""

    exit_code = 7


class NoChampion(ModelUnavailable):
    """Versions are registered and none was promoted. Airflow skips what they would score, and the rest goes on."""

    exit_code = 12


class CommitConflict(UnderwatchError):
    """Another process committed the same partition first; run the job again."""

    exit_code = 8


class NothingToDo(UnderwatchError):
    """The data leaves a job, and those that follow from it, nothing to do. Airflow skips them."""

    exit_code = 9


class AuditLogFault(UnderwatchError):
    """The audit log cannot be kept, or an entry of it was changed, removed or moved."""

    exit_code = 13


class DatabaseUnavailable(UnderwatchError):
    """A database to publish to cannot be reached, refuses the role or what it asks, or was lost meanwhile."""

    exit_code = 14


class NotApproved(UnderwatchError):
    """A model version may not score: the gate refused it, or the approval breaks a rule."""

    exit_code = 15


class NotTheSame(UnderwatchError):
    """A replay made other rows than were published, or there is nothing to replay from."""

    exit_code = 16

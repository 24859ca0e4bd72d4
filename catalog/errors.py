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


class CommitConflict(UnderwatchError):
    """Another process committed the same partition first; run the job again."""

    exit_code = 8


class NothingToDo(UnderwatchError):
    """The data leaves a job, and those that follow from it, nothing to do. Airflow skips them."""

    exit_code = 9

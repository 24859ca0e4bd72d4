"""Files written but not yet committed, and what a commit says about them."""

from __future__ import annotations

import hashlib
import os
import re
import time
from dataclasses import dataclass

from deltalake import Transaction
from deltalake.transaction import AddAction, CommitProperties, PostCommitHookProperties

from catalog import TABLES
from catalog.errors import CommitConflict

ENDS_WITH_RUN = "UNDERWATCH_AIRFLOW_ENDS"
"""Set within an Airflow that is gone when its run is."""
KEEP_EVERY_VERSION = PostCommitHookProperties(cleanup_expired_logs=False)
"""Left alone, a table's log forgets versions older than thirty days whenever it writes a checkpoint (each hundred)."""


@dataclass(frozen=True)
class Staged:
    """Files written for one partition of a table, not yet visible to readers.

    `files` maps each path (relative to the table) to its size in bytes. `schema` is the Delta schema as JSON. `recipe`
    is the text that says how to make the same rows again, where the job that staged them can tell.
    """

    table: str
    partition_value: str
    files: dict[str, int]
    schema: str
    recipe: str = ""

    @property
    def content(self) -> str:
        """Names these very files: what a check of staged rows is tied to. Staging again gives another name."""
        return hashlib.sha256("\n".join(sorted(self.files)).encode()).hexdigest()[:16]


def adds(staged: Staged) -> list[AddAction]:
    """The Delta log's words for the staged files."""
    now = int(time.time() * 1000)
    values: dict[str, str | None] = {TABLES[staged.table].partition: staged.partition_value}
    return [AddAction(file, size, values, now, True, "{}") for file, size in staged.files.items()]


def note(staged: Staged, run: str, retries: int | None = None) -> CommitProperties:
    """What the commit records beside the files: which run made it, and which partition it is about.

    `retries` is how often the commit may be tried on top of one made meanwhile (the library's default: 15).
    """
    # Delta lets two transactions that only add files both succeed, so two first commits of one partition would
    # double its rows. Transactions with the same application id exclude each other.
    own = Transaction(f"{TABLES[staged.table].partition}={staged.partition_value}", int(time.time() * 1000))
    said = {"underwatch_run": run, "partition": staged.partition_value, **_airflow_run()}
    return CommitProperties(
        custom_metadata={**said, "underwatch_recipe": staged.recipe} if staged.recipe else said,
        max_commit_retries=retries,
        app_transactions=[own],
    )


def _airflow_run() -> dict[str, str]:
    """The DAG and run that this process works for: Airflow tells its tasks so. One that ends with its run, as that of
    `underwatch run` does, is not noted, since nobody could look there."""
    told = {"airflow_dag": "AIRFLOW_CTX_DAG_ID", "airflow_run": "AIRFLOW_CTX_DAG_RUN_ID"}
    found = {name: os.environ.get(variable, "") for name, variable in told.items()}
    return {} if os.environ.get(ENDS_WITH_RUN) or not all(found.values()) else found


def conflict(staged: Staged) -> CommitConflict:
    return CommitConflict(
        f"{staged.table} at {staged.partition_value} was committed by another run meanwhile; run the job again"
    )


def last_two(path: str) -> str:
    """The folder's unique name and the file's: enough to know a file by, whatever root it is seen from."""
    return "/".join(path.split("/")[-2:])


def quoted(value: str) -> str:
    """`value` as a folder name that needs no escaping in a path or a URL; different values stay different."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", value)
    return plain if plain == value else f"{plain}-{hashlib.sha256(value.encode()).hexdigest()[:8]}"

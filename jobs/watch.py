"""Following a batch through Airflow: what a person sees while it runs, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import typer

from catalog.errors import UnderwatchError
from jobs.airflow_api import TaskState
from jobs.local_airflow import LocalAirflow
from jobs.task_log import TaskLog

_POLL_SECONDS = 2.0
"""Airflow's server needs a tenth of a second to answer, on cores that the jobs could use."""
_SILENCE_SECONDS = 180.0
_SHOWN = {"running", "success", "failed", "up_for_retry", "skipped"}


class JobFailed(UnderwatchError):
    """A task failed. The exit code is the job's own."""


class Stalled(UnderwatchError):
    """Airflow starts nothing more although the batch is not finished."""

    exit_code = 10


class Watch:
    """Follows every DAG run of an Airflow that runs one batch and nothing else.

    `last` names the DAGs whose success means that the batch is done, and the DAG before each: where that one had
    nothing to do and was skipped, nothing follows from it.
    """

    def __init__(self, airflow: LocalAirflow, last: dict[str, str], say: Callable[[str], None] = typer.echo) -> None:
        self._airflow, self._last, self._say = airflow, last, say
        self._started = time.monotonic()
        self._states: dict[tuple[str, str, int], str] = {}
        self._logs: dict[tuple[str, str, int], TaskLog] = {}

    def until_done(self) -> None:
        """Return when the batch is published. Raises JobFailed, Stalled or AirflowUnavailable."""
        moved = time.monotonic()
        while True:
            self._airflow.check()
            tasks = self._airflow.api.tasks()
            for task in tasks:
                self._follow(task)
            if self._done(tasks):
                return
            if any(task.state in ("running", "queued") for task in tasks):
                moved = time.monotonic()
            elif time.monotonic() - moved > _SILENCE_SECONDS:
                raise Stalled(f"Airflow started nothing for {_SILENCE_SECONDS:.0f} s; see {self._airflow.folder}")
            time.sleep(_POLL_SECONDS)

    def _done(self, tasks: list[TaskState]) -> bool:
        skipped = {task.dag for task in tasks if task.state == "skipped"}
        awaited = {dag for dag, before in self._last.items() if before not in skipped}
        if not awaited <= {task.dag for task in tasks}:  # not even begun: one question less for Airflow
            return False
        runs = self._airflow.api.runs()
        return awaited <= {dag for (dag, _), state in runs.items() if state == "success"}

    def _follow(self, task: TaskState) -> None:
        key = (task.dag, task.task, task.attempt)
        log = self._logs.setdefault(key, TaskLog(self._airflow.folder / "logs", task))
        before, self._states[key] = self._states.get(key), task.state
        if task.state != before and task.state == "running":
            self._tell(task, "started")
        if before == "running" or task.state != before:
            for line in log.progress():
                self._tell(task, f"  {line}")
        if task.state == before or task.state not in _SHOWN:
            return
        if task.state == "success":
            self._tell(task, f"done in {task.seconds:.0f} s")
        elif task.state == "skipped":
            self._tell(task, f"skipped: {log.failure()[1]}")
        elif task.state == "up_for_retry":
            self._tell(task, "failed, will be tried again")
        elif task.state == "failed":
            code, said = log.failure()
            failure = JobFailed(f"task {task.task} of {task.dag} failed:\n{said}\nlog: {log.path}")
            failure.exit_code = code
            raise failure

    def _tell(self, task: TaskState, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        self._say(f"{minutes:3d}:{seconds:02d}  {task.task:<24} {text}")

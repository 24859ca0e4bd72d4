"""The few calls of Airflow's REST API that `underwatch run` needs.

A call costs milliseconds where an `airflow` command costs seconds.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TaskState:
    """One task of one DAG run, as Airflow tells it. `seconds` is how long it ran, 0 while it has not ended."""

    dag: str
    run: str
    task: str
    state: str
    attempt: int
    seconds: float


class AirflowApi:
    """A client of one Airflow on this machine, signed in as its one user."""

    def __init__(self, url: str, password: str) -> None:
        self._url, self._password, self._token = url, password, ""
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def healthy(self) -> bool:
        """Whether the API server answers and the scheduler and the DAG processor have reported."""
        try:
            health = self._call("/api/v2/monitor/health", signed=False)
        except (OSError, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def import_errors(self) -> list[str]:
        """What Airflow could not read among the DAG files: file and last line of the error."""
        errors = self._call("/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def dag_ids(self) -> set[str]:
        """DAGs Airflow has read so far."""
        return {dag["dag_id"] for dag in self._call("/api/v2/dags?limit=100")["dags"]}

    def trigger(self, dag: str, run: str, conf: dict[str, Any]) -> None:
        """Start a DAG run. Raises ValueError with Airflow's own words when it refuses the configuration."""
        self._call(f"/api/v2/dags/{dag}/dagRuns", {"dag_run_id": run, "logical_date": None, "conf": conf})

    def runs(self) -> dict[tuple[str, str], str]:
        """State of every DAG run, by DAG and run id."""
        runs = self._call("/api/v2/dags/~/dagRuns?limit=100&order_by=id")["dag_runs"]
        return {(run["dag_id"], run["dag_run_id"]): run["state"] for run in runs}

    def tasks(self) -> list[TaskState]:
        """Every task that Airflow has begun to consider, in no particular order."""
        found = self._call("/api/v2/dags/~/dagRuns/~/taskInstances?limit=100")["task_instances"]
        return [
            TaskState(
                task["dag_id"],
                task["dag_run_id"],
                task["task_id"],
                task["state"] or "none",
                task["try_number"],
                task["duration"] or 0.0,
            )
            for task in found
        ]

    def _call(self, path: str, body: dict[str, Any] | None = None, signed: bool = True) -> Any:
        headers = {"Content-Type": "application/json"}
        if signed:
            headers["Authorization"] = f"Bearer {self._sign_in()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers)  # noqa: S310 - always our own http://127.0.0.1
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(f"Airflow answered {error.code} to {path}: {error.read().decode()[:500]}") from error

    def _sign_in(self) -> str:
        if not self._token:
            body = {"username": "admin", "password": self._password}
            self._token = self._call("/auth/token", body, signed=False)["access_token"]
        return self._token

"""What a job said, read from the log Airflow keeps of its task: JSON lines whose `event` is a line of output."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jobs.airflow_api import TaskState

# How jobs/progress.py writes a line: 12:31:07 [info     ] text   fact=1
_PROGRESS = re.compile(r"^\d\d:\d\d:\d\d \[\w+\s*\] (?P<said>.*)$")
_ERROR = re.compile(r"^(?:[a-z_]+\.)*[A-Z]\w*(?:Error|Exception|[a-z])\w*: ")
_EXIT_CODE = re.compile(r"Error code is: (\d+)\.")
_LAST_LINES = 20


class TaskLog:
    """The log of one attempt at a task, read on from where it was last read."""

    def __init__(self, logs: Path, task: TaskState) -> None:
        self.path = (
            logs / f"dag_id={task.dag}" / f"run_id={task.run}" / f"task_id={task.task}" / f"attempt={task.attempt}.log"
        )
        self._read_bytes = 0
        self._output: list[str] = []
        self._airflow: list[str] = []

    def progress(self) -> list[str]:
        """Progress lines the job wrote since this was last asked."""
        return [" ".join(match["said"].split()) for line in self._read_on() if (match := _PROGRESS.match(line))]

    def failure(self) -> tuple[int, str]:
        """The job's exit code (1 where it has none) and the lines that say what went wrong."""
        self._read_on()
        code = next((int(match[1]) for line in reversed(self._airflow) if (match := _EXIT_CODE.search(line))), 1)
        starts = [index for index, line in enumerate(self._output) if _ERROR.match(line)]
        said = self._output[starts[-1] :] if starts else (self._output or self._airflow)
        return code, "\n".join(said[-_LAST_LINES:])

    def _read_on(self) -> list[str]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as stream:
            stream.seek(self._read_bytes)
            block = stream.read()
        block = block[: block.rfind(b"\n") + 1]  # a line still being written is read next time
        self._read_bytes += len(block)
        fresh: list[str] = []
        for line in block.decode(errors="replace").splitlines():
            event, from_job = _parsed(line)
            (fresh if from_job else self._airflow).append(event)
        self._output += fresh
        return fresh


def _parsed(line: str) -> tuple[str, bool]:
    try:
        entry = json.loads(line)
    except ValueError:
        return line, False
    details = " ".join(str(error.get("exc_value", "")) for error in entry.get("error_detail") or [])
    event = f"{entry.get('event', '')} {details}".rstrip()
    return event, str(entry.get("logger", "")).endswith("SparkSubmitHook") and not event.startswith("Spark-Submit cmd")

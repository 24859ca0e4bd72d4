"""A process that begins some work, to be killed in the middle of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_FRAME = """
import sys, time
{prepare}
print("begins", flush=True)
began = time.monotonic()
{work}
print(time.monotonic() - began, flush=True)
"""


def begun(
    prepare: str, work: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """A process that is through with `prepare` and now does `work`, and then says how many seconds that took."""
    process = subprocess.Popen(
        [sys.executable, "-c", _FRAME.format(prepare=prepare, work=work), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "begins\n"
    return process


def ends(process: subprocess.Popen[str]) -> float:
    """Seconds the work took; the process ends by itself."""
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return float(said)


def kill(process: subprocess.Popen[str], after: float) -> None:
    """kill -9 of the process and all its children, such as Spark's JVM."""
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):  # it was through already
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)

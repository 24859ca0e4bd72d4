"""Underwatch's own commands as a user runs them, timed by the wall clock, with the memory of all their processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Ran:
    """`peak_bytes` is the highest sum of memory of all its processes, pages that they share counted once."""

    seconds: float
    peak_bytes: int


def run(command: str, *options: str, environment: Mapping[str, str] | None = None) -> Ran:
    """Run `underwatch command options`. Raises SystemExit with what it said when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.cli", command, *options],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(process.pid)
    _, said = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}:\n{said[-2000:]}")
    return Ran(seconds, peak.end())


class _Peak:
    """The highest memory of a process and its descendants, sampled twice a second."""

    def __init__(self, pid: int) -> None:
        self._process, self._peak, self._over = psutil.Process(pid), 0, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._over.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self._peak = max(self._peak, sum(int(each.memory_full_info().pss) for each in family))
            except psutil.Error:
                continue  # one of them ended meanwhile

"""Underwatch's own commands as a user runs them, timed by the wall clock, with the memory of all their processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Ran:
    """`peak_bytes` is the highest sum of memory of all its processes, pages that they share counted once.

    `processor_seconds` are how long they kept cores busy, to about half a second for each process; other work on the
    machine adds little to it. `said` is what they wrote on standard error.
    """

    seconds: float
    peak_bytes: int
    processor_seconds: float = 0.0
    said: str = ""


def run(command: str, *options: str, environment: Mapping[str, str] | None = None, fine: Collection[int] = (0,)) -> Ran:
    """Run `underwatch command options`. Raises SystemExit with what it said when it ends with none of `fine`."""
    return run_module("jobs.cli", command, *options, environment=environment, fine=fine)


def run_module(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None, fine: Collection[int] = (0,)
) -> Ran:
    """Run `python -m module arguments`. Raises SystemExit with what it said when it ends with none of `fine`."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = _Watch(process.pid)
    _, said = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode not in fine:
        raise SystemExit(f"{' '.join((module, *arguments))} ended with {process.returncode}:\n{said[-2000:]}")
    return Ran(seconds, *watch.end(), said)


class _Watch:
    """The highest memory of a process and its descendants and the processor time of each, sampled twice a second."""

    def __init__(self, pid: int) -> None:
        self._process, self._peak, self._over = psutil.Process(pid), 0, threading.Event()
        self._worked: dict[psutil.Process, float] = {}
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> tuple[int, float]:
        """Bytes, and seconds of all of them together."""
        self._over.set()
        self._thread.join()
        return self._peak, sum(self._worked.values())

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                for each in family:
                    times = each.cpu_times()
                    self._worked[each] = times.user + times.system
                self._peak = max(self._peak, sum(int(each.memory_full_info().pss) for each in family))
            except psutil.Error:
                continue  # one of them ended meanwhile

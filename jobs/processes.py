"""Starting long-lived helper processes so that none outlives the command that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil

_MARK = "UNDERWATCH_PROCESS_FAMILY"


class ProcessFamily:
    """Processes started by one command, with all their descendants.

    Members are known by two things they inherit: a session, and an environment variable. One alone would miss some:
    Airflow's workers overwrite the memory that shows their environment, and a job may open a session of its own.
    Both are written to `record`, so that a later command can end what a killed one left behind.
    """

    def __init__(self, record: Path) -> None:
        self.record = record.resolve()
        text = self.record.read_text() if self.record.exists() else ""
        self._sessions = {int(word) for word in text.split()}

    def start(self, command: list[str], env: Mapping[str, str], cwd: Path, output: Path) -> subprocess.Popen[bytes]:
        """Start `command` in a session of its own, its output going to a file."""
        with output.open("ab") as stream:
            process = subprocess.Popen(
                command,
                env={**env, _MARK: str(self.record)},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._sessions.add(process.pid)
        self.record.write_text(" ".join(map(str, sorted(self._sessions))))
        return process

    def members(self) -> list[psutil.Process]:
        """Living members. Other users' processes are not readable and so never among them."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and self._holds(process):
                    found.append(process)
        return found

    def stop(self, patience_seconds: float = 2.0) -> None:
        """End every member, kindly and then not. Raises RuntimeError when one cannot be ended."""
        members = self.members()
        for process in members:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        psutil.wait_procs(members, timeout=patience_seconds)
        for _ in range(20):  # a process may fork while its elders are being killed
            left = self.members()
            if not left:
                self.record.unlink(missing_ok=True)
                return
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(left, timeout=1.0)
        raise RuntimeError(f"could not end processes {[process.pid for process in left]}; end them by hand")

    def _holds(self, process: psutil.Process) -> bool:
        # A session's number may be given again to a stranger, so it counts only for what is plainly Airflow.
        if os.getsid(process.pid) in self._sessions and "airflow" in " ".join(process.cmdline()):
            return True
        return process.environ().get(_MARK) == str(self.record)


class PeakMemory:
    """Samples, in the background, the memory of this process and a family's: pages shared between them once.

    `peak_bytes` is the highest sum seen.
    """

    def __init__(self, family: ProcessFamily, every_seconds: float = 2.0) -> None:
        self.peak_bytes = 0
        self._family, self._every = family, every_seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(timeout=5)

    def _sample(self) -> None:
        while not self._done.wait(self._every):
            used = sum(_own_bytes(process) for process in [psutil.Process(), *self._family.members()])
            self.peak_bytes = max(self.peak_bytes, used)


@contextmanager
def ends_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an orderly end, so that what was started is stopped."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    previous = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.uss))  # pss where the system tells it (Linux)
    except psutil.Error:
        return 0


def _die_with_parent() -> None:
    if sys.platform == "linux":  # elsewhere the next command's sweep of abandoned families does it
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 = PR_SET_PDEATHSIG

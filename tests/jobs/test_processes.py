from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from jobs.processes import PeakMemory, ProcessFamily

# A parent whose child leaves its session, as a daemon does, and ignores the kind signal.
STUBBORN = """
import os, signal, subprocess, sys, time
child = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
time.sleep(300)
"""


def wait_for(true, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def start(folder: Path, program: str = STUBBORN) -> ProcessFamily:
    family = ProcessFamily(folder / "processes")
    family.start([sys.executable, "-c", program], dict(os.environ), folder, folder / "output.log")
    return family


def test_stop_ends_children_that_left_the_session_and_ignore_sigterm(tmp_path):
    family = start(tmp_path)
    wait_for(lambda: "up" in (tmp_path / "output.log").read_text())
    assert len(family.members()) == 2
    family.stop(patience_seconds=0.5)
    assert family.members() == []
    assert not family.record.exists()


def test_a_later_command_finds_the_family_by_its_record(tmp_path):
    start(tmp_path)
    wait_for(lambda: "up" in (tmp_path / "output.log").read_text())
    later = ProcessFamily(tmp_path / "processes")
    assert len(later.members()) == 2
    later.stop(patience_seconds=0.5)
    assert later.members() == []


def test_families_do_not_end_each_other(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (start(tmp_path / name, "import time; time.sleep(300)") for name in ("one", "two"))
    one.stop(patience_seconds=0.5)
    assert len(two.members()) == 1
    two.stop(patience_seconds=0.5)


def test_a_killed_command_takes_what_it_started_with_it(tmp_path):
    """kill -9 leaves no time to clean up, so the system is asked beforehand to end the children."""
    program = (
        "import os, sys, time; from pathlib import Path; from jobs.processes import ProcessFamily;"
        f"f = ProcessFamily(Path({str(tmp_path)!r}) / 'processes');"
        "p = f.start([sys.executable, '-c', 'import time; time.sleep(300)'], dict(os.environ), Path('.'),"
        f" Path({str(tmp_path)!r}) / 'output.log'); print(p.pid, flush=True); time.sleep(300)"
    )
    command = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    child = int(command.stdout.readline())
    command.kill()
    command.wait()
    if sys.platform == "linux":
        wait_for(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
    ProcessFamily(tmp_path / "processes").stop()


def test_peak_memory_counts_the_family(tmp_path):
    program = "block = bytearray(200_000_000); block[::4096] = b'x' * len(block[::4096]); import time; time.sleep(300)"
    family = start(tmp_path, program)
    with PeakMemory(family, every_seconds=0.1) as memory:
        wait_for(lambda: memory.peak_bytes > 200_000_000)
    family.stop()

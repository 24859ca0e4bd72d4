"""What is measured of a process that a benchmark runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.commands import run_module

BUSY = "import time\nwhile time.process_time() < 1.5:\n    pass\n"


def test_a_process_s_time_memory_and_words_are_told(tmp_path: Path) -> None:
    (tmp_path / "busy_child.py").write_text(BUSY)
    (tmp_path / "busy.py").write_text(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'busy_child'])\nprint('done', file=sys.stderr)\n"
    )
    ran = run_module("busy", environment={"PYTHONPATH": str(tmp_path)})
    assert ran.seconds > 1.5
    assert 0.5 < ran.processor_seconds < 3
    assert ran.peak_bytes > 2**20
    assert ran.said == "done\n"


def test_a_process_that_fails_ends_the_run_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ValueError('no lines')")
    with pytest.raises(SystemExit, match=r"broken ended with 1:(.|\n)*no lines"):
        run_module("broken", environment={"PYTHONPATH": str(tmp_path)})

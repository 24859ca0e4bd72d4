"""Two processes that bring the same partition at the same moment: one content stays whole, the other run retries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lake import Lake
from tests.faults.kill import ROOT
from tests.faults.ledger import Ledger, tries
from tests.lake.plain import rows_of, seen, stage_many

pytestmark = pytest.mark.slow
TABLE, ROWS = "scored_claims", 2000
# Stages, waits for the start, commits; ends with the error's own exit code, as the command does.
RUNNER = f"""
import sys
from catalog.errors import UnderwatchError
from lake import Lake
from tests.lake.plain import stage_many
lake = Lake(sys.argv[1])
staged = stage_many(lake, "{TABLE}", sys.argv[2], {ROWS})
print("ready", flush=True)
sys.stdin.readline()
try:
    lake.commit(staged)
except UnderwatchError as error:
    sys.exit(error.exit_code)
"""


def _runner(lake: Lake, run: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUNNER, lake.root, run]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("table_there", [False, True], ids=["the very first commit", "a replaced partition"])
def test_two_runs_of_one_batch(lake: Lake, ledger: Ledger, table_there: bool) -> None:
    if table_there:
        lake.commit(stage_many(lake, TABLE, "before", ROWS))
    at_once(lake, ledger, "two runs of one batch at once", tries(2, 10) if table_there else 1)


def at_once(lake: Lake, ledger: Ledger, fault: str, times: int) -> None:
    for attempt in range(times):
        names = [f"{attempt} left", f"{attempt} right"]
        runners = [_runner(lake, name) for name in names]
        for runner in runners:
            assert runner.stdout is not None and runner.stdout.readline() == "ready\n"
        for runner in runners:
            assert runner.stdin is not None
            runner.stdin.write("go\n")
            runner.stdin.flush()
        codes = {name: runner.wait(timeout=60) for name, runner in zip(names, runners, strict=True)}
        assert set(codes.values()) <= {0, 8}  # 8 is CommitConflict: run the job again
        assert 0 in codes.values()
        left = seen(lake, TABLE)
        assert left in [rows_of(TABLE, name, ROWS) for name, code in codes.items() if code == 0]
        for name, code in codes.items():
            if code:
                lake.commit(stage_many(lake, TABLE, name, ROWS))
                left = rows_of(TABLE, name, ROWS)
        ledger.note(fault, "the one told so runs again", left, seen(lake, TABLE))

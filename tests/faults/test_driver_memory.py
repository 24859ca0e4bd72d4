"""A driver whose heap is used up: the job fails, readers keep what they saw, and the run again completes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lake import Lake
from tests.faults.kill import ROOT
from tests.faults.ledger import Ledger
from tests.lake.plain import DAY, rows_of, seen, stage_many

pytestmark = pytest.mark.slow
TABLE, ROWS = "scored_claims", 1000
# One row that holds a thousand million characters, staged with the smallest heap that Spark takes.
HOG = f"""
import sys
from catalog import TABLES
from jobs.spark import spark_session
from lake import Lake
with spark_session("hog", "local[1]") as spark:
    text = "concat_ws('', collect_list(repeat(string(id), 1000)))"
    columns = [f"cast(null as {{c.type}}) as `{{c.name}}`" for c in TABLES["{TABLE}"].columns[1:]]
    hog = spark.range(0, 1000000, 1, 1).selectExpr(f"{{text}} as claim_id")
    lake = Lake(sys.argv[1])
    lake.commit(lake.stage(hog.selectExpr("claim_id", *columns), "{TABLE}", "{DAY}"))
"""


def test_the_heap_is_used_up_while_staging(lake: Lake, ledger: Ledger) -> None:
    before = rows_of(TABLE, "before", ROWS)
    lake.commit(stage_many(lake, TABLE, "before", ROWS))
    command = [sys.executable, "-c", HOG, lake.root]
    environment = {**os.environ, "UNDERWATCH_DRIVER_MEMORY": "480m"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode != 0
    assert "OutOfMemoryError" in done.stderr
    assert seen(lake, TABLE) == before
    lake.commit(stage_many(lake, TABLE, "after", ROWS))
    ledger.note("driver out of memory while staging", "run again", rows_of(TABLE, "after", ROWS), seen(lake, TABLE))

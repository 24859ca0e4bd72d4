"""The whole main job on public Medicare files: a real Airflow and real Spark, from the files to published tables."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from jobs.promotion import gate_of
from lake import Lake
from lake.audit_log import AuditLog
from models.registry import CHAMPION, Registry
from models.risk.names import MODEL
from tests.end_to_end.main_job import needs_airflow, one, succeeded, underwatch_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@needs_airflow
@pytest.mark.shared_data
def test_the_public_medicare_files_as_downloaded(shared_data: Path, tmp_path: Path) -> None:
    files, lake = shared_data / "desynpuf", tmp_path / "lake"
    said = succeeded(underwatch_run(tmp_path, "--source=desynpuf", f"--delivery={files}", f"--lake={lake}"))
    assert "no probability of fraud" in said
    pattern = f"{files}/*_Claims_*.csv"
    delivered = duckdb.sql(
        f"""select count(distinct CLM_ID) + (select count(distinct PDE_ID) from '{files}/*Prescription_Drug*.csv')
            from read_csv('{pattern}', union_by_name = true, all_varchar = true)"""
    ).fetchall()[0][0]
    # One outpatient row continues a claim whose first part is not in the public file.
    (rejected,) = one(lake, "select count(*) from rejected_rows where table_name in ('claim_lines', 'pharmacy_claims')")
    assert one(lake, "select count(*), count(distinct claim_id) from scored_claims") == (delivered - rejected,) * 2
    assert rejected == 1
    assert one(lake, "select distinct score_basis from scored_claims") == ("unsupervised",)
    assert one(lake, "select count(fraud_probability) from scored_claims") == (0,)
    # Which members a lake holds back from learning hangs on its token key. Here they are 75, and costs of 2010 fall far
    # below those of 2009: in one lake the gate refuses what learnt from 2009, in another it does not. What is published
    # follows the gate in either.
    registry = Registry(str(lake))
    newest = registry.newest(MODEL)
    assert newest is not None
    gate = gate_of(registry, AuditLog(str(lake)), newest)
    assert "predicted over actual cost" in next(part.why for part in gate.parts if part.name == "calibration")
    assert ("No cost was predicted" in said) == bool(gate.refused)
    assert (registry.aliased(MODEL, CHAMPION) is None) == bool(gate.refused)
    assert Lake(str(lake)).exists("risk_predictions") != bool(gate.refused)
    if gate.refused:
        assert re.search(r"scores nobody: predicted over actual cost \d\.", said)
    else:
        last = "where as_of = (select max(as_of) from member_features)"
        covered = one(lake, f"select count(*) from member_features {last}")
        assert one(lake, "select count(*), count(distinct member_id) from risk_predictions") == covered * 2

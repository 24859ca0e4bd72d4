"""The parts that the scoring benchmark takes the time of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.scoring_speed import steps_of, worker_parts
from jobs.progress import configure_logging, step
from models.fraud.claims import ClaimModel
from models.fraud.inputs import claim_columns, matrix, names
from models.fraud.unsupervised import fit_tails
from tests.models.fraud.book import book


def test_steps_are_read_from_what_a_command_logs(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    with step("scoring claims", model="fraud_claim 3") as found:
        found.update(claims=7, recovery="40% known")
    with step("finding cases"):
        pass
    steps = steps_of(capsys.readouterr().err)
    assert list(steps) == ["scoring claims", "finding cases"]
    assert all(0 <= seconds < 60 for seconds in steps.values())


def test_every_part_of_a_worker_s_work_is_timed() -> None:
    claims = book(count=40).claims
    features = names(claim_columns())
    scores = pd.Series(0.5, index=claims["provider_id"].unique())
    frame = claims.assign(provider_score=0.5)
    model = ClaimModel(features, fit_tails(features, matrix(frame, features), frame["peer_group"]), None)
    spent = worker_parts(pa.Table.from_pandas(claims), model, scores)
    parts = ["Arrow to matrix", "margins and probabilities", "exact contributions", "sentences"]
    assert list(spent) == [*parts, "approximate contributions"]
    assert np.all(np.array(list(spent.values())) > 0)

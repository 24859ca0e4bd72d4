"""Monitoring of a made-up lake, from tables and a registered champion to the kept findings and the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from typer.testing import CliRunner

from catalog.errors import MissingTable, NothingToDo
from jobs.breaches import About, breaches_of
from jobs.cli import app
from jobs.monitor import watch
from jobs.sql import answer
from lake import Lake
from models.registry import Registry

TRAINED, LATER = date(2025, 6, 30), date(2025, 12, 31)
PROVIDERS = 1000


def _append(lake: Lake, table: str, rows: pd.DataFrame, by: str) -> None:
    write_deltalake(
        lake.path(table), pa.Table.from_pandas(rows, preserve_index=False), partition_by=[by], mode="append"
    )


def _providers(day: date, dearer: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ids = [f"p{one:04d}" for one in range(PROVIDERS)]
    paid = rng.lognormal(9, 1, PROVIDERS) * dearer
    return pd.DataFrame({"provider_id": ids, "total_paid": paid, "claim_volume": 50.0, "as_of": day})


def _scored(day: date, seed: int, shift: float = 0.0) -> pd.DataFrame:
    rows = _providers(day, 1.0, seed)[["provider_id", "as_of"]]
    chance = np.clip(np.random.default_rng(seed).beta(2, 5, PROVIDERS) + shift, 0, 1)
    rank = (-chance).argsort().argsort() + 1
    return rows.assign(fraud_probability=chance, fraud_rank=rank, model_version="1")


def _investigations(honest: bool) -> pd.DataFrame:
    scored = _scored(TRAINED, 1)
    confirmed = np.random.default_rng(9).random(PROVIDERS) < (scored["fraud_probability"] if honest else 0.02)
    return pd.DataFrame(
        {
            "target_type": "provider",
            "target_id": scored["provider_id"],
            "outcome": np.where(confirmed, "confirmed", "unfounded"),
            "known_date": date(2025, 9, 30),
            "batch_id": "b1",
        }
    )


def _lake(root: Path, *, moved: bool) -> Lake:
    """A champion trained in June that scored then and in December; in December all is as before, or nothing is."""
    lake = Lake(str(root))
    _append(lake, "provider_features", _providers(TRAINED, 1.0, 1), "as_of")
    registry, model = Registry(lake.root), root / "model"
    model.mkdir()
    (model / "model.json").write_text("{}")
    frame = pd.DataFrame({"amount": [1.0]})
    tags = {"as_of": str(TRAINED), "lake.provider_features": "0"}
    with registry.run("fraud", "a test", {"as_of": TRAINED}, tags) as run:
        run.log_metrics({"oof_precision_at_capacity_lower": 0.3})
        version = registry.register(
            run, "fraud_provider", model, frame, frame, "mark", tags, "tests.models.served_double:predict"
        )
    registry.promote("fraud_provider", version)
    _append(lake, "scored_providers", _scored(TRAINED, 1), "as_of")
    _append(lake, "provider_features", _providers(LATER, 3.0 if moved else 1.0, 2), "as_of")
    _append(lake, "scored_providers", _scored(LATER, 2, 0.3 if moved else 0.0), "as_of")
    _append(lake, "investigations", _investigations(honest=not moved), "batch_id")
    known = date(2025, 6, 1) if moved else date(2025, 12, 20)
    _append(lake, "claim_lines", pd.DataFrame({"known_date": [known], "batch_id": "b1"}), "batch_id")
    return lake


@pytest.fixture(scope="module", autouse=True)
def own_store() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("moved"), moved=True)


def _statuses(lake: Lake) -> dict[tuple[str, str], str]:
    return {(one.check_name, one.subject): one.status for one in watch(lake, LATER)}


def test_a_book_that_stayed_as_it_was_has_no_breach(tmp_path: Path) -> None:
    found = _statuses(_lake(tmp_path, moved=False))
    assert set(found.values()) == {"ok"}
    assert {check for check, _ in found} == {
        *("feature_drift", "missing", "volume", "score_drift", "calibration", "precision", "freshness")
    }


def test_what_moved_is_found_by_the_check_that_is_about_it(moved: Lake) -> None:
    found = _statuses(moved)
    assert {key for key, status in found.items() if status == "breach"} == {
        ("feature_drift", "total_paid"),
        ("score_drift", "fraud_probability"),
        ("calibration", "fraud_probability"),
        ("precision", "ranked first"),
        ("freshness", "claim_lines"),
    }


def test_looking_again_replaces_the_day_and_leaves_other_days(moved: Lake) -> None:
    watch(moved, LATER)
    before = answer(moved, "select count(*) from monitoring")[1]
    watch(moved, LATER)
    assert answer(moved, "select count(*) from monitoring")[1] == before
    watch(moved, TRAINED)
    counts = answer(moved, "select as_of, count(*) from monitoring group by 1 order by 1")[1]
    assert [day for day, _ in counts] == [TRAINED, LATER]
    kept = (
        "select model_version, alert, value, checked_at from monitoring where check_name = 'score_drift' and as_of = "
    )
    ((version, status, value, at),) = answer(moved, f"{kept} date '{LATER}'")[1]
    assert (version, status) == ("1", "breach") and value > 0.25 and isinstance(at, datetime)


def test_the_command_prints_breaches_writes_a_page_and_fails_only_if_asked(moved: Lake) -> None:
    arguments = ["monitor", "--lake", moved.root, "--as-of", str(LATER)]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert "5 breaches" in shown.output and "total_paid" in shown.output
    text = (Path(moved.root) / "monitoring" / f"{LATER}.html").read_text()
    assert text.count("data:image/png;base64,") == 2
    assert "fraud_provider: features that moved most" in text and '<td class="breach">breach</td>' in text
    assert "p0001" not in text, "aggregates only"
    failed = CliRunner().invoke(app, [*arguments, "--fail-on-breach"])
    assert type(failed.exception).__name__ == "Breach"


def _priced(root: Path, *, men: float) -> Lake:
    """A risk champion whose year of TRAINED is over; men cost `men` times what was expected of them."""
    lake, rng, members = Lake(str(root)), np.random.default_rng(3), 2000
    registry, model = Registry(lake.root), root / "model"
    model.mkdir()
    (model / "model.json").write_text("{}")
    frame, tags = pd.DataFrame({"amount": [1.0]}), {"as_of": str(TRAINED)}
    with registry.run("risk", "a test", {}, tags) as run:
        version = registry.register(
            run, "risk_cost", model, frame, frame, "mark", tags, "tests.models.served_double:predict"
        )
    registry.promote("risk_cost", version)
    book = pd.DataFrame({"member_id": [f"m{one:04d}" for one in range(members)], "as_of": TRAINED})
    male, expected = rng.integers(0, 2, members).astype(float), rng.lognormal(8, 0.5, members)
    cost = expected * np.where(male == 1, men, 1.0) * rng.lognormal(0, 0.3, members)
    _append(lake, "member_features", book.assign(sex_male=male, age_band="40 to 64", age=50.0), "as_of")
    _append(lake, "risk_predictions", book.assign(expected_cost=expected, model_version="1"), "as_of")
    outcome = book.assign(allowed_amount=cost / 2, months_covered=6, complete=True)
    _append(lake, "member_outcomes", outcome, "as_of")
    return lake


@pytest.mark.parametrize(("men", "status"), [(1.0, "ok"), (1.6, "breach")])
def test_groups_of_members_are_held_against_what_their_year_cost(tmp_path: Path, men: float, status: str) -> None:
    found = {one.subject: one for one in watch(_priced(tmp_path, men=men), LATER) if one.check_name == "fairness"}
    assert {subject: one.status for subject, one in found.items()} == {
        "sex male": status,
        "sex female": status,  # groups are held against each other
        "age_band 40 to 64": "ok",
    }
    assert found["sex male"].reference == f"cost of the year after {TRAINED}"
    assert sum(one.cases for one in found.values()) == 2 * 2000


def test_breaches_are_told_by_what_mends_them(moved: Lake) -> None:
    watch(moved, LATER)
    told = {about: [one[0] for one in breaches_of(moved, about, LATER)] for about in (About.fraud, About.data)}
    assert sorted(told[About.fraud]) == ["calibration", "feature_drift", "precision", "score_drift"]
    assert told[About.data] == ["freshness"]
    with pytest.raises(NothingToDo, match="no breach of risk"):
        breaches_of(moved, About.risk, LATER)
    with pytest.raises(MissingTable, match="underwatch monitor"):
        breaches_of(moved, About.fraud, date(2024, 1, 1))
    shown = CliRunner().invoke(app, ["breaches", "--about", "fraud", "--lake", moved.root, "--as-of", str(LATER)])
    assert shown.exit_code == 0 and "total_paid" in shown.output


def test_an_empty_lake_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(MissingTable, match="underwatch run"):
        watch(Lake(str(tmp_path)), LATER)

"""Who makes a version champion: the gate alone, or persons; and the way back. No Spark is started."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from catalog.errors import ModelUnavailable, NoChampion, NotApproved
from jobs.approve import approved, measured_again
from jobs.cli import app
from jobs.options import ApprovalBy
from jobs.promotion import Trainer, gate_of, held_out
from jobs.rollback import rolled_back
from jobs.train_risk import _register
from lake import AuditLog, Lake
from models.gate import FILE as GATE_FILE
from models.registry import CHALLENGER, CHAMPION, Registry
from models.risk.fair import Fairness
from models.risk.names import GRAPH_MODEL
from models.risk.train import Trained, train
from tests.models.risk.conftest import SEED, snapshot

DAY = date(2025, 12, 31)
NAME = "risk_cost"
pytestmark = pytest.mark.slow
PERSON = Trainer(ApprovalBy.person, "Tom Train", SEED)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(snapshot(300, 1), snapshot(300, 2), SEED)


@pytest.fixture(scope="module")
def template(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Version 1 is champion by its gate alone; 2 waits for persons."""
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    lake = Lake(str(tmp_path_factory.mktemp("promotion") / "lake"))
    assert register(lake, trained, Trainer(seed=SEED)) == "1"
    assert register(lake, trained, PERSON) == "2"
    yield lake
    patch.undo()


@pytest.fixture
def lake(template: Lake) -> Iterator[Lake]:
    """The template, whose files are as they were again afterwards.

    MLflow names files by absolute paths and keeps its database open: no copy can serve, nor another file in its place.
    """
    root = Path(template.root)
    kept = root.with_name("kept")
    shutil.copytree(root, kept)
    yield template
    for path in root.rglob("*"):
        if path.is_file() and not (kept / path.relative_to(root)).exists():
            path.unlink()
    shutil.copytree(kept, root, dirs_exist_ok=True)
    shutil.rmtree(kept)


def register(lake: Lake, trained: Trained, trainer: Trainer, name: str = NAME) -> str:
    return _register(Registry(lake.root), lake, replace(trained, notes=[]), DAY, "mark", SEED, name, trainer)


def champion(lake: Lake, name: str = NAME) -> str:
    found = Registry(lake.root).aliased(name, CHAMPION)
    return found.version if found else ""


def actions(lake: Lake) -> list[tuple[str, str, object]]:
    return [(one.action, one.actor, one.details["version"]) for one in AuditLog(lake.root).entries()]


def test_without_a_person_the_gate_decides_and_says_what_from(lake: Lake) -> None:
    registry, log = Registry(lake.root), AuditLog(lake.root)
    first = registry.version(NAME, "1")
    gate = gate_of(registry, log, first)
    names = ["outcomes", "quality", "fairness", "leak", "calibration", "same cases", "score drift", "stability"]
    assert [part.name for part in gate.parts] == names
    assert first.tags["gate"] == gate.status != "refused"
    rows = duckdb.read_parquet(lake.files("holdout_predictions", partition="risk_cost-1"))
    assert rows.aggregate("count(*), count(distinct target_id), count(champion_predicted)").fetchall() == [
        (gate.parts[0].figures["cases"], gate.parts[0].figures["cases"], 0)
    ]
    assert [part.same_as(gate_part(gate, part.name)) for part in measured_again(lake, first, gate)] == [True] * 6
    assert champion(lake) == "1"
    assert log.verify() is None


def gate_part(gate, name):  # type: ignore[no-untyped-def]
    return next(part for part in gate.parts if part.name == name)


def test_one_that_waits_does_not_score_and_is_measured_beside_the_champion(lake: Lake) -> None:
    second = Registry(lake.root).version(NAME, "2")
    assert second.aliases == (CHALLENGER,)
    assert second.tags["verdict"].startswith("waits for approval") and "underwatch approve" in second.tags["verdict"]
    held = held_out(lake, second)
    assert (held["champion_predicted"] == held["predicted"]).all(), "the same model twice"
    assert gate_part(gate_of(Registry(lake.root), AuditLog(lake.root), second), "same cases").figures["gain"] == 0


def test_a_risk_model_needs_two_persons_neither_of_whom_trained_it(lake: Lake) -> None:
    with pytest.raises(NotApproved, match="someone else has to approve it"):
        approved(lake, NAME, "2", " tom  TRAIN ", "mine")
    assert "1 more person" in approved(lake, NAME, "2", "Ada Long", "looked at drift")
    assert champion(lake) == "1"
    with pytest.raises(NotApproved, match=r"has approved .* already"):
        approved(lake, NAME, "2", "ada long", "again")
    assert "champion: approved by Ada Long and Bo Short" in approved(lake, NAME, "2", "Bo Short", "agreed")
    assert champion(lake) == "2"
    assert Registry(lake.root).aliased(NAME, CHALLENGER) is None
    assert actions(lake)[-3:] == [
        ("approve", "Ada Long", "2"),
        ("approve", "Bo Short", "2"),
        ("promote", "Bo Short", "2"),
    ]
    last = list(AuditLog(lake.root).entries())[-1]
    assert last.details["former"] == "1" and last.details["approvals"] == ["Ada Long", "Bo Short"]
    with pytest.raises(NotApproved, match="champion already"):
        approved(lake, NAME, "2", "Cy", "late")


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("Ada", "  ")])
def test_an_approval_has_a_name_and_a_reason(lake: Lake, by: str, reason: str) -> None:
    with pytest.raises(NotApproved, match="a name and a reason"):
        approved(lake, NAME, "2", by, reason)
    with pytest.raises(NotApproved, match="a name and a reason"):
        rolled_back(lake, NAME, by, reason)


def test_what_the_gate_refused_no_person_can_approve(lake: Lake, trained: Trained) -> None:
    assert trained.test is not None
    # The dearest member is said to be the cheapest, and so on.
    order = np.argsort(np.argsort(-trained.test.rows.cost))
    upside_down = trained.predicted.sort_values("expected_cost").iloc[order].reset_index(drop=True)
    worse = replace(trained, predicted=upside_down)
    version = register(lake, worse, PERSON)
    model = Registry(lake.root).version(NAME, version)
    assert model.tags["gate"] == "refused" and "worse beyond doubt" in model.tags["verdict"]
    with pytest.raises(NotApproved, match="the gate refused"):
        approved(lake, NAME, version, "Ada", "please")
    assert champion(lake) == "1"


def test_a_gate_or_predictions_that_were_changed_are_found(lake: Lake) -> None:
    registry = Registry(lake.root)
    second = registry.version(NAME, "2")
    text = registry.text(second, GATE_FILE)
    registry.log_text(second, text.replace("passed", "passed "), GATE_FILE)
    with pytest.raises(NotApproved, match="not the one that training wrote"):
        approved(lake, NAME, "2", "Ada", "looks fine")
    registry.log_text(second, text, GATE_FILE)
    rows = held_out(lake, second).astype(object)
    flattered = rows.assign(predicted=rows["actual"]).where(rows.notna(), None).to_dict("records")
    lake.write_rows(flattered, "holdout_predictions", "risk_cost-2")
    with pytest.raises(NotApproved, match=r"stored predictions .* do not give"):
        approved(lake, NAME, "2", "Ada", "looks fine")
    lake.write_rows([], "holdout_predictions", "risk_cost-2")
    with pytest.raises(NotApproved, match="they are gone"):
        approved(lake, NAME, "2", "Ada", "looks fine")


def test_a_champion_that_changed_since_the_gate_makes_it_void(lake: Lake, trained: Trained) -> None:
    assert register(lake, trained, Trainer(seed=SEED)) == "3"
    assert champion(lake) == "3"
    with pytest.raises(NotApproved, match="against version 1, and now version 3 scores"):
        approved(lake, NAME, "2", "Ada", "looks fine")


def test_approvals_are_not_counted_in_a_broken_log(lake: Lake) -> None:
    log = AuditLog(lake.root)
    log.append(actor="Ada", action="approve", subject=NAME, details={"version": "2"})
    log.path.write_bytes(log.path.read_bytes().replace(b'"Ada"', b'"Bob"'))
    with pytest.raises(NotApproved, match="broken at entry"):
        approved(lake, NAME, "2", "Ada", "looks fine")
    with pytest.raises(NotApproved, match="broken at entry"):
        rolled_back(lake, NAME, "Ada", "too high")


def test_rollback_goes_to_what_scored_before_and_not_to_what_was_rolled_back(lake: Lake, trained: Trained) -> None:
    with pytest.raises(NotApproved, match="scored before: none"):
        rolled_back(lake, NAME, "Ada", "too high")
    with pytest.raises(NotApproved, match="approved, not rolled back to"):
        rolled_back(lake, NAME, "Ada", "too high", to="2")
    assert register(lake, trained, Trainer(seed=SEED)) == "3"
    assert register(lake, trained, Trainer(seed=SEED)) == "4"
    rolled_back(lake, NAME, "Ada", "too high")
    assert champion(lake) == "3"
    rolled_back(lake, NAME, "Ada", "too high too")
    assert champion(lake) == "1", "4 was rolled back from and is not what scored before 3"
    with pytest.raises(NotApproved, match="scored before: 3, 4"):
        rolled_back(lake, NAME, "Ada", "and back?")
    rolled_back(lake, NAME, "Ada", "it was the data", to="4")
    assert champion(lake) == "4"
    assert actions(lake)[-1] == ("rollback", "Ada", "4")
    assert "rolled back to version 3 by Ada: too high" in Registry(lake.root).version(NAME, "4").tags["verdict"]


def test_rollback_to_damaged_files_moves_nothing(lake: Lake, trained: Trained) -> None:
    register(lake, trained, Trainer(seed=SEED))
    folder = Registry(lake.root).version(NAME, "1").folder
    (folder / "risk.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="missing or damaged"):
        rolled_back(lake, NAME, "Ada", "too high")
    assert champion(lake) == "3"


def test_the_graph_goes_with_the_version_it_beat(lake: Lake, trained: Trained) -> None:
    assert trained.graph is not None
    winning = replace(trained, graph_wins=True)
    register(lake, winning, Trainer(seed=SEED))
    registry = Registry(lake.root)
    graph = registry.aliased(GRAPH_MODEL, CHAMPION)
    assert graph is not None and graph.tags["paired_with"] == champion(lake) == "3"
    rolled_back(lake, NAME, "Ada", "too high")
    assert champion(lake) == "1" and registry.aliased(GRAPH_MODEL, CHAMPION) is None
    rolled_back(lake, NAME, "Ada", "it was the data", to="3")
    again = registry.aliased(GRAPH_MODEL, CHAMPION)
    assert again is not None and again.version == graph.version


def test_a_first_version_that_waits_scores_nobody_and_the_error_says_how(lake: Lake, trained: Trained) -> None:
    register(lake, trained, PERSON, "risk_cost_without_sex_male")
    with pytest.raises(NoChampion, match="underwatch approve risk_cost_without_sex_male 1"):
        Registry(lake.root).champion("risk_cost_without_sex_male")


def test_an_unfair_first_version_is_refused_as_a_part_of_its_gate(lake: Lake, trained: Trained) -> None:
    class Unfair(Fairness):
        @property
        def faults(self) -> list[str]:
            return ["age_band 65-74 is predicted at 2.00 of its cost"]

    register(lake, replace(trained, fairness=Unfair()), Trainer(seed=SEED), "risk_unfair")
    registry = Registry(lake.root)
    gate = gate_of(registry, AuditLog(lake.root), registry.version("risk_unfair", "1"))
    assert [part.name for part in gate.refused] == ["fairness"]
    with pytest.raises(NoChampion, match="refused as unfair: age_band 65-74"):
        registry.champion("risk_unfair")


def test_the_card_is_kept_with_the_run_and_follows_what_becomes_of_the_version(lake: Lake) -> None:
    registry = Registry(lake.root)

    def kept(version: str) -> str:
        return registry.text(registry.version(NAME, version), "model_card.md")

    assert kept("1").startswith("# Model card: risk_cost version 1\n") and "Standing: champion." in kept("1")
    assert "Standing: challenger. waits for approval" in kept("2")
    for heading in ("Use", "Data", "Measured", "Gate", "Fairness", "Limits", "Approvals and moves", "To make it again"):
        assert f"\n## {heading}\n" in kept("2")
    assert "| same cases | passed |" in kept("2") and "Held against version 1." in kept("2")
    assert "oot_unseen_r2 |" in kept("2") and "| sex | female |" in kept("2")
    assert "trained by Tom Train" in kept("2") and "risk.json: SHA-256" in kept("2")
    approved(lake, NAME, "2", "Ada Long", "drift | looked at")
    assert "| approved | Ada Long | drift \\| looked at |" in kept("2")
    approved(lake, NAME, "2", "Bo Short", "agreed")
    assert "Standing: champion. champion: approved by Ada Long and Bo Short" in kept("2")
    assert "Standing: scores nobody" in kept("1")
    rolled_back(lake, NAME, "Ada Long", "too high")
    assert "became champion again, by rollback after version 2 | Ada Long | too high |" in kept("1")
    shown = CliRunner().invoke(app, ["model-card", NAME, "2", "--lake", lake.root])
    assert shown.exit_code == 0 and shown.output == kept("2")


def test_the_commands_print_what_they_did(lake: Lake) -> None:
    def shown(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments, "--lake", lake.root])
        assert result.exit_code == 0, result.output
        return result.output

    told = shown("compare-models", NAME)
    for words in (
        "Gate of version 2, held against version 1",
        "same cases",
        "fairness",
        "Approved by nobody (2 needed",
    ):
        assert words in told
    assert "1 more person" in shown("approve", NAME, "2", "--by", "Ada", "--reason", "fine")
    assert "Approved by Ada (2 needed" in shown("compare-models", NAME, "2")
    assert "is champion" in shown("approve", NAME, "2", "--by", "Bo", "--reason", "fine")
    assert "version 1 is champion again" in shown("rollback", NAME, "--by", "Ada", "--reason", "too high")
    entry = json.loads(shown("audit-log", "--last", "1", "--json"))
    assert (entry["action"], entry["details"]["former"]) == ("rollback", "2")

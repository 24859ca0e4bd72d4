from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from catalog.errors import ModelUnavailable, NoChampion
from models.plot_style import new_figure
from models.registry import Registry

INPUT = pd.DataFrame({"amount": [1.0, 2.0]})
OUTPUT = pd.DataFrame({"double": [2.0, 4.0]})
SERVED = "tests.models.served_double:predict"


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text('{"times": 2}')
    return folder


@pytest.fixture(scope="module")
def lake_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("lake"))


@pytest.fixture
def registry(lake_root: str, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    return Registry(lake_root)


def _register(registry: Registry, name: str, folder: Path, fingerprint: str = "abc") -> str:
    with registry.run("risk", "a test", {"depth": 4}, {"as_of": "2025-12-31"}) as run:
        run.log_metrics({"r2": 0.25, "undefined": float("nan"), "absent": None})
        return registry.register(run, name, folder, INPUT, OUTPUT, fingerprint, {"basis": "trees"}, SERVED)


def test_a_champion_comes_back_with_its_files_tags_and_metrics(registry: Registry, model_folder: Path) -> None:
    version = _register(registry, "risk_cost", model_folder)
    registry.promote("risk_cost", version)
    champion = registry.champion("risk_cost")
    assert (champion.name, champion.version, champion.fingerprint) == ("risk_cost", "1", "abc")
    assert champion.tags["basis"] == "trees"
    assert champion.metrics == {"r2": 0.25}
    assert (champion.folder / "model.json").read_text() == '{"times": 2}'


def test_a_refused_version_scores_nobody_and_the_error_says_why(registry: Registry, model_folder: Path) -> None:
    version = _register(registry, "risk_refused", model_folder)
    registry.say_verdict("risk_refused", version, "refused as unfair")
    with pytest.raises(NoChampion, match="Version 1: refused as unfair"):
        registry.champion("risk_refused")


def test_newest_is_the_last_version_even_when_another_is_champion(registry: Registry, model_folder: Path) -> None:
    assert registry.newest("risk_newest") is None
    registry.promote("risk_newest", _register(registry, "risk_newest", model_folder, "first"))
    _register(registry, "risk_newest", model_folder, "second")
    newest = registry.newest("risk_newest")
    assert newest is not None and (newest.version, newest.fingerprint) == ("2", "second")
    assert registry.champion("risk_newest").version == "1"


def test_the_files_of_a_run_are_listed_and_read(registry: Registry, model_folder: Path) -> None:
    with registry.run("risk", "a test", {}, {}) as run:
        run.log_text("said", "why.txt")
        figure, _ = new_figure("title", "x", "y")
        run.log_figure(figure, "plot.png")
        version = registry.register(run, "risk_drawn", model_folder, INPUT, OUTPUT, "abc", {}, SERVED)
    model = registry.version("risk_drawn", version)
    assert registry.files(model) == ["plot.png", "why.txt"]
    assert registry.content(model, "plot.png").startswith(b"\x89PNG")
    with pytest.raises(ModelUnavailable, match="has no file"):
        registry.content(model, "../model.json")


def test_a_store_in_a_file_has_no_page_to_open(registry: Registry, model_folder: Path) -> None:
    version = _register(registry, "risk_linked", model_folder)
    assert registry.page(registry.version("risk_linked", version)) == ""


def test_an_alias_moves_and_goes(registry: Registry, model_folder: Path) -> None:
    version = _register(registry, "risk_alias", model_folder)
    registry.set_alias("risk_alias", "challenger", version)
    found = registry.aliased("risk_alias", "challenger")
    assert found is not None and found.aliases == ("challenger",)
    registry.drop_alias("risk_alias", "challenger")
    registry.drop_alias("risk_alias", "challenger")
    assert registry.aliased("risk_alias", "challenger") is None


def test_no_champion_names_the_command_that_makes_one(registry: Registry) -> None:
    with pytest.raises(ModelUnavailable, match="underwatch train-fraud"):
        registry.champion("fraud_provider")


def test_a_damaged_file_is_refused_by_name(registry: Registry, model_folder: Path) -> None:
    registry.promote("risk_damaged", _register(registry, "risk_damaged", model_folder))
    (registry.champion("risk_damaged").folder / "model.json").write_text('{"times": 3}')
    with pytest.raises(ModelUnavailable, match=r"model\.json of risk_damaged version 1 is missing or damaged.*retrain"):
        registry.champion("risk_damaged")
    newest = registry.newest("risk_damaged")
    assert newest is not None and not newest.intact


def test_deleted_artifacts_are_told_too(registry: Registry, model_folder: Path) -> None:
    registry.promote("risk_gone", _register(registry, "risk_gone", model_folder))
    (registry.champion("risk_gone").folder / "model.json").unlink()
    with pytest.raises(ModelUnavailable, match="missing or damaged"):
        registry.champion("risk_gone")


def test_a_pickle_is_not_registered(registry: Registry, model_folder: Path) -> None:
    (model_folder / "model.pkl").write_bytes(b"")
    with pytest.raises(ValueError, match="not of a safe format"):
        _register(registry, "risk_pickle", model_folder)
    assert registry.newest("risk_pickle") is None


def test_mlflow_s_own_loader_predicts(registry: Registry, model_folder: Path) -> None:
    import mlflow

    version = _register(registry, "risk_served", model_folder)
    served = mlflow.pyfunc.load_model(f"models:/risk_served/{version}")
    assert served.metadata.signature.inputs.input_names() == ["amount"]
    assert served.predict(INPUT)["double"].tolist() == [2.0, 4.0]


def test_a_lake_in_an_object_store_asks_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERWATCH_MLFLOW", raising=False)
    with pytest.raises(ModelUnavailable, match="UNDERWATCH_MLFLOW"):
        Registry("s3://bucket/lake")


def test_importing_the_registry_does_not_import_mlflow() -> None:
    code = "import sys, models.registry; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_two_trainings_may_start_a_new_store_at_once(tmp_path: Path, model_folder: Path) -> None:
    code = (
        "import sys, pandas as pd; from pathlib import Path; from models.registry import Registry\n"
        "registry = Registry(sys.argv[1])\n"
        "with registry.run('risk', 'x', {}, {}) as run:\n"
        "    frame = pd.DataFrame({'a': [1.0]})\n"
        "    registry.register(run, 'risk_cost', Path(sys.argv[2]), frame, frame, 'f', {}, 'a:b')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lake"), str(model_folder)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    newest = Registry(str(tmp_path / "lake")).newest("risk_cost")
    assert newest is not None and newest.version == "2"

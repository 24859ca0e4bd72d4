"""The model store on an MLflow server that keeps its records in PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from catalog.errors import ModelUnavailable
from jobs.processes import free_port
from models.registry import Registry
from tests.models.test_registry import INPUT, OUTPUT, SERVED

pytestmark = pytest.mark.slow


@pytest.fixture
def server(database: object, tmp_path: Path) -> Iterator[str]:
    """Address of an MLflow server as docs/runbook.md starts it."""
    password = quote(database.password, safe="")  # type: ignore[attr-defined]
    store = database.address.replace("@", f":{password}@").replace("postgresql:", "postgresql+psycopg:")  # type: ignore[attr-defined]
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (tmp_path / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--backend-store-uri", store, "--artifacts-destination", str(tmp_path / "artifacts")],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/health", process)
        yield address
    finally:
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
        process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            urllib.request.urlopen(url, timeout=10).close()  # noqa: S310 - our own server
            return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None and time.monotonic() < deadline, "MLflow did not start"
            time.sleep(0.5)


def test_versions_are_registered_promoted_and_guarded(
    server: str, database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWATCH_MLFLOW", server)
    registry, folder = Registry(str(tmp_path / "lake")), tmp_path / "model"
    folder.mkdir()
    for times in (2, 3):
        (folder / "model.json").write_text(f'{{"times": {times}}}')
        with registry.run("risk", "a test", {}, {"as_of": "2025-12-31"}) as run:
            run.log_metrics({"r2": 0.25})
            version = registry.register(run, "risk_cost", folder, INPUT, OUTPUT, f"data {times}", {}, SERVED)
        registry.promote("risk_cost", version)
    champion = registry.champion("risk_cost")
    assert (champion.version, champion.metrics) == ("2", {"r2": 0.25})
    assert (champion.folder / "model.json").read_text() == '{"times": 3}'
    registry.promote("risk_cost", "1")
    assert (registry.champion("risk_cost").folder / "model.json").read_text() == '{"times": 2}'
    ((versions,),) = database.ask("select count(*) from model_versions")  # type: ignore[attr-defined]
    assert versions == 2
    for file in tmp_path.rglob("model.json"):
        if file.parent != folder:
            file.write_text('{"times": 9}')
    with pytest.raises(ModelUnavailable):
        _ = Registry(str(tmp_path / "lake")).champion("risk_cost").folder

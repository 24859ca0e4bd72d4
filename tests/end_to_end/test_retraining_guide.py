"""The way of docs/retraining.md, walked in a real browser: retrain in Airflow, look at the version in MLflow, approve.

Pictures of the guide: `SCREENSHOTS=docs/retraining python -m pytest tests/end_to_end/test_retraining_guide.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.local_airflow import HOME, LocalAirflow, local_airflow
from jobs.processes import free_port
from lake import AuditLog, Lake
from models.registry import CHALLENGER, CHAMPION, Registry
from tests.jobs.books import DAY, write_fraud
from tests.models.fraud.book import book

pytest.importorskip("tests.app.browser", reason="playwright is not installed: make setup")

from playwright.sync_api import Browser, Page

from tests.app.browser import CHROMIUM, WIDE, chromium

AIRFLOW = Path(os.environ.get("UNDERWATCH_AIRFLOW", HOME / ".venv-airflow")) / "bin" / "airflow"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),  # a training, an approval and two servers, beside other tests
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here; Debian and Ubuntu: bash .ci/install-chromium"),
    pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow is not installed; run `make setup`"),
]
PICTURES = os.environ.get("SCREENSHOTS", "")
PATIENCE = 180_000
"""Milliseconds that a page may take on a busy machine."""


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    patch = pytest.MonkeyPatch()
    patch.delenv("UNDERWATCH_MLFLOW", raising=False)
    made = Lake(str(tmp_path_factory.mktemp("guide") / "lake"))
    write_fraud(spark, made, book(count=160, investigated=140, claims_each=4))
    yield made
    patch.undo()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAirflow]:
    """As `underwatch airflow --account ada` opens it."""
    with local_airflow(
        tmp_path_factory.mktemp("airflow"), "local[2]", share_spark=True, accounts={"ada": "op"}
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def mlflow(lake: Lake, tmp_path: Path) -> Iterator[str]:
    """The address of MLflow's own pages on the lake's store."""
    with (tmp_path / "mlflow.log").open("wb") as log:
        port = free_port()
        command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen([*command, "--backend-store-uri", Registry(lake.root).uri], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE / 1000
    while not _answers(address):
        assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "mlflow.log").read_text()
        time.sleep(0.5)
    yield address
    process.terminate()
    process.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5):
            return True
    except OSError:
        return False


def page_of(browser: Browser) -> Page:
    page = browser.new_context(viewport=WIDE, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    return page


def signed_in(browser: Browser, airflow: LocalAirflow, name: str) -> Page:
    password = json.loads((airflow.folder / "password.json").read_text())[name]
    page = page_of(browser)
    page.goto(airflow.url)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_test_id("nav-home-link").wait_for()
    return page


def form(page: Page, airflow: LocalAirflow, dag: str) -> None:
    page.goto(f"{airflow.url}/dags/{dag}")
    page.get_by_role("button", name="Trigger").first.click()
    page.locator("#element_lake").wait_for()


def choose(page: Page, field: str, option: str) -> None:
    page.locator(f"#element_{field} input[role=combobox]").click()
    page.get_by_role("option", name=option, exact=True).click()


def started(page: Page) -> None:
    page.get_by_test_id("trigger-dag-submit").click()
    page.get_by_test_id("trigger-dag-submit").wait_for(state="detached")


def finished(airflow: LocalAirflow, dag: str) -> None:
    deadline = time.monotonic() + 400
    while (state := [each for (name, _), each in airflow.api.runs().items() if name == dag][-1:]) != ["success"]:
        assert state != ["failed"] and time.monotonic() < deadline, state
        time.sleep(1)


def picture(page: Page, name: str, tall: int = 860, wide: int = 1280, below: int = 0) -> None:
    """`below`: what is above is left out, such as the path of a test's lake."""
    if PICTURES:
        page.set_viewport_size({"width": wide, "height": tall})
        page.wait_for_timeout(1500)
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        rest = {"x": 0, "y": below, "width": wide, "height": tall - below}
        page.screenshot(path=f"{PICTURES}/{name}.png", clip=rest)  # type: ignore[arg-type]


def test_from_the_form_to_a_champion(browser: Browser, airflow: LocalAirflow, lake: Lake, mlflow: str) -> None:
    registry = Registry(lake.root)

    # Whoever retrains fills in the form.
    page = signed_in(browser, airflow, "admin")
    form(page, airflow, "train_fraud")
    page.locator("#element_lake").fill(lake.root)
    page.locator("#element_as_of").fill(str(DAY))
    choose(page, "approval", "person")
    page.locator("#element_approval").scroll_into_view_if_needed()
    picture(page, "form", below=60)
    started(page)
    finished(airflow, "train_fraud")
    page.reload()
    page.get_by_text("train_fraud").first.wait_for()
    picture(page, "trained", 700)
    assert registry.aliased("fraud_provider", CHAMPION) is None
    waiting = registry.aliased("fraud_provider", CHALLENGER)
    assert waiting is not None and waiting.tags["trained_by_name"] == "admin"

    # What was trained, in MLflow.
    seen = page_of(browser)
    seen.goto(f"{mlflow}/#/models/fraud_provider/versions/1")
    seen.get_by_text("challenger").first.wait_for()
    picture(seen, "version", wide=1800)
    seen.goto(f"{mlflow}/#/experiments/{experiment(registry, waiting.run_id)}/runs/{waiting.run_id}")
    seen.get_by_text("oof_ap", exact=True).first.wait_for()
    picture(seen, "run", 1000, wide=1500)

    # Someone else reads the comparison and says yes, with a reason.
    form(page, airflow, "approve_fraud")
    page.locator("#element_lake").fill(lake.root)
    started(page)
    other = signed_in(browser, airflow, "ada")
    other.goto(f"{airflow.url}/required_actions")
    asked = other.get_by_role("link", name="Approve fraud_provider version 1?")
    while not asked.count():
        other.wait_for_timeout(2000)
        other.reload()
        other.get_by_text("Required Action").first.wait_for()
    asked.click()
    other.locator("#element_reason").fill("Gate passed; links and daily hours tell the guilty. Ticket 812.")
    picture(other, "question", 760)
    other.get_by_role("button", name="Approve").click()
    finished(airflow, "approve_fraud")

    champion = registry.champion("fraud_provider")
    assert (champion.version, champion.tags["approved_by"]) == ("1", "ada")
    said = [one for one in AuditLog(lake.root).entries() if one.action == "approve"]
    assert [(one.actor, one.details["reason"][:11]) for one in said] == [("ada", "Gate passed")]


def experiment(registry: Registry, run: str) -> str:
    import mlflow

    return str(mlflow.MlflowClient(registry.uri).get_run(run).info.experiment_id)

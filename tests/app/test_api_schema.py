"""The API keeps what its OpenAPI document says: Schemathesis asks the real application, rightly and wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make setup")

from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

from app.api.tables import SERVED  # noqa: E402
from app.parts import Parts  # noqa: E402
from app.web import create_app  # noqa: E402
from tests.app.book import client, opened, published_lake, write_underwriting  # noqa: E402

pytestmark = pytest.mark.slow
PATHS = [f"/api/v1/{name}" for name in ("openapi.json", "tables", *SERVED)]


@pytest.fixture(scope="module")
def parts(with_accounts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    lake = published_lake(tmp_path_factory.mktemp("schema") / "lake", claims=12, providers=10)
    write_underwriting(lake)
    made = opened(
        tmp_path_factory.mktemp("home") / "home", lake, with_accounts, api_questions=10**9, wrong_tokens=10**9
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def tokens(parts: Parts) -> dict[str, str]:
    return {role: parts.tokens.make(role, "schema", 1) for role in ("analyst", "underwriter")}


@pytest.fixture(scope="module")
def schema(parts: Parts, tokens: dict[str, str]) -> Any:
    asker = client(parts)
    asker.headers["Authorization"] = f"Bearer {tokens['analyst']}"
    document = asker.get("/api/v1/openapi.json").json()
    cursors = [asker.get(f"/api/v1/{name}?limit=1").json()["next"] for name in ("scored_claims", "scored_providers")]
    schemathesis.openapi.format("underwatch-cursor", st.sampled_from(cursors))
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = create_app(parts)
    return loaded


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(schema: Any, tokens: dict[str, str], path: str, mode: GenerationMode) -> None:
    """Schemathesis' own pytest plugin does not know this pytest, so Hypothesis draws its cases here."""
    table = path.rsplit("/", 1)[1]
    whose = "underwriter" if table in SERVED and SERVED[table].action != "export_claims" else "analyst"
    headers = {"Authorization": f"Bearer {tokens[whose]}", "Host": "127.0.0.1"}

    @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(schema[path]["GET"].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        # A cursor of another table fits the description and is refused all the same.
        excluded = [positive_data_acceptance] if "after" in (case.query or {}) else []
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    holds()


def test_the_document_names_every_table_and_column(schema: Any) -> None:
    told = schema.raw_schema
    assert told["openapi"].startswith("3.1")
    for table in SERVED.values():
        row = told["components"]["schemas"][table.name]
        assert list(row["properties"]) == [column.name for column in table.columns]
        assert not set(table.withheld) & set(row["properties"])
        assert told["paths"][f"/api/v1/{table.name}"]["get"]["responses"].keys() >= {"200", "401", "403", "429"}

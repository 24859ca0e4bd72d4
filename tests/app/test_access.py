"""Each role opens what the table of roles allows, and nothing else: every page and action, and every role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.access import ACCESS, ROLES, Action, matrix, may
from app.parts import Parts
from app.routes import ROUTERS
from app.security import Needs
from tests.app.book import client, token

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- roles: made by tests/app/test_access.py -->", "<!-- end of roles -->"
OPEN_TO_ALL = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/oidc/begin"),
    ("GET", "/oidc/callback"),
    ("GET", "/"),
}
"""What needs no role: signing in, here or elsewhere, and the address that leads each role to where it begins."""
PLACES: dict[Action, list[tuple[str, str]]] = {
    "review_claims": [
        ("GET", "/queue/claims"),
        ("GET", "/queue/providers"),
        ("GET", "/queue/cases"),
        ("POST", "/queue/claims/views"),
        ("GET", "/claims/c0001"),
        ("GET", "/providers/p001"),
        ("GET", "/providers/p001/graph.json"),
        ("GET", "/cases/k1"),
        ("GET", "/cases/k1/graph.json"),
    ],
    "export_claims": [
        ("GET", "/queue/claims/export.csv"),
        ("GET", "/queue/providers/export.xlsx"),
        ("GET", "/api/v1/scored_claims"),
        ("GET", "/api/v1/scored_providers"),
        ("GET", "/api/v1/cases"),
    ],
    "record_disposition": [("POST", "/dispositions"), ("POST", "/assignments"), ("POST", "/set-asides")],
    "second_look": [("POST", "/dispositions/1/look")],
    "deliver_dispositions": [("GET", "/dispositions/delivery.csv")],
    "read_dispositions": [("GET", "/dispositions")],
    "read_attachments": [("GET", "/attachments/1")],
    "break_glass": [("POST", "/claims/c0001/member")],
    "ask_for_quotes": [("POST", "/quotes")],
    "read_quotes": [
        ("GET", "/quotes"),
        ("GET", "/quotes/q-0"),
        ("GET", "/quotes/q-0/notice/group"),
        ("GET", "/quotes/q-0/notice/group.pdf"),
        ("GET", "/api/v1/underwriting_quotes"),
        ("GET", "/api/v1/underwriting_members"),
    ],
    "read_expected_costs": [("GET", "/api/v1/risk_predictions")],
    "read_models": [("GET", "/models"), ("GET", "/models/fraud_claim/2/calibration.png")],
    "read_definitions": [("GET", "/definitions"), ("GET", "/definitions/code/CLAIM_VOLUME")],
    "read_audit_log": [("GET", "/audit")],
    "manage_accounts": [
        ("GET", "/accounts"),
        ("POST", "/accounts"),
        ("POST", "/accounts/x"),
        ("POST", "/accounts/x/password"),
    ],
    "use_api": [
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("POST", "/tokens/1/end"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/tables"),
    ],
    "change_own_password": [("GET", "/password"), ("POST", "/password")],
}  # fmt: skip


def routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def gates(route: APIRoute) -> list[Action]:
    return [one.call.action for one in route.dependant.dependencies if isinstance(one.call, Needs)]


def test_every_route_names_one_action() -> None:
    named = {(method, route.path): gates(route) for route in routes() for method in route.methods}
    without = {place for place, actions in named.items() if not actions}
    assert without - {("POST", "/sign-out")} == OPEN_TO_ALL
    assert all(len(actions) <= 1 for actions in named.values())
    assert {action for actions in named.values() for action in actions} == set(get_args(Action)) == set(ACCESS)


def test_every_gated_route_is_tried_below() -> None:
    tried = {action: len(places) for action, places in PLACES.items()}
    assert set(tried) == set(get_args(Action))
    for route in routes():
        for action in gates(route):
            assert any(route.path_regex.fullmatch(place) for _, place in PLACES[action]) or route.path == "/sign-out"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", get_args(Action))
def test_a_role_opens_what_the_table_allows(browser: Callable[[str], TestClient], role: str, action: Action) -> None:
    signed_in = browser(role)
    for method, place in PLACES[action]:
        if method == "GET":
            answer = signed_in.get(place, follow_redirects=False)
        else:
            # An empty form: refused for its content where the role may, for the role where it may not.
            answer = signed_in.post(place, data={"csrf_token": token(signed_in)}, follow_redirects=False)
        assert (answer.status_code != 403) == may(role, action), f"{role}: {method} {place} gave {answer.status_code}"


def test_the_purpose_firewall() -> None:
    assert not [role for role in ROLES if may(role, "review_claims") and may(role, "read_quotes")]
    assert not may("underwriter", "read_dispositions") and not may("underwriter", "export_claims")
    assert not [role for role in ROLES if may(role, "export_claims") and may(role, "read_expected_costs")]
    assert not may("admin", "review_claims") and not may("admin", "read_quotes")
    assert not may("nobody", "read_models")


@pytest.mark.parametrize("action", get_args(Action))
def test_nothing_opens_without_signing_in(parts: Parts, action: Action) -> None:
    browser = client(parts)
    for method, place in PLACES[action]:
        if method == "GET":
            answer = browser.get(place, follow_redirects=False)
        else:
            answer = browser.post(place, data={"csrf_token": token(browser)}, follow_redirects=False)
        if place.startswith("/api/"):
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_the_links_of_a_page_are_those_of_the_role(browser: Callable[[str], TestClient]) -> None:
    text = browser("underwriter").get("/quotes").text
    assert 'href="/quotes"' in text
    assert "/queue/" not in text and "/dispositions" not in text and "/audit" not in text


def test_the_table_in_docs_is_that_of_the_program() -> None:
    """Rendered anew with `python -m tests.app.test_access`."""
    text = SECURITY.read_text(encoding="utf-8")
    assert text.split(BEGIN, 1)[1].split(END, 1)[0].strip() == tables().strip()


def tables() -> str:
    """The roles of each action, and of each address of the API, as the gates of its routes say."""
    head = ["| address of the API | action | " + " | ".join(ROLES) + " |", "|---|---|" + ":-:|" * len(ROLES)]
    rows = [
        f"| `GET {route.path}` | `{action}` | "
        + " | ".join("yes" if may(role, action) else "no" for role in ROLES)
        + " |"
        for route in routes()
        if route.path.startswith("/api/")
        for action in gates(route)
    ]
    return f"{matrix()}\nThe read-only API, by session or personal token:\n\n" + "\n".join([*head, *rows, ""])


def _render() -> None:
    before, _, rest = SECURITY.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    SECURITY.write_text(f"{before}{BEGIN}\n\n{tables()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    _render()

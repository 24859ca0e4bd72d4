"""Signing in at an identity provider, against one that runs on loopback and speaks OpenID Connect."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock as provider_server
import pytest
import requests
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.accounts import BadAccount
from app.database import identities
from app.identity_provider import BadProvider, IdentityProvider, NotAdmitted, ProviderSettings, ProviderSilent
from app.parts import Parts
from app.security import COOKIE
from app.web import create_app
from lake import Lake
from tests.app.book import PASSWORD, client, opened, send

PERSONS = {
    "s-1": {"preferred_username": "Jane.Doe", "groups": ["siu-analysts", "everybody"]},
    "s-2": {"preferred_username": "kim", "groups": ["everybody"]},
    "s-3": {"preferred_username": "both", "groups": ["siu-analysts", "pricing"]},
    "s-5": {"preferred_username": "odd", "groups": {"siu-analysts": True}},
    "s-6": {"preferred_username": "odder", "groups": [{"name": "siu-analysts"}, 7]},
    "s-4": {"preferred_username": "lead", "groups": ["siu-leads"]},
}
ROLES = ["analyst=siu-analysts", "lead=siu-leads", "underwriter=pricing"]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    users = [provider_server.User(sub=sub, claims=claims) for sub, claims in PERSONS.items()]
    with provider_server.run_server_in_thread(user_claims=users, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def site(issuer: str, book: Lake, with_accounts: Path, tmp_path: Path) -> Iterator[Parts]:
    """A workbench whose people sign in at the provider, or with a password of its own accounts."""
    made = opened(tmp_path / "home", book, with_accounts, provider=settings(issuer))
    yield made
    made.close()


def settings(issuer: str, **other: Any) -> ProviderSettings:
    given = {
        "client_id": "underwatch",
        "client_secret": "s3cret",
        "roles": ROLES,
        "groups_claim": "groups",
        "alone": False,
    }
    return ProviderSettings.checked(issuer, **(given | other))


def browser_of(parts: Parts) -> TestClient:
    return TestClient(create_app(parts), base_url="http://127.0.0.1", follow_redirects=False)


def consent(browser: TestClient, person: str) -> str:
    """Where the provider leads back to, after the person said yes there."""
    asked = browser.get("/oidc/begin")
    assert asked.status_code == 303
    said = requests.post(asked.headers["location"], data={"sub": person}, allow_redirects=False, timeout=10)
    back = urlsplit(said.headers["location"])
    return f"{back.path}?{back.query}"


def test_who_signs_in_there_has_the_role_of_the_group(site: Parts) -> None:
    browser = browser_of(site)
    entered = browser.get(consent(browser, "s-1"))
    assert entered.status_code == 200 and "analyst" in entered.text
    assert browser.get("/").headers["location"] == "/queue/claims"
    assert browser.get("/queue/claims").status_code == 200
    assert browser.get("/quotes").status_code == 403
    found = site.accounts.find("jane.doe")
    assert found is not None and found.role == "analyst" and not found.must_change
    noted = [entry for entry in site.audit_log.entries() if entry.actor == "jane.doe"]
    assert noted[0].action == "workbench.sign_in" and noted[0].details == {"by": "identity provider"}


def test_the_password_stays_at_the_provider(site: Parts) -> None:
    browser = browser_of(site)
    browser.get(consent(browser, "s-1"))
    assert "keeps your password" in browser.get("/password").text
    with pytest.raises(BadAccount, match="which keeps its password"):
        site.accounts.reset_password("jane.doe")
    assert send(client(site), "/sign-in", name="jane.doe", password="").status_code == 401


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("s-2", "None of your groups"),
        ("s-3", "analyst and underwriter"),
        ("s-5", "None of your groups"),
        ("s-6", "None of your groups"),
    ],
)
def test_without_one_role_nobody_comes_in(site: Parts, person: str, why: str) -> None:
    browser = browser_of(site)
    refused = browser.get(consent(browser, person))
    assert refused.status_code == 403 and why in refused.text
    assert site.accounts.find(PERSONS[person]["preferred_username"]) is None  # type: ignore[arg-type]


def test_an_account_here_is_not_taken_over_by_a_name_there(site: Parts) -> None:
    browser = browser_of(site)
    refused = browser.get(consent(browser, "s-4"))
    assert refused.status_code == 403 and "The account lead is another’s" in refused.text.replace("&#39;", "’")
    assert browser.get("/queue/claims").headers["location"] == "/sign-in"


def test_a_lock_here_holds_and_a_new_group_changes_the_role(site: Parts, issuer: str) -> None:
    browser = browser_of(site)
    browser.get(consent(browser, "s-1"))
    moved = IdentityProvider(settings(issuer, roles=["underwriter=siu-analysts"]))
    object.__setattr__(site, "identity_provider", moved)
    browser.get(consent(browser, "s-1"))
    assert site.accounts.find("jane.doe").role == "underwriter"  # type: ignore[union-attr]
    site.accounts.change("jane.doe", "underwriter", locked=True)
    assert "locked here" in browser.get(consent(browser, "s-1")).text


def test_an_answer_belongs_to_the_browser_that_asked(site: Parts) -> None:
    browser, other = browser_of(site), browser_of(site)
    place = consent(browser, "s-1")
    assert "not begun in this browser" in other.get(place).text
    query = parse_qs(urlsplit(place).query)
    assert "not begun" in browser.get(f"/oidc/callback?code={query['code'][0]}&state=guessed").text
    assert browser.get(place).status_code == 200
    assert browser.get(place).status_code == 403, "the same answer a second time"


def test_a_token_of_another_sign_in_or_of_another_workbench_is_refused(issuer: str) -> None:
    provider = IdentityProvider(settings(issuer))
    place, kept = provider.begin("http://127.0.0.1/oidc/callback")
    said = requests.post(place, data={"sub": "s-1"}, allow_redirects=False, timeout=10)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(said.headers["location"]).query).items()}
    with pytest.raises(NotAdmitted, match="not good"):
        provider.finish(kept | {"nonce": "of another sign-in"}, answer)
    with pytest.raises(NotAdmitted, match="refused"):
        provider.finish(kept, {"state": kept["state"], "error": "access_denied"})


def test_pkce_and_the_way_back_are_sent(issuer: str) -> None:
    place, kept = IdentityProvider(settings(issuer)).begin("https://review.example/oidc/callback")
    asked = parse_qs(urlsplit(place).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] == [kept["nonce"]]
    assert asked["redirect_uri"] == ["https://review.example/oidc/callback"] and kept["code_verifier"] not in place


def test_a_provider_that_does_not_answer_is_told(book: Lake, with_accounts: Path, tmp_path: Path) -> None:
    parts = opened(tmp_path / "home", book, with_accounts, provider=settings("http://localhost:9"))
    assert browser_of(parts).get("/oidc/begin").status_code == 503
    parts.close()


def test_a_provider_that_calls_itself_otherwise_is_not_believed(issuer: str) -> None:
    provider = IdentityProvider(settings(issuer))
    provider.begin("http://127.0.0.1/oidc/callback")
    described = provider._client.server_metadata
    described["issuer"] = "https://other.example"
    with pytest.raises(ProviderSilent, match="another address"):
        provider.begin("http://127.0.0.1/oidc/callback")


def test_only_signatures_that_prove_the_provider_are_taken(issuer: str) -> None:
    provider = IdentityProvider(settings(issuer))
    provider.begin("http://127.0.0.1/oidc/callback")
    described = provider._client.server_metadata
    described["id_token_signing_alg_values_supported"] = ["none", "HS256", "RS256", "ES256"]
    provider.begin("http://127.0.0.1/oidc/callback")
    assert described["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]


def test_passwords_can_be_closed(issuer: str, book: Lake, with_accounts: Path, tmp_path: Path) -> None:
    parts = opened(tmp_path / "home", book, with_accounts, provider=settings(issuer, alone=True))
    browser = browser_of(parts)
    page = browser.get("/sign-in").text
    assert "Sign in with your organisation" in page and 'type="password"' not in page
    session = json.loads(base64.b64decode(browser.cookies[COOKIE].split(".")[0]))
    form = {"csrf_token": session["csrf"], "name": "lead", "password": PASSWORD}
    refused = browser.post("/sign-in", data=form)
    assert refused.status_code == 403 and "sign in at the identity provider" in refused.text
    parts.close()


def test_an_api_token_rests_when_the_provider_was_not_asked_for_long(site: Parts) -> None:
    browser = browser_of(site)
    browser.get(consent(browser, "s-1"))
    told = site.tokens.make("jane.doe", "notebook", 90)
    bearer = {"Authorization": f"Bearer {told}"}
    assert client(site).get("/api/v1/tables", headers=bearer).status_code == 200
    long_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=31)
    with site.engine.begin() as connection:
        connection.execute(update(identities).values(vouched_at=long_ago))
    refused = client(site).get("/api/v1/tables", headers=bearer)
    assert refused.status_code == 401 and "sign in to the workbench" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"issuer": "http://id.example"}, "https://"),
        ({"client_id": ""}, "--oidc-client-id"),
        ({"client_secret": ""}, "UNDERWATCH_OIDC_CLIENT_SECRET"),
        ({"roles": []}, "--oidc-role"),
        ({"roles": ["boss=siu"]}, "ROLE=GROUP"),
        ({"roles": ["analyst=siu", "underwriter=siu"]}, "two roles"),
    ],
)
def test_what_lacks_is_named(given: dict[str, Any], lacks: str) -> None:
    with pytest.raises(BadProvider, match=lacks):
        settings(given.pop("issuer", "https://id.example"), **given)

"""The API: pages of rows by key, of one version; who may read what; personal tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.access import ROLES, may
from app.api import tokens
from app.api.tables import SERVED
from app.parts import Parts
from catalog import TABLES
from lake import Lake
from tests.app.book import DAY, EARLIER, PASSWORD, client, opened, published_lake, row, send, write_underwriting

Browser = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = published_lake(tmp_path_factory.mktemp("api") / "lake", claims=25, providers=10)
    write_underwriting(made)
    return made


@pytest.fixture(scope="module")
def parts(lake: Lake, with_accounts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    made = opened(tmp_path_factory.mktemp("home") / "home", lake, with_accounts, api_questions=10_000)
    yield made
    made.close()


def by_token(parts: Parts, account: str, days: int = 1) -> TestClient:
    """A program with a token of the account, and no session."""
    made = client(parts)
    made.headers["Authorization"] = f"Bearer {parts.tokens.make(account, 'a test', days)}"
    return made


def pages(asker: TestClient, place: str, **asked: str) -> list[dict[str, Any]]:
    found = [asker.get(place, params=asked).json()]
    while found[-1]["next"]:
        found.append(asker.get(place, params={**asked, "after": found[-1]["next"]}).json())
    return found


def test_pages_hold_every_row_once_in_order(browser: Browser) -> None:
    found = pages(browser("analyst"), "/api/v1/scored_claims", limit="7")
    assert [len(page["rows"]) for page in found] == [7, 7, 7, 4]
    rows = [one for page in found for one in page["rows"]]
    assert [one["claim_id"] for one in rows] == [f"c{number:04d}" for number in range(1, 26)]
    assert {page["as_of"] for page in found} == {str(DAY)} and len({page["version"] for page in found}) == 1
    assert rows[0]["reasons"][0]["code"] and rows[0]["scored_at"] == "2026-01-02T03:04:05Z"
    assert isinstance(rows[0]["paid_amount"], str) and rows[0]["paid_amount"].count(".") == 1


def test_an_earlier_day_and_filters(browser: Browser) -> None:
    earlier = browser("analyst").get("/api/v1/scored_claims", params={"as_of": str(EARLIER), "limit": "3"}).json()
    assert earlier["as_of"] == str(EARLIER) and {one["model_version"] for one in earlier["rows"]} == {"1"}
    assert pages(browser("analyst"), "/api/v1/scored_claims", as_of=str(EARLIER), limit="20")[1]["as_of"] == str(
        EARLIER
    )
    one = browser("lead").get("/api/v1/scored_claims", params={"scheme": "upcoding", "provider_id": "p001"}).json()
    assert one["rows"] and {(row["scheme"], row["provider_id"]) for row in one["rows"]} == {("upcoding", "p001")}
    quoted = browser("lead").get("/api/v1/scored_claims", params={"claim_id": "' or 1=1 --"}).json()
    assert quoted["rows"] == [] and quoted["next"] is None


def test_no_member_stands_in_an_answer_or_address_but_in_expected_costs(browser: Browser, parts: Parts) -> None:
    for name in ("scored_claims", "scored_providers", "cases"):
        assert "m-0000" not in browser("analyst").get(f"/api/v1/{name}").text
    for name in ("underwriting_quotes", "underwriting_members"):
        text = browser("underwriter").get(f"/api/v1/{name}").text
        assert "q-9" in text and "m-0000" not in text
    found = pages(browser("underwriter"), "/api/v1/risk_predictions", limit="5")
    assert sorted(one["member_id"] for page in found for one in page["rows"]) == [f"m-{n:024d}" for n in range(12)]
    cursor = found[0]["next"]
    assert b"m-0000" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert "m-0000" not in parts.audit_log.path.read_text(encoding="utf-8")


def test_every_published_table_is_served() -> None:
    assert set(SERVED) == {name for name, table in TABLES.items() if table.layer == "published"}
    for table in SERVED.values():
        key = set(table.described.key) - {table.described.partition if table.by_day else ""}
        assert key <= set(table.order), "pages would repeat or miss rows"
        assert set(table.order) <= {column.name for column in table.columns if not column.nullable}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_told_the_tables_it_may_read_and_denied_the_rest(browser: Browser, parts: Parts, role: str) -> None:
    for asker in (browser(role), by_token(parts, role)):
        for table in SERVED.values():
            answer = asker.get(f"/api/v1/{table.name}")
            assert answer.status_code == (200 if may(role, table.action) else 403), table.name
        listed = asker.get("/api/v1/tables")
        assert listed.status_code == (200 if may(role, "use_api") else 403)
        if may(role, "use_api"):
            told = [one["table"] for one in listed.json()["tables"]]
            assert told == [table.name for table in SERVED.values() if may(role, table.action)]
    denied = [one.subject for one in parts.audit_log.entries() if one.actor == role and one.action.endswith(".denied")]
    refused = {table.action for table in SERVED.values() if not may(role, table.action)}
    assert refused <= set(denied)


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("scored_claims?limit=0", 400, "whole number from 1 to 1000"),
        ("scored_claims?limit=1001", 400, "whole number"),
        ("scored_claims?limit=1&limit=2", 400, "given once"),
        ("scored_claims?as_of=today", 400, "YYYY-MM-DD"),
        ("scored_claims?as_of=2019-01-01", 404, f"the newest is {DAY}"),
        ("scored_claims?member_id=m", 400, "takes claim_id, provider_id"),
        ("scored_claims?after=x", 400, "leave it out"),
        ("scored_claims?after=WzEsIiJd", 400, "leave it out"),
        ("tables?limit=1", 400, "no parameters"),
        ("claim_lines", 404, "/api/v1/tables"),
    ],
)
def test_a_problem_says_what_to_do(browser: Browser, asked: str, status: int, told: str) -> None:
    answer = browser("analyst").get(f"/api/v1/{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status and told in answer.json()["detail"]
    assert "content-security-policy" in answer.headers and answer.headers["cache-control"] == "no-store"


def test_it_only_reads(browser: Browser) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = browser("analyst").request(method, "/api/v1/scored_claims")
        assert answer.status_code == 405 and answer.headers["allow"] == "GET"
        assert "only reads" in answer.json()["detail"]


def test_paging_ends_where_a_newer_version_is_published(tmp_path: Path, with_accounts: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=5, providers=10)
    parts = opened(tmp_path / "home", lake, with_accounts)
    analyst = client(parts, "analyst")
    first = analyst.get("/api/v1/cases?limit=1").json()
    assert first["next"] is None
    first = analyst.get("/api/v1/scored_providers?limit=1").json()
    lake.write_rows([row("scored_providers", provider_id="p1", as_of=DAY, fraud_rank=1)], "scored_providers", str(DAY))
    parts.tables.fresh()
    answer = analyst.get("/api/v1/scored_providers", params={"after": first["next"]})
    assert answer.status_code == 409 and "begin again" in answer.json()["detail"]
    parts.close()


def test_a_token_is_shown_once_and_kept_as_a_hash(own: Parts) -> None:
    browser = client(own, "analyst")
    page = send(browser, "/tokens", "/tokens", name="nightly report", days="30").text
    told = page.split("<code>", 1)[1].split("</code>", 1)[0]
    assert told.startswith("uwt_") and told not in browser.get("/tokens").text
    assert told.encode() not in (own.home / "workbench.db").read_bytes()
    asker = client(own)
    asker.headers["Authorization"] = f"Bearer {told}"
    assert asker.get("/api/v1/scored_claims?limit=1").status_code == 200
    assert asker.get("/queue/claims", follow_redirects=False).headers["location"] == "/sign-in"
    asker.headers["Authorization"] = told
    assert asker.get("/api/v1/tables").status_code == 401
    noted = [one for one in own.audit_log.entries() if one.action == "workbench.api_read"]
    assert (noted[-1].actor, noted[-1].subject, noted[-1].details["token"]) == ("analyst", "scored_claims", 1)
    assert told not in own.audit_log.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "days"), [("", "30"), ("x" * 61, "30"), ("x", "0"), ("x", "366"), ("x", "soon")])
def test_a_token_wants_a_name_and_a_day(own: Parts, name: str, days: str) -> None:
    assert send(client(own, "analyst"), "/tokens", "/tokens", name=name, days=days).status_code == 400
    assert own.tokens.of("analyst") == []


def test_a_token_ends_by_its_owner_its_day_a_lock_and_a_new_password(own: Parts, monkeypatch: Any) -> None:
    asker, analyst = by_token(own, "analyst"), client(own, "analyst")
    assert asker.get("/api/v1/tables").status_code == 200
    assert send(client(own, "lead"), "/tokens/1/end", "/tokens").status_code == 404  # another's
    assert send(analyst, "/tokens/1/end", "/tokens").status_code == 303
    answer = asker.get("/api/v1/tables")
    assert answer.status_code == 401 and "/tokens" in answer.json()["detail"]
    assert answer.headers["www-authenticate"].startswith("Bearer")

    asker = by_token(own, "analyst")
    own.accounts.change("analyst", "underwriter", locked=False)
    assert asker.get("/api/v1/scored_claims").status_code == 403  # it follows the role
    own.accounts.change("analyst", "analyst", locked=True)
    assert asker.get("/api/v1/scored_claims").status_code == 401
    own.accounts.change("analyst", "analyst", locked=False)
    assert asker.get("/api/v1/scored_claims").status_code == 200
    found = own.accounts.find("analyst")
    assert found is not None
    own.accounts.change_password(found, PASSWORD, "another long password")
    assert asker.get("/api/v1/scored_claims").status_code == 401

    asker = by_token(own, "lead", days=1)
    now = tokens.utc_now()
    monkeypatch.setattr(tokens, "utc_now", lambda: now + timedelta(days=1, seconds=1))
    assert asker.get("/api/v1/scored_claims").status_code == 401


def test_questions_and_wrong_tokens_are_limited(lake: Lake, with_accounts: Path, tmp_path: Path) -> None:
    parts = opened(tmp_path / "home", lake, with_accounts, api_questions=3, wrong_tokens=2)
    asker = by_token(parts, "analyst")
    assert [asker.get("/api/v1/tables").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = asker.get("/api/v1/tables")
    assert 0 < int(answer.headers["retry-after"]) <= 60 and "3 times a minute" in answer.json()["detail"]
    assert by_token(parts, "lead").get("/api/v1/tables").status_code == 200
    wrong = client(parts)
    wrong.headers["Authorization"] = "Bearer uwt_guessed"
    assert [wrong.get("/api/v1/tables").status_code for _ in range(3)] == [401, 401, 429]
    parts.close()

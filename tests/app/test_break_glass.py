"""Break-glass: a member's identity is told for a claim and a reason, to who signs in anew, and auditors see it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.accounts import Account
from app.break_glass import FRESH_MINUTES, BreakGlass, NotDisclosed
from app.parts import Parts
from app.rate_limit import RateLimit
from lake import Lake
from lake.identifiers import IdentifierStore
from tests.app.book import PASSWORD, client, identifiers_of, opened, send

WHY = "Records of the visit are asked of the practice"
PERSON = {"member_id": "A-4711", "name": "Zzquill, Abra"}


@pytest.fixture
def store(tmp_path: Path) -> IdentifierStore:
    return identifiers_of(f"m-{1:024d}", PERSON, tmp_path / "identifiers")


@pytest.fixture
def kept(book: Lake, with_accounts: Path, tmp_path: Path, store: IdentifierStore) -> Iterator[Parts]:
    made = opened(tmp_path / "home", book, with_accounts)
    yield replace(made, break_glass=BreakGlass(made.engine, store))
    made.close()


def ask(browser: TestClient, claim: str = "c0001", reason: str = WHY, password: str = PASSWORD) -> tuple[int, str]:
    answer = send(browser, f"/claims/{claim}/member", f"/claims/{claim}", reason=reason, password=password)
    return answer.status_code, answer.text


def test_the_member_is_told_and_the_auditor_sees_to_whom_and_why(kept: Parts, store: IdentifierStore) -> None:
    analyst = client(kept, "analyst")
    assert "Who the member is" in analyst.get("/claims/c0001").text
    status, page = ask(analyst)
    assert status == 200 and all(value in page for value in PERSON.values())

    audit = client(kept, "auditor").get("/audit").text
    assert "break glass" in audit and "claim c0001" in audit and WHY in audit
    assert not any(value in audit for value in PERSON.values())
    log = kept.audit_log.path.read_text(encoding="utf-8")
    assert "m-0000" not in log and not any(value in log for value in PERSON.values())
    noted = [json.loads(file.read_text()) for file in Path(store.root, "audit").iterdir()]
    assert [(one["who"], one["token"]) for one in noted] == [("analyst", f"m-{1:024d}")]


def test_it_is_noted_before_it_is_read(kept: Parts) -> None:
    status, page = ask(client(kept, "lead"), "c0002")
    assert status == 409 and "read without --keep-identifiers" in page
    assert [(one["account"], one["claim_id"]) for one in kept.break_glass.newest()] == [("lead", "c0002")]


@pytest.mark.parametrize(
    ("reason", "password", "said"),
    [("need it", PASSWORD, "10 to 500 characters"), (WHY, "of another", "password is not right")],
)
def test_without_a_reason_and_the_password_nothing_is_told(kept: Parts, reason: str, password: str, said: str) -> None:
    status, page = ask(client(kept, "analyst"), reason=reason, password=password)
    assert status == 409 and said in page and PERSON["name"] not in page
    assert kept.break_glass.newest() == []


def test_who_signs_in_elsewhere_shows_it_by_a_young_sign_in(kept: Parts) -> None:
    at_provider = Account("jane", "analyst", False, False, epoch=1, vouched_at=datetime.now(UTC))
    kept.break_glass.check(kept.accounts, at_provider, "", time.time() - 60 * (FRESH_MINUTES - 1), WHY)
    with pytest.raises(NotDisclosed, match="older than 15 minutes"):
        kept.break_glass.check(kept.accounts, at_provider, "", time.time() - 60 * (FRESH_MINUTES + 1), WHY)


def test_wrong_passwords_and_many_members_are_limited(kept: Parts) -> None:
    few = replace(kept, disclosures=RateLimit(most=1, seconds=3600))
    browser = client(few, "analyst")
    assert ask(browser)[0] == 200
    assert "wait 60 minutes" in ask(browser)[1]
    for _ in range(5):
        ask(browser, password="of another")
    assert "too many wrong passwords" in ask(browser)[1].lower()


def test_without_identifiers_the_page_does_not_offer_it(own: Parts) -> None:
    browser = client(own, "analyst")
    assert "Who the member is" not in browser.get("/claims/c0001").text
    assert ask(browser)[0] == 409

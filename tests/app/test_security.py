"""What every request passes: headers, sessions, forged forms, failed tries, and where things are kept."""

from __future__ import annotations

import stat
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.accounts import BadAccount
from app.database import open_database, session_key
from app.parts import Parts, Settings, open_parts
from app.rate_limit import RateLimit
from app.security import COOKIE, LARGEST
from app.web import create_app
from lake import Lake
from tests.app.book import DAY, PASSWORD, client, opened, reason, row, send, token

Browser = Callable[[str], TestClient]


def test_every_answer_has_the_security_headers(browser: Browser) -> None:
    for place in ("/sign-in", "/queue/claims", "/queue/claims/export.csv", "/static/app.css", "/quotes", "/nothing"):
        headers = browser("analyst").get(place).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert ("no-store" in headers.get("cache-control", "")) == (not place.startswith("/static/"))


def test_pages_hold_no_inline_script_style_or_handler(browser: Browser) -> None:
    for place in ("/queue/claims", "/claims/c0001", "/providers/p001", "/cases/k1", "/definitions", "/models"):
        page = browser("analyst").get(place).text
        assert "<style" not in page and " style=" not in page and " on" + "click=" not in page
        assert all('src="/static/' in one.split(">", 1)[0] for one in page.split("<script")[1:])
        assert "//" not in page.replace("http://www.w3.org/2000/svg", "").replace("://127.0.0.1", "")


def test_the_cookie_is_signed_and_guarded(own: Parts) -> None:
    browser = client(own)
    answer = send(browser, "/sign-in", name="analyst", password=PASSWORD)
    cookie = answer.headers["set-cookie"].lower()
    assert COOKIE in cookie and "httponly" in cookie and "samesite=strict" in cookie
    value = browser.cookies[COOKIE]
    browser.cookies.set(COOKIE, ("A" if value[0] != "A" else "B") + value[1:], domain="127.0.0.1", path="/")
    assert browser.get("/queue/claims", follow_redirects=False).headers["location"] == "/sign-in"


def test_over_tls_the_cookie_goes_over_tls_alone(book: Lake, tmp_path: Path) -> None:
    parts = open_parts(book, tmp_path, Settings(https=True))
    answer = TestClient(create_app(parts), base_url="https://127.0.0.1").get("/sign-in")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"]
    parts.close()


def test_a_form_of_another_page_is_refused(browser: Browser) -> None:
    fields = {"target_type": "claim", "target_id": "c0002", "take": "yes"}
    signed_in = browser("analyst")
    assert signed_in.post("/assignments", data=fields).status_code == 403
    assert signed_in.post("/assignments", data={**fields, "csrf_token": "guessed"}).status_code == 403
    assert signed_in.post("/assignments", data={**fields, "csrf_token": ""}).status_code == 403
    right = {**fields, "csrf_token": token(signed_in, "/password")}
    for origin in ("https://elsewhere.example", "null"):
        assert signed_in.post("/assignments", data=right, headers={"Origin": origin}).status_code == 403
    own = signed_in.post("/assignments", data=right, headers={"Origin": "http://127.0.0.1"}, follow_redirects=False)
    assert own.status_code == 303


def test_a_body_larger_than_any_form_is_not_read(browser: Browser) -> None:
    large = {"Content-Length": str(LARGEST + 1)}
    for name in ("", "analyst"):
        assert browser(name).post("/sign-in", content=b"", headers=large).status_code == 413
    chunked = browser("analyst").post("/sign-in", content=iter([b"name=x"]))
    assert chunked.status_code == 411 and chunked.headers["x-frame-options"] == "DENY"


def test_names_in_tables_are_text_and_nothing_else(tmp_path: Path, with_accounts: Path) -> None:
    name = """<script>alert(1)</script>/?#'"& é"""
    lake = Lake(str(tmp_path / "lake"))
    told = {"provider_id": name, "member_id": "m", "scheme": name, "score_basis": "supervised", "fraud_rank": 1}
    why = [reason("<b>", f"why {name}", 1.0, 0.0, name)]
    claim = row("scored_claims", claim_id=name, as_of=DAY, reasons=why, review_lane="money", **told)
    lake.write_rows([claim], "scored_claims", str(DAY))
    parts = opened(tmp_path / "home", lake, with_accounts)
    analyst = client(parts, "analyst")
    queue = analyst.get("/queue/claims").text
    place = unescape(queue.split('class="open" href="', 1)[1].split('"', 1)[0])
    page = analyst.get(place)
    assert page.status_code == 200 and "why &lt;script&gt;" in page.text
    assert "<script>alert" not in queue + page.text + analyst.get("/queue/claims", params={"text": name}).text
    assert send(analyst, "/assignments", place, target_type="claim", target_id=name, take="yes").status_code == 303
    assert parts.dispositions.assigned("claim") == {name: "analyst"}
    parts.close()


def test_another_host_name_is_refused(parts: Parts) -> None:
    assert TestClient(create_app(parts), base_url="http://evil.example").get("/sign-in").status_code == 400


def test_failed_tries_close_an_account_for_a_while(own: Parts) -> None:
    browser = client(own)
    for _ in range(5):
        assert send(browser, "/sign-in", name="analyst", password="wrong").status_code == 401
    answer = send(browser, "/sign-in", name="analyst", password=PASSWORD)
    assert answer.status_code == 429
    assert "five minutes" in answer.text


def test_the_limit_forgets_after_its_time() -> None:
    now = [0.0]
    limit = RateLimit(most=2, seconds=10, clock=lambda: now[0])
    limit.failed("a")
    limit.failed("a")
    assert limit.blocked("a") and limit.blocked("b", "a") and not limit.blocked("b")
    now[0] = 11.0
    assert not limit.blocked("a")


def test_an_unknown_account_and_a_wrong_password_read_the_same(own: Parts) -> None:
    browser = client(own)
    wrong = send(browser, "/sign-in", name="analyst", password="wrong")
    unknown = send(browser, "/sign-in", name="nobody.here", password="wrong")
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert "nobody.here" not in "".join(one.actor for one in own.audit_log.entries())


@pytest.mark.parametrize(("setting", "value"), [("idle_minutes", 0), ("longest_hours", 0)])
def test_a_session_ends(book: Lake, own: Parts, setting: str, value: int) -> None:
    browser = client(own, "analyst")
    assert browser.get("/queue/claims", follow_redirects=False).status_code == 200
    short = open_parts(book, own.home, Settings(**{setting: value}))
    later = TestClient(create_app(short), base_url="http://127.0.0.1", cookies=dict(browser.cookies))
    assert later.get("/queue/claims", follow_redirects=False).headers["location"] == "/sign-in"
    short.close()


def test_sessions_end_with_a_change_of_role_lock_or_password(own: Parts) -> None:
    browser = client(own, "analyst")
    own.accounts.change("analyst", "lead", locked=False)
    assert browser.get("/queue/claims", follow_redirects=False).status_code == 303
    browser = client(own, "analyst")
    assert browser.get("/queue/claims", follow_redirects=False).status_code == 200
    own.accounts.change("analyst", "analyst", locked=True)
    assert browser.get("/queue/claims", follow_redirects=False).status_code == 303
    assert send(client(own), "/sign-in", name="analyst", password=PASSWORD).status_code == 401


def test_signing_out_ends_the_session(own: Parts) -> None:
    browser = client(own, "analyst")
    copied = TestClient(browser.app, base_url="http://127.0.0.1", cookies=dict(browser.cookies))
    assert copied.get("/queue/claims", follow_redirects=False).status_code == 200
    send(browser, "/sign-out", "/password")
    for one in (browser, copied):
        assert one.get("/queue/claims", follow_redirects=False).headers["location"] == "/sign-in"


def test_the_first_start_makes_one_admin_whose_password_must_change(book: Lake, tmp_path: Path) -> None:
    parts = open_parts(book, tmp_path / "home", Settings())
    once = parts.accounts.first_run()
    assert once and parts.accounts.first_run() is None
    browser = client(parts)
    assert send(browser, "/sign-in", name="admin", password=once).headers["location"] == "/password"
    for place in ("/", "/accounts", "/definitions"):
        assert browser.get(place, follow_redirects=False).headers["location"] == "/password"
    short = send(browser, "/password", "/password", old=once, new="short", again="short")
    assert short.status_code == 400 and "at least 12" in short.text
    changed = send(browser, "/password", "/password", old=once, new=PASSWORD, again=PASSWORD)
    assert changed.headers["location"] == "/"
    assert browser.get("/accounts").status_code == 200
    assert send(client(parts), "/sign-in", name="admin", password=once).status_code == 401
    parts.close()


def test_an_admin_makes_accounts_and_cannot_lock_the_last_of_its_kind(own: Parts) -> None:
    browser = client(own, "admin")
    answer = send(browser, "/accounts", "/accounts", name="mary.jones", role="analyst")
    assert answer.status_code == 200 and "One-time password of mary.jones" in answer.text
    made = own.accounts.find("mary.jones")
    assert made is not None and made.must_change and made.role == "analyst"
    assert send(browser, "/accounts", "/accounts", name="mary.jones", role="lead").status_code == 400
    assert send(browser, "/accounts", "/accounts", name="No Name", role="lead").status_code == 400
    assert send(browser, "/accounts", "/accounts", name="owner", role="owner").status_code == 400
    with pytest.raises(BadAccount, match="last open account"):
        own.accounts.change("admin", "admin", locked=True)


def test_files_are_their_owners_alone_and_hold_no_password(own: Parts) -> None:
    for file in ("workbench.db", "session.key"):
        assert stat.S_IMODE((own.home / file).stat().st_mode) == 0o600
        assert PASSWORD.encode() not in (own.home / file).read_bytes()
    assert session_key(own.home) == own.key and own.key not in repr(own)


def test_the_database_refuses_to_change_what_was_decided(own: Parts) -> None:
    own.dispositions.assign("claim", "c0001", "analyst", "analyst")
    for statement in ("update assignments set assigned_to = 'other'", "delete from assignments"):
        with pytest.raises(DatabaseError, match="append-only"), open_database(own.home).begin() as connection:
            connection.execute(text(statement))
    assert own.dispositions.assigned("claim") == {"c0001": "analyst"}


def test_what_was_opened_is_in_the_audit_log_without_members(own: Parts) -> None:
    browser = client(own, "analyst")
    browser.get("/claims/c0001")
    browser.get("/queue/providers/export.csv")
    browser.get("/quotes")
    entries = [(one.actor, one.action, one.subject) for one in own.audit_log.entries()]
    assert ("analyst", "workbench.view_claim", "claim c0001") in entries
    assert ("analyst", "workbench.export", "providers") in entries
    assert ("analyst", "workbench.denied", "read_quotes") in entries
    assert "m-0000" not in own.audit_log.path.read_text(encoding="utf-8")
    assert own.audit_log.verify() is None

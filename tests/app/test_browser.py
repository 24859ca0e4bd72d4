"""The workbench in a real browser: the analyst's and the underwriter's way through it, its keys, and accessibility.

`SCREENSHOTS=docs/workbench python -m pytest tests/app/test_browser.py` writes the pictures of the documentation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import oidc_provider_mock as provider_server
import pytest

from app.break_glass import BreakGlass
from app.identity_provider import ProviderSettings
from app.parts import Parts
from lake import Lake
from tests.app.book import DAY, PASSWORD, identifiers_of, opened, published_lake, row

browser_tools = pytest.importorskip("tests.app.browser", reason="playwright is not installed: make setup")

from playwright.sync_api import Browser, Page  # noqa: E402

from tests.app.browser import AXE, CHROMIUM, TABLET, WIDE, chromium, served, signed_in  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here; Debian and Ubuntu: bash .ci/install-chromium"),
]
PICTURES = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def address(own: Parts) -> Iterator[str]:
    with served(own) as place:
        yield place


def picture(page: Page, name: str, tall: int = 860) -> None:
    if PICTURES:
        page.set_viewport_size({"width": 1280, "height": tall})
        page.wait_for_timeout(300)
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def refused(page: Page) -> list[str]:
    """What the console complains of from now on: refused content and errors of scripts."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_from_signing_in_to_a_disposition(browser: Browser, address: str, own: Parts) -> None:
    page = signed_in(browser, address, "analyst")
    said = refused(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Claims to review"
    picture(page, "queue", 720)
    page.get_by_label("Scheme").select_option("duplicate_billing")
    page.wait_for_url("**scheme=duplicate_billing**")
    page.locator("#results strong", has_text="65").wait_for()
    page.get_by_role("link", name="c0001").click()
    assert "One line was paid 9.0 times" in page.locator(".reasons").inner_text()
    assert page.locator("svg.peers").first.is_visible()
    page.get_by_role("link", name="PAID_VS_CODE_PEERS").click()
    definition = page.get_by_role("dialog")
    definition.wait_for()
    assert "Highest paid amount of a line" in definition.inner_text()
    definition.get_by_role("button", name="Close").click()
    picture(page, "claim", 1040)
    page.get_by_label("Confirmed: fraud").check()
    page.get_by_label("Scheme, if confirmed").fill("duplicate_billing")
    page.get_by_label("Recovered").fill("1250")
    page.get_by_label("Note").fill("Both lines are one service; the second was billed again by another practice.")
    scan = {"name": "records.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 the chart of the visit"}
    page.get_by_label("Records that prove it").set_input_files([scan])  # type: ignore[list-item]
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("Awaits second look").first.wait_for()

    lead = signed_in(browser, address, "lead")
    lead.get_by_role("link", name="Dispositions").click()
    picture(lead, "dispositions", 520)
    with lead.expect_download() as chart:
        lead.get_by_role("link", name="records.pdf").first.click()
    assert Path(chart.value.path()).read_bytes() == b"%PDF-1.7 the chart of the visit"
    lead.get_by_role("button", name="Approve").click()
    lead.get_by_text("Nothing waits").wait_for()
    assert own.dispositions.statuses("claim") == {"c0001": "confirmed"}
    with lead.expect_download() as download:
        lead.get_by_role("link", name="Download as delivery").click()
    assert "workbench-1,claim,c0001,rule,confirmed,duplicate_billing" in Path(download.value.path()).read_text()
    assert said == []


def test_signing_in_at_an_identity_provider_of_another_site(
    browser: Browser, book: Lake, with_accounts: Path, tmp_path: Path
) -> None:
    # localhost and 127.0.0.1 are two sites to a browser: the session's cookie does not come along on the way back.
    jane = provider_server.User(sub="s-1", claims={"preferred_username": "jane", "groups": ["siu-analysts"]})
    with provider_server.run_server_in_thread(user_claims=[jane]) as server:
        given = ("underwatch", "s3cret", ["analyst=siu-analysts"], "groups", False)
        at = ProviderSettings.checked(f"http://localhost:{server.server_port}", *given)
        parts = opened(tmp_path / "home", book, with_accounts, provider=at)
        with served(parts) as address:
            page = browser.new_context(viewport=WIDE).new_page()  # type: ignore[arg-type]
            # The provider's page asks another machine for a style; nothing here may.
            page.route(re.compile(r"//(?!(localhost|127\.0\.0\.1)[:/])"), lambda route: route.abort())
            page.goto(address)
            page.get_by_role("link", name="Sign in with your organisation").click()
            page.wait_for_url("http://localhost:*/**")
            page.get_by_role("button", name="s-1").click()
            page.wait_for_url("**/queue/claims")
            assert page.get_by_role("link", name="jane").is_visible()
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/sign-in")


def test_the_graph_is_drawn_and_told_as_a_table(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "analyst")
    said = refused(page)
    page.goto(f"{address}/providers/p001")
    page.locator('.graph[data-drawn="yes"] canvas').first.wait_for()
    assert page.locator(".graph-table tbody tr").count() == 2
    picture(page, "provider", 1500)
    page.locator(".graph-table a").first.click()
    page.get_by_role("heading", name="Provider p002").wait_for()
    page.goto(f"{address}/cases/k1")
    page.locator('.graph[data-drawn="yes"]').wait_for()
    picture(page, "case", 1100)
    assert said == []


def test_two_thousand_nodes_are_drawn(browser: Browser, with_accounts: Path, tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=5, providers=2100)
    # Groups of 20 whose first shares members with p001.
    groups = [[f"p{number:03d}" for number in range(first, first + 20)] for first in range(1, 2100, 20)]
    seen_by = [(number, provider) for number, group in enumerate(groups) for provider in (group[0], "p001")]
    seen_by += [(number, provider) for number, group in enumerate(groups) for provider in group[1:]]
    edges = [
        row(
            "care_graph", as_of=DAY, edge_type="member_provider", from_id=f"m-{number:020d}{member:04d}", to_id=provider
        )
        for number, provider in dict.fromkeys(seen_by)
        for member in range(3)
    ]
    lake.write_rows(edges, "care_graph", str(DAY))
    parts = opened(tmp_path / "home", lake, with_accounts)
    with served(parts) as address:
        page = signed_in(browser, address, "analyst")
        said = refused(page)
        page.goto(f"{address}/providers/p021")
        page.locator('.graph[data-drawn="yes"] canvas').first.wait_for()
        page.get_by_role("button", name="Show the wider network").click()
        page.locator('.graph[data-drawn="wide"]').wait_for(timeout=90_000)
        assert "2,000 providers, 0 physicians; 100 more providers" in page.locator(".graph-bar").inner_text()
        page.get_by_role("button", name="Zoom in").click()
        page.get_by_role("button", name="Show the wider network").click()
        page.locator('.graph[data-drawn="yes"]').wait_for()
        assert said == []


def test_a_quote_and_a_refusal(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "underwriter")
    said = refused(page)
    for market, expected in (("large_group", "$512.25 a member a month"), ("individual", "is not allowed")):
        page.goto(f"{address}/quotes")
        page.get_by_label("Group").fill("G1")
        page.get_by_label("Market").select_option(market)
        page.get_by_label("Purpose").select_option("renewal")
        page.get_by_role("button", name="Ask").click()
        page.get_by_text(expected).wait_for()
        if market == "large_group":
            picture(page, "quote", 720)
    assert said == []


def test_the_queue_is_worked_by_keys(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "analyst")
    page.keyboard.press("/")
    page.keyboard.type("p012")
    page.locator("#results strong", has_text="7").wait_for()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("table.queue a.open").nth(1)
    assert page.evaluate("document.activeElement.textContent") == second.inner_text()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Claim c").wait_for()
    page.goto(f"{address}/queue/claims")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("analyst", ["/queue/claims", "/queue/claims?text=none", "/queue/providers", "/queue/cases", "/claims/c0001"]),
        ("lead", ["/providers/p001", "/cases/k1", "/dispositions", "/nothing-here", "/quotes"]),
        ("underwriter", ["/quotes", "/models", "/definitions"]),
        ("auditor", ["/audit", "/dispositions", "/password", "/tokens"]),
        ("admin", ["/accounts"]),
        ("", ["/sign-in"]),
    ],
)  # fmt: skip
def test_pages_break_no_rule_of_wcag_aa(browser: Browser, address: str, role: str, places: list[str]) -> None:
    page = signed_in(browser, address, role) if role else browser.new_page()
    for place in places:
        page.goto(f"{address}{place}")
        accessible(page, place)


def accessible(page: Page, place: str) -> None:
    """Fails where the open page breaks a rule of WCAG A or AA, or scrolls sideways on a desk or a tablet."""
    # The page's own policy refuses foreign scripts, so axe comes by the driver's door.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    told = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]]
    assert told == [], place
    assert found["passes"]
    for size in (WIDE, TABLET):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not too_wide, f"{place} scrolls sideways at {size['width']} px"


def test_break_glass_from_the_claim_to_the_auditor(browser: Browser, own: Parts, tmp_path: Path) -> None:
    person = {"member_id": "A-4711", "name": "Made-up, Person"}
    store = identifiers_of(f"m-{1:024d}", person, tmp_path / "identifiers")
    with served(replace(own, break_glass=BreakGlass(own.engine, store))) as address:
        page = signed_in(browser, address, "analyst")
        said = refused(page)
        page.goto(f"{address}/claims/c0001")
        page.get_by_text("Who the member is").click()
        accessible(page, "a claim with break-glass open")
        page.get_by_label("What you need it for").fill("Records of the visit are asked of the practice")
        page.get_by_label("Your password again").fill(PASSWORD)
        page.get_by_role("button", name="Show the identifiers").click()
        page.get_by_text("Made-up, Person").wait_for()
        accessible(page, "the member")
        assert said == []
        auditor = signed_in(browser, address, "auditor")
        auditor.goto(f"{address}/audit")
        auditor.get_by_text("Records of the visit are asked of the practice").wait_for()
        accessible(auditor, "the audit log with a disclosure")

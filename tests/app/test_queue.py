"""The review queue: filters, orders and pages lose no row and repeat none; exports are safe to open."""

from __future__ import annotations

import csv
import io
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.download import FORMULA_STARTS, as_csv, as_xlsx, safe
from app.kinds import CLAIMS, KINDS, PROVIDERS, Kind
from app.parts import Parts
from app.queue import all_rows, asked, choices, page
from app.snapshot import Tables
from lake import Lake
from tests.app.book import DAY, client, opened, published_lake, row, send

Browser = Callable[[str], TestClient]


def pages(parts: Parts, kind: Kind, **parameters: str) -> list[str]:
    """The keys of all pages, one after the other."""
    tables, found, after = parts.tables.now(), [], ""
    while True:
        ask, problems = asked(kind, parameters | {"after": after})
        assert not problems
        shown = page(tables, kind, ask, {"c0005": "assigned"}, most=7)
        found += [str(one[kind.key]) for one in shown.rows]
        after = shown.after
        if not after:
            assert shown.total == len(found)
            return found


@pytest.mark.parametrize(("kind", "sort"), [(kind, sort) for kind in KINDS.values() for sort in kind.sorts])
def test_pages_hold_every_row_once_in_order(parts: Parts, kind: Kind, sort: str) -> None:
    whole = [
        str(one[kind.key]) for one in all_rows(parts.tables.now(), kind, asked(kind, {"sort": sort})[0], {}, 10**6)
    ]
    assert pages(parts, kind, sort=sort) == whole
    assert len(set(whole)) == len(whole) == {"claims": 260, "providers": 40, "cases": 1}[kind.name]


def test_the_most_suspect_come_first_and_only_the_newest_day(parts: Parts) -> None:
    assert pages(parts, CLAIMS)[:3] == ["c0001", "c0002", "c0003"]
    shown = page(parts.tables.now(), CLAIMS, asked(CLAIMS, {})[0], {})
    assert {one["as_of"] for one in shown.rows} == {DAY}


@pytest.mark.parametrize(
    ("parameters", "holds"),
    [
        ({"scheme": "upcoding"}, lambda one: one["scheme"] == "upcoding"),
        ({"provider": "p007"}, lambda one: one["provider_id"] == "p007"),
        ({"lane": "patient_harm"}, lambda one: one["review_lane"] == "patient_harm"),
        ({"least": "1,000", "most": "$2000"}, lambda one: 1000 <= one["paid_amount"] <= 2000),
        ({"state": "OK"}, lambda one: "p031" <= str(one["provider_id"]) <= "p040"),
        ({"state": "TX", "specialty": "family_medicine"}, lambda one: str(one["provider_id"]) < "p031"),
        ({"specialty": "cardiology"}, lambda one: False),
        ({"text": "C000"}, lambda one: one["claim_id"].startswith("c000")),
        ({"text": "p012"}, lambda one: one["provider_id"] == "p012"),
        ({"status": "assigned"}, lambda one: one["claim_id"] == "c0005"),
        ({"status": "open"}, lambda one: one["claim_id"] != "c0005"),
        ({"scheme": "upcoding", "lane": "money", "sort": "paid"}, lambda one: one["scheme"] == "upcoding"),
        ({"scheme": "nothing of this name"}, lambda one: False),
    ],
)
def test_filters(parts: Parts, parameters: dict[str, str], holds: Callable[[dict[str, object]], bool]) -> None:
    found = pages(parts, CLAIMS, **parameters)
    everything = all_rows(parts.tables.now(), CLAIMS, asked(CLAIMS, {})[0], {}, 10**6)
    money = parameters.get("lane") == "money"
    expected = {one["claim_id"] for one in everything if holds(one) and (not money or one["review_lane"] == "money")}
    assert set(found) == expected and len(found) == len(expected)


def test_providers_are_filtered_by_peer_group(browser: Browser) -> None:
    text = browser("analyst").get("/queue/providers?peer_group=practice+family_medicine").text
    assert '<option value="practice family_medicine" selected>' in text and "<strong>40</strong>" in text
    assert "Nothing fits" in browser("analyst").get("/queue/providers?peer_group=laboratory").text


def test_a_row_has_the_state_that_its_provider_was_last_told_to_be_in(browser: Browser) -> None:
    for kind in ("claims", "providers"):
        text = browser("analyst").get(f"/queue/{kind}?state=OK").text
        assert '<option value="OK" selected>' in text and '<span class="muted">OK</span>' in text
        assert '<span class="muted">TX</span>' not in text


def test_without_descriptions_the_queue_is_as_long_and_no_state_can_be_chosen(
    book: Lake, with_accounts: Path, tmp_path: Path
) -> None:
    shutil.copytree(book.root, tmp_path / "lake", ignore=shutil.ignore_patterns("providers"))
    parts = opened(tmp_path / "home", Lake(str(tmp_path / "lake")), with_accounts)
    assert not parts.tables.now().has("providers")
    assert len(pages(parts, CLAIMS)) == 260
    assert choices(parts.tables.now(), CLAIMS, "state") == []
    parts.close()


def test_new_descriptions_are_seen_without_new_scores(tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=20, providers=4)
    tables = Tables(lake)
    assert choices(tables.now(), PROVIDERS, "state") == ["OK", "TX"]
    moved = row("providers", provider_id="p001", state="NM", known_date=date(2025, 9, 1), batch_id="later")
    lake.write_rows([moved], "providers", "later")
    assert choices(tables.fresh(), PROVIDERS, "state") == ["NM", "OK", "TX"]
    # A last description without a state is not filled from an earlier one: the provider's page would say otherwise.
    left = row("providers", provider_id="p001", state=None, known_date=date(2025, 10, 1), batch_id="last")
    lake.write_rows([left], "providers", "last")
    assert choices(tables.fresh(), PROVIDERS, "state") == ["OK", "TX"]


@pytest.mark.parametrize("most", [0, 10_000])
def test_a_search_finds_the_same_whether_its_rows_are_kept_or_too_many(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("app.snapshot._MOST_HELD", most)
    found = pages(parts, CLAIMS, text="P012", sort="paid")
    assert found == [one for one in pages(parts, CLAIMS, sort="paid") if one in pages(parts, CLAIMS, provider="p012")]
    assert set(pages(parts, CLAIMS, text="p012", least="1,000")) < set(found)
    assert pages(parts, CLAIMS, text="no such id") == []


def test_a_quote_or_a_wildcard_in_a_filter_is_only_text(parts: Parts) -> None:
    for text in ("' or 1=1 --", "c0%1", "c_001", '"; drop view scored_claims; --'):
        assert pages(parts, CLAIMS, text=text, scheme="") == []
    assert len(pages(parts, CLAIMS)) == 260


def test_what_cannot_be_understood_is_said(browser: Browser) -> None:
    text = browser("analyst").get("/queue/claims?least=many&sort=shoe&after=xyz").text
    assert "no sum of dollars" in text and "no such order" in text and "not there" in text
    assert "c0001" in text


def test_a_filter_asks_for_the_table_alone(browser: Browser) -> None:
    part = (
        browser("analyst").get("/queue/claims?text=p012", headers={"HX-Request": "true", "HX-Target": "results"}).text
    )
    assert part.lstrip().startswith("<section") and "<html" not in part
    assert "p012" in part and "p011" not in part


def test_the_next_page_keeps_the_filters(browser: Browser) -> None:
    first = browser("analyst").get("/queue/claims?lane=money").text
    next_page = unescape(first.split('rel="next" href="', 1)[1].split('"', 1)[0])
    assert next_page.startswith("/queue/claims?lane=money&after=")
    second = browser("analyst").get(next_page).text
    names = [re.findall(r'class="open" href="/claims/(\w+)"', one) for one in (first, second)]
    assert len(names[0]) == len(names[1]) == 50 and not set(names[0]) & set(names[1])


def test_nothing_that_fits_is_said(browser: Browser) -> None:
    assert "Nothing fits" in browser("analyst").get("/queue/claims?provider=p999").text


def test_a_lake_without_scores_says_what_to_run(tmp_path: Path, with_accounts: Path) -> None:
    empty = opened(tmp_path / "home", Lake(str(tmp_path / "empty")), with_accounts)
    browser = client(empty, "analyst")
    for kind in KINDS:
        answer = browser.get(f"/queue/{kind}")
        assert answer.status_code == 200 and "Nothing was published yet" in answer.text
    missing = browser.get("/claims/c0001")
    assert missing.status_code == 409 and "underwatch run" in missing.text
    assert browser.get("/models").status_code == 200
    empty.close()


def test_a_new_version_is_seen_whole_and_an_open_snapshot_keeps_the_old(tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=20, providers=4)
    tables = Tables(lake)
    before = tables.now()
    later = [
        row(
            "scored_claims",
            claim_id=f"n{number}",
            as_of=date(2026, 1, 31),
            fraud_rank=number,
            fraud_probability=0.5,
            score_basis="supervised",
        )
        for number in (1, 2, 3)
    ]
    lake.write_rows(later, "scored_claims", "2026-01-31")
    assert tables.now() is before
    after = tables.fresh()
    assert after is not before and after.as_of["scored_claims"] == "2026-01-31"
    count = "select count(*) as n from "
    assert (before.one(f"{count}scored_claims"), after.one(f"{count}scored_claims")) == ({"n": 20}, {"n": 3})
    assert before.queue("scored_claims", f"{count}kept.queue") == [{"n": 20}]
    assert after.queue("scored_claims", f"{count}kept.queue") == [{"n": 3}]
    assert after.queues["scored_providers"] is before.queues["scored_providers"]  # not read again
    tables.close()


def test_a_watcher_finds_a_new_version(tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=4, providers=4)
    tables = Tables(lake, look_again=0.05)
    before = tables.now()
    tables.watch()
    later = row("scored_claims", claim_id="n1", as_of=date(2026, 1, 31), fraud_rank=1, score_basis="supervised")
    lake.write_rows([later], "scored_claims", "2026-01-31")
    for _ in range(400):
        if tables.now() is not before:
            break
        time.sleep(0.05)
    assert tables.now().as_of["scored_claims"] == "2026-01-31"
    tables.close()


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_cell_that_would_be_run_is_not(start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    assert safe(evil) == f"'{evil}"
    cells = list(csv.reader(io.StringIO(as_csv(["a"], [[evil]]).decode("utf-8-sig"), newline="")))
    assert cells[1][0].startswith("'")
    with zipfile.ZipFile(io.BytesIO(as_xlsx(["a"], [[evil]], "s"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "'" in sheet


def test_numbers_days_and_addresses_in_a_workbook() -> None:
    rows = [[Decimal("-12.50"), date(2025, 1, 2), "https://example.org", None, 3, datetime(2025, 1, 2, 12, tzinfo=UTC)]]
    with zipfile.ZipFile(io.BytesIO(as_xlsx(["a", "b", "c", "d", "e", "f"], rows, "s"))) as book:
        sheet, names = book.read("xl/worksheets/sheet1.xml").decode(), book.namelist()
    assert "<v>-12.5</v>" in sheet and "<v>45659</v>" in sheet and "<v>3</v>" in sheet and "<v>45659.5</v>" in sheet
    assert not [name for name in names if "rels/sheet" in name]  # no link was made


def test_exports_hold_the_filtered_rows(browser: Browser, parts: Parts) -> None:
    answer = browser("analyst").get("/queue/claims/export.csv?scheme=upcoding&sort=paid")
    assert answer.headers["content-disposition"] == f'attachment; filename="scored_claims-{DAY}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 65 and {one["scheme"] for one in rows} == {"upcoding"}
    paid = [Decimal(one["paid_amount"]) for one in rows]
    assert paid == sorted(paid, reverse=True)
    assert "member_id" not in rows[0]
    book = browser("analyst").get("/queue/providers/export.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as content:
        assert content.read("xl/worksheets/sheet1.xml").decode().count("<row ") == 41
    assert browser("analyst").get("/queue/claims/export.pdf").status_code == 404


def test_statuses_follow_what_is_decided(own: Parts) -> None:
    browser = client(own, "analyst")
    send(browser, "/assignments", "/claims/c0003", target_type="claim", target_id="c0003", take="yes")
    assert "c0003" in browser.get("/queue/claims?status=assigned").text
    assert "c0003" not in browser.get("/queue/claims?status=open").text
    send(browser, "/assignments", "/claims/c0003", target_type="claim", target_id="c0003", take="no")
    assert "c0003" in browser.get("/queue/claims?status=open").text


def test_a_view_is_kept_for_its_account_alone(own: Parts) -> None:
    browser = client(own, "analyst")
    page = "/queue/claims?scheme=upcoding"
    kept = send(browser, "/queue/claims/views", page, name="my  upcoding", filters="scheme=upcoding&evil=1&sort=paid")
    assert kept.headers["location"] == "/queue/claims?scheme=upcoding&sort=paid"
    assert own.views.of("analyst", "claims") == {"my upcoding": "scheme=upcoding&sort=paid"}
    assert 'href="/queue/claims?scheme=upcoding&amp;sort=paid"' in browser.get("/queue/claims").text
    assert "my upcoding" not in client(own, "lead").get("/queue/claims").text
    assert "my upcoding" not in browser.get("/queue/providers").text
    assert send(browser, "/queue/claims/views", page, name=" ", filters="").status_code == 409
    send(browser, "/queue/claims/views", page, name="my upcoding", filters="scheme=upcoding", remove="yes")
    assert own.views.of("analyst", "claims") == {}

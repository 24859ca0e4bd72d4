"""The pages of a claim, a provider, a case, quotes, models and definitions say what the tables say."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from fastapi.testclient import TestClient

from app import words
from app.claim_page import claim_page
from app.definitions import SHOWN, codes
from app.drawings import against_peers, months
from app.parts import Parts
from app.peers import Spread
from app.provider_page import neighbourhood
from app.snapshot import Tables
from catalog import TABLES
from lake import Lake
from models.underwriting.adverse import Notice
from tests.app.book import DAY, EARLIER, client, opened, published_lake, row, send

Browser = Callable[[str], TestClient]


def test_a_claim_shows_why_against_peers_with_its_lines(browser: Browser) -> None:
    text = browser("analyst").get("/claims/c0001").text
    assert "Rank 1 of 260 claims" in text and "about 96 in 100" in text and "no finding" in text
    assert "One line was paid 9.0 times what the same code is usually paid" in text
    assert "Of 260 peers half lie between" in text and "The highest of 260 peers (professional visit)" in text
    assert "c9999" in text and "p009" in text  # the same code on the same day, billed by another
    assert "<title>Claim · Underwatch</title>" in text  # no identifier in a title


def test_lines_bear_the_numbers_of_the_reasons_that_cite_them(parts: Parts) -> None:
    shown = claim_page(parts.tables.now(), "c0001")
    assert shown is not None
    assert shown.cited == {"c0001-1-1": [1], "c0001-2-1": [2]}
    assert [line["claim_line_id"] for line in shown.lines] == ["c0001-1-1", "c0001-2-1"]
    assert [(line["claim_id"], line["same_code"]) for line in shown.near] == [("c9999", True)]
    assert [(one["as_of"], one["model_version"]) for one in shown.history] == [(EARLIER, "1"), (DAY, "2")]
    assert {one["claim_id"] for one in shown.around} >= {"c0001", "c0091"}
    measured = shown.spreads[0]
    assert measured is not None and measured.count == 260 and measured.below == pytest.approx(259 / 260)
    assert shown.spreads[1] is None  # nothing was kept of that measure on the day


def test_what_was_not_known_on_the_day_is_not_shown(parts: Parts) -> None:
    shown = claim_page(parts.tables.now(), "c0001")
    assert shown is not None and all(line["paid_date"] <= DAY for line in shown.lines)


@pytest.mark.parametrize("place", ["/claims/none", "/providers/none", "/cases/none", "/cases/none/graph.json"])
def test_what_is_not_there_is_not_found(browser: Browser, place: str) -> None:
    answer = browser("analyst").get(place)
    assert answer.status_code == 404 and "nothing under this address" in answer.text


def test_a_provider_shows_peers_claims_and_investigations(browser: Browser) -> None:
    text = browser("analyst").get("/providers/p001").text
    assert "Rank 1 of 40 providers" in text and "family medicine, TX" in text
    assert "confirmed" in text and "$1,200 recovered" in text
    assert 'href="/cases/k1"' in text and "c0040" in text


def test_the_graph_ties_providers_that_share_members(parts: Parts) -> None:
    graph = neighbourhood(parts.tables.now(), ["p001"])
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    assert kinds["p001"] == "centre" and kinds["p002"] == kinds["p003"] == "provider"
    shared = {(edge["source"], edge["target"]): edge["weight"] for edge in graph["edges"] if edge["kind"] == "members"}
    assert shared == {("p001", "p002"): 12, ("p001", "p003"): 12}
    assert all(not node["id"].startswith("m-") for node in graph["nodes"])
    assert "physician d000" in kinds


def test_the_wider_graph_reaches_those_that_share_with_those_that_share(tmp_path: Path) -> None:
    lake = published_lake(tmp_path / "lake", claims=1, providers=6)
    # p001 shares members with p002, p002 with p003, and so on: a chain.
    edges = [
        row("care_graph", as_of=DAY, edge_type="member_provider", from_id=f"m-{link}{member:023d}", to_id=f"p00{end}")
        for link in range(1, 6)
        for member in range(link + 3)
        for end in (link, link + 1)
    ]
    lake.write_rows(edges, "care_graph", str(DAY))
    tables = Tables(lake)
    close, wide = neighbourhood(tables.now(), ["p001"]), neighbourhood(tables.now(), ["p001"], wide=True)
    assert [node["id"] for node in close["nodes"]] == ["p001", "p002"]
    assert [node["id"] for node in wide["nodes"]] == ["p001", "p002", "p003"]
    ties = {(edge["source"], edge["target"]): edge["weight"] for edge in wide["edges"]}
    assert ties == {("p001", "p002"): 4, ("p002", "p003"): 5} and wide["left_out"] == 0
    tables.close()


def test_a_case_shows_its_providers(browser: Browser) -> None:
    text = browser("analyst").get("/cases/k1").text
    assert "3 providers bound by members" in text and "44; 3 by chance" in text
    assert all(f'href="/providers/p00{number}"' in text for number in (1, 2, 3))


def test_every_reason_code_has_its_definition(browser: Browser) -> None:
    declared = {column.code for table in TABLES.values() for column in table.columns if column.code}
    assert declared <= set(codes())
    part = browser("analyst").get("/definitions/code/DUPLICATE_BILLING").text
    assert codes()["DUPLICATE_BILLING"].description in part and "<html" not in part
    whole = browser("analyst").get("/definitions").text
    assert all(f'id="{name}"' in whole for name in SHOWN)
    assert browser("analyst").get("/definitions/code/NONE").status_code == 404


def test_a_quote_is_asked_answered_and_kept(own: Parts) -> None:
    browser = client(own, "underwriter")
    fields = {"group": "G1", "market": "large_group", "purpose": "renewal"}
    answer = send(browser, "/quotes", "/quotes", **fields)
    assert answer.headers["location"] == "/quotes/q-1"
    text = browser.get("/quotes/q-1").text
    assert "$512.25 a member a month" in text and "between $401.00 and $640.00" in text and "40 %" in text
    assert "q-1" in browser.get("/quotes").text
    assert ("workbench.ask_for_quote", "request q-1") in [(one.action, one.subject) for one in own.audit_log.entries()]


def test_a_refused_use_shows_its_rule(own: Parts) -> None:
    browser = client(own, "underwriter")
    send(browser, "/quotes", "/quotes", group="G1", market="individual", purpose="rating")
    text = browser.get("/quotes/q-1").text
    assert (
        "Refused" in text and "Rating an individual by claims is not allowed" in text and "a member a month" not in text
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"group": "G1", "market": "", "purpose": "renewal"}, "Choose the market"),
        ({"group": "", "market": "large_group", "purpose": "renewal"}, "Name a group or one member"),
        ({"group": "G1", "member": "A1", "market": "large_group", "purpose": "renewal"}, "one of the three"),
        ({"group": "G1", "market": "large_group", "purpose": "renewal", "as_of": "soon"}, "not a date"),
    ],
)
def test_a_form_that_lacks_something_says_what(browser: Browser, fields: dict[str, str], said: str) -> None:
    answer = send(browser("underwriter"), "/quotes", "/quotes", **fields)
    assert answer.status_code == 400 and said in answer.text


def test_models_show_their_cards(browser: Browser) -> None:
    text = browser("auditor").get("/models").text
    assert "fraud_claim" in text and "champion" in text and "AUC 0.900" in text and "better than version 1" in text


def test_models_show_what_their_gate_said_and_their_plots(browser: Browser) -> None:
    opened_page = browser("underwriter")
    text = opened_page.get("/models").text
    assert "calibration <span" in text and "warned</span>" in text and "a bit high" in text
    assert 'href="http://127.0.0.1:5000/#/runs/1"' in text
    plot = "/models/fraud_claim/2/calibration.png"
    assert f'<img src="{plot}" alt="Probability said and share confirmed: fraud_claim version 2"' in text
    answer = opened_page.get(plot)
    assert answer.headers["content-type"] == "image/png" and answer.content.startswith(b"\x89PNG")
    assert opened_page.get("/models/fraud_claim/3/calibration.png").status_code == 404
    assert opened_page.get("/models/fraud_claim/2/..%2F..%2Fmodel.json").status_code == 404


def test_last_runs_lead_to_the_site_s_airflow(
    lake: Lake, tmp_path: Path, with_accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a lasting Airflow ran is noted with each commit; one that ends with its run leaves nothing to look at."""
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "monitor")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "manual__2025-12-31T06:00:00+00:00")
    lake.write_rows([row("monitoring", as_of=DAY)], "monitoring", str(DAY))
    monkeypatch.setenv("UNDERWATCH_AIRFLOW_ENDS", "1")
    lake.write_rows([row("scored_claims", claim_id="c1", as_of=DAY)], "scored_claims", str(DAY))
    parts = opened(tmp_path / "home", lake, with_accounts, airflow="https://airflow.example/")
    text = client(parts, "auditor").get("/models").text
    parts.close()
    run = "https://airflow.example/dags/monitor/runs/manual__2025-12-31T06%3A00%3A00%2B00%3A00"
    assert f'<td>monitor</td><td><a href="{run}" rel="noreferrer">manual__2025-12-31T06:00:00+00:00</a></td>' in text
    assert text.count("an Airflow that ended with its run") == 1 and text.count("https://airflow.example") == 1


def test_what_moved_is_shown_with_breaches_first(lake: Lake, tmp_path: Path, with_accounts: Path) -> None:
    """By the last day that `underwatch monitor` looked at."""
    checks = [
        row("monitoring", as_of=DAY, check_name="feature_drift", model_name="fraud_claim", subject="line_count",
            before=1.0, now=1.25, value=0.05, bound=0.2, alert="ok"),
        row("monitoring", as_of=DAY, check_name="volume", model_name="data", subject="claim_lines",
            before=1000.0, now=312.0, value=0.312, bound=0.5, alert="breach", reference="the month before"),
        row("monitoring", as_of=DAY, check_name="precision", model_name="fraud_claim", subject="all",
            alert="not_measured"),
    ]  # fmt: skip
    lake.write_rows([row("monitoring", as_of=EARLIER, subject="long ago", alert="breach")], "monitoring", str(EARLIER))
    lake.write_rows(checks, "monitoring", str(DAY))
    parts = opened(tmp_path / "home", lake, with_accounts)
    text = client(parts, "auditor").get("/models").text
    assert f"Looked at {DAY}: 1 beyond their bounds, 1 within, 1 could not be measured" in text
    assert text.index("claim_lines") < text.index("line_count") and "312" in text
    assert "long ago" not in text
    parts.close()


def test_the_audit_log_is_searched(own: Parts) -> None:
    client(own, "analyst").get("/claims/c0007")
    text = client(own, "auditor").get("/audit?text=c0007").text
    assert "claim c0007" in text and "sign in" not in text


def test_a_value_far_beyond_its_peers_squeezes_the_scale() -> None:
    near, far = Spread(9, (0, 1, 2, 3, 4), 0.5, "g", "", ""), Spread(9, (0, 1, 2, 3, 4), 1.0, "g", "", "")
    assert "squeezed" not in against_peers(3.0, 2.0, near)
    assert "squeezed" in against_peers(400.0, 2.0, far)
    assert against_peers(None, 2.0, near) == ""
    assert against_peers(0.0, 0.0, Spread(9, (0.0,) * 5, 0.0, "g", "", ""))  # all the same: nothing to divide by


@pytest.mark.parametrize(
    ("below", "said"),
    [(0.5, "Above 50 % of 1,000"), (0.999, "The highest of 1,000"), (0.995, "Among the highest 5 of")],
)
def test_a_place_among_peers_in_words(below: float, said: str) -> None:
    assert said in Spread(1000, (0, 1, 2, 3, 4), below, "family_medicine", "", "").place


def test_a_month_without_claims_is_an_empty_place() -> None:
    from datetime import date

    drawn = months([{"month": date(2024, 12, 1), "paid": 5}, {"month": date(2025, 3, 1), "paid": 9}])
    assert drawn.count('class="bar"') == 2
    assert 'x="0.0"' in drawn and 'x="160.0"' in drawn  # December and, three places on, March


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.share(0.004), "< 1 %"),
        (words.share(0.034), "3.4 %"),
        (words.share(0.5), "50 %"),
        (words.share(0.999), "> 99 %"),
        (words.share(1.0), "100 %"),
        (words.share(None), "–"),
        (words.money(-1234.5, True), "−$1,234.50"),
        (words.number(1234567), "1,234,567"),
        (words.number(float("nan")), "–"),
        (words.number(0.12345), "0.123"),
    ],
)
def test_numbers_as_people_read_them(said: str, expected: str) -> None:
    assert said == expected


def test_a_notice_is_downloaded_as_pdf_and_as_a_page(tmp_path: Path, with_accounts: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    reasons = ("Members are 58 on average; 40 is typical",)
    kept = Notice("q-7", "group", str(DAY), 1.7, reasons, ("claims of 24 months",), "risk_cost 3", "renewal").as_dict()
    told: dict[str, object] = {one.name: 1.0 for one in TABLES["underwriting_quotes"].columns if one.type == "double"}
    told |= {"credibility_basis": "manual", "specific_stop_loss": {"50000": 1.0}, "adverse_notice": json.dumps(kept)}
    quote = row("underwriting_quotes", request_id="q-7", as_of=DAY, **told)
    lake.write_rows([quote], "underwriting_quotes", "q-7")
    parts = opened(tmp_path / "home", lake, with_accounts)
    underwriter = client(parts, "underwriter")
    assert "/quotes/q-7/notice/group.pdf" in underwriter.get("/quotes/q-7").text
    made = underwriter.get("/quotes/q-7/notice/group.pdf")
    assert made.headers["content-type"] == "application/pdf" and made.content.startswith(b"%PDF-")
    assert made.headers["content-disposition"] == 'attachment; filename="notice-group.pdf"'
    assert reasons[0] in pypdf.PdfReader(io.BytesIO(made.content)).pages[0].extract_text().replace("\n", " ")
    assert reasons[0] in underwriter.get("/quotes/q-7/notice/group").text
    assert underwriter.get("/quotes/q-7/notice/1.pdf").status_code == 404
    noted = [one.details for one in parts.audit_log.entries() if one.action == "workbench.view_notice"]
    assert [one["form"] for one in noted] == ["pdf", "html"]
    parts.close()

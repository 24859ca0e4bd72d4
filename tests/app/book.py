"""A small published lake of a made-up book, written without Spark, and a workbench on it."""

from __future__ import annotations

import io
import json
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi.testclient import TestClient

from app.access import ROLES
from app.accounts import Accounts
from app.database import open_database
from app.parts import GatePart, ModelCard, ModelStore, Parts, QuoteRequest, Settings, Underwriting, open_parts
from app.web import create_app
from catalog import TABLES
from catalog.errors import ModelUnavailable
from jobs.workbench import _notice, _notice_pdf
from lake import Lake
from lake.identifiers import IdentifierStore
from models.plot_style import new_figure

DAY = date(2025, 12, 31)
EARLIER = date(2025, 6, 30)
PASSWORD = "correct horse battery"  # of accounts made for a test
_PLAIN: dict[str, object] = {
    "string": "x",
    "date": date(2025, 6, 1),
    "timestamp": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "boolean": True,
    "int": 1,
    "bigint": 1,
    "double": 1.0,
    "array<string>": [],
    "map<string,double>": {},
    "array<struct<code:string,lines:array<string>>>": [],
}


def row(table: str, **values: object) -> dict[str, object]:
    """A row of the table: `values`, null where that may be, and else something plain."""
    filled: dict[str, object] = {}
    for column in TABLES[table].columns:
        plain = Decimal("100.00") if column.type.startswith("decimal") else _PLAIN.get(column.type, [])
        filled[column.name] = None if column.nullable else plain
    return filled | values


def reason(code: str, text: str, value: float, expected: float, *evidence: str, contribution: float = 0.5) -> Any:
    return {
        "code": code,
        "text": text,
        "value": value,
        "expected": expected,
        "contribution": contribution,
        "evidence": list(evidence),
    }


def published_lake(root: Path, claims: int = 260, providers: int = 40) -> Lake:
    """Claims c0001.. and providers p001.. scored on two days, what they rest on, and a ring (k1: p001 to p003)."""
    lake, chance = Lake(str(root)), random.Random(5)
    schemes = ("upcoding", "duplicate_billing", None, None)
    scored, lines, features = [], [], []
    for number in range(1, claims + 1):
        name, provider, member = f"c{number:04d}", f"p{number % providers + 1:03d}", f"m-{number % 90:024d}"
        day = date(2025, 1, 5) + timedelta(days=number)
        paid = Decimal(f"{chance.uniform(40, 4000):.2f}")
        probability = round(0.97 * 0.985**number, 4)
        said = _reasons(number, name)
        for as_of in (DAY, EARLIER):
            scored.append(
                row(
                    "scored_claims",
                    claim_id=name,
                    as_of=as_of,
                    claim_type="professional",
                    provider_id=provider,
                    member_id=member,
                    service_from=day,
                    service_through=day,
                    paid_amount=paid,
                    fraud_probability=probability if as_of == DAY else probability / 2,
                    score_basis="supervised",
                    fraud_rank=number,
                    recovery_rank=number,
                    review_lane="patient_harm" if number % 10 == 0 else "money",
                    scheme=schemes[number % 4],
                    expected_recovery=round(paid * Decimal(str(probability)), 2),
                    reasons=said,
                    model_name="fraud_claim",
                    model_version="2" if as_of == DAY else "1",
                )
            )
        for line in (1, 2):
            lines.append(
                row(
                    "claim_lines",
                    claim_line_id=f"{name}-{line}-1",
                    claim_id=name,
                    claim_line_number=line,
                    claim_type="professional",
                    member_id=member,
                    provider_id=provider,
                    physician_id=f"d{number % 25:03d}",
                    service_from=day,
                    service_through=day,
                    known_date=day + timedelta(days=20),
                    paid_date=day + timedelta(days=20),
                    hcpcs_code="99214" if line == 1 else "80053",
                    diagnosis_codes=["E119", "I10"],
                    service_unit_quantity=1.0,
                    charge_amount=paid,
                    allowed_amount=round(paid / 2, 2),
                    paid_amount=round(paid / 2, 2),
                )
            )
        features.append(
            row(
                "claim_features",
                claim_id=name,
                as_of=DAY,
                peer_group="professional visit",
                claim_type="professional",
                provider_id=provider,
                member_id=member,
                line_count=float(14 if number % 4 == 2 else chance.randint(1, 4)),
                visit_level_vs_specialty=1.8 if number % 4 == 0 else chance.gauss(0.1, 0.5),
                paid_vs_code_max=9 - number / 60 if number < 20 else chance.uniform(0.5, 2.0),
            )
        )
    # The same service on the same day, billed by another: seen beside the first claim.
    lines.append(
        row(
            "claim_lines",
            claim_line_id="c9999-1-1",
            claim_id="c9999",
            claim_type="professional",
            member_id=f"m-{1:024d}",
            provider_id="p009",
            service_from=date(2025, 1, 6),
            service_through=date(2025, 1, 6),
            known_date=date(2025, 2, 1),
            hcpcs_code="99214",
            paid_amount=Decimal("80.00"),
        )
    )
    for as_of in (EARLIER, DAY):
        lake.write_rows([one for one in scored if one["as_of"] == as_of], "scored_claims", str(as_of))
    lake.write_rows(lines, "claim_lines", "june")
    lake.write_rows(features, "claim_features", str(DAY))
    _write_providers(lake, providers, chance)
    return lake


def _reasons(number: int, name: str) -> list[dict[str, Any]]:
    paid = reason(
        "PAID_VS_CODE_PEERS",
        f"One line was paid {9 - number / 60:.1f} times what the same code is usually paid; 1 times is typical",
        9 - number / 60,
        1.0,
        f"{name}-1-1",
        contribution=0.62,
    )
    twice = reason(
        "DUPLICATE_BILLING",
        "2 lines repeat another line of the member; 0 is typical",
        2.0,
        0.0,
        f"{name}-2-1",
        contribution=0.41,
    )
    level = reason(
        "VISIT_LEVEL_VS_SPECIALTY",
        "The visit level is 1.8 above the average of the provider's specialty; 0.1 is typical",
        1.8,
        0.1,
        f"{name}-1-1",
        contribution=0.7,
    )
    many = reason("MANY_LINES", "The claim has 14 lines; claims like it usually have 2", 14.0, 2.0, contribution=0.5)
    return [[level, paid], [paid, twice], [many, paid], [paid, many]][number % 4]


def _write_providers(lake: Lake, providers: int, chance: random.Random) -> None:
    names = [f"p{number:03d}" for number in range(1, providers + 1)]
    ring = names[:3]
    why = [reason("CLAIM_VOLUME", "Billed 900 claims in 12 months; providers usually bill 120", 900.0, 120.0)]
    for as_of in (EARLIER, DAY):
        scored = [
            row(
                "scored_providers",
                provider_id=name,
                as_of=as_of,
                peer_group="practice family_medicine",
                claim_count=900 - 10 * number,
                paid_amount=Decimal(100_000 - 1000 * number),
                fraud_probability=0.9 / (1 + number),
                score_basis="supervised",
                fraud_rank=number + 1,
                expected_recovery=Decimal(50_000 - 900 * number),
                review_lane="money",
                case_id="k1" if name in ring else None,
                tree_score=1.2,
                graph_score=0.7,
                reasons=why,
                model_name="fraud_provider",
                model_version="2",
            )
            for number, name in enumerate(names)
        ]
        lake.write_rows(scored, "scored_providers", str(as_of))
    features = [
        row(
            "provider_features",
            provider_id=name,
            as_of=DAY,
            peer_group="practice family_medicine",
            claim_volume=900.0 if name == names[0] else chance.uniform(60, 200),
        )
        for name in names
    ]
    lake.write_rows(features, "provider_features", str(DAY))
    described = [
        row(
            "providers",
            provider_id=name,
            provider_kind="practice",
            specialty="family_medicine",
            state="TX",
            known_date=date(2024, 1, 1),
        )
        for name in names
    ]
    moved = [
        one | {"state": "OK", "known_date": date(2025, 3, 1), "batch_id": "december"}
        for one in described[3 * providers // 4 :]
    ]
    lake.write_rows(described, "providers", "june")
    lake.write_rows(moved, "providers", "december")
    case = row(
        "cases",
        case_id="k1",
        as_of=DAY,
        provider_ids=ring,
        provider_count=3,
        claim_count=400,
        paid_amount=Decimal("90000"),
        shared_member_count=40,
        shared_member_share=0.6,
        pair_shared=44.0,
        pair_expected=3.0,
        bound_by="members",
        strongest_provider_id="p001",
        fraud_probability=0.9,
        fraud_rank=1,
        score_basis="supervised",
        reasons=[reason("SHARED_MEMBERS", "Its providers share 44 members; chance explains 3", 44.0, 3.0)],
    )
    lake.write_rows([case], "cases", str(DAY))
    edges = [
        row("care_graph", as_of=DAY, edge_type="member_provider", from_id=f"m-{member:024d}", to_id=name)
        for name in ring
        for member in range(12)
    ]
    edges += [
        row("care_graph", as_of=DAY, edge_type="provider_physician", from_id=name, to_id=f"d{number % 4:03d}")
        for number, name in enumerate(names[:10])
    ]
    lake.write_rows(edges, "care_graph", str(DAY))
    closed = row(
        "investigations",
        investigation_id="i1",
        target_type="provider",
        target_id="p001",
        outcome="confirmed",
        scheme="upcoding",
        selection="tip",
        known_date=date(2025, 3, 1),
        recovered_amount=Decimal("1200.00"),
    )
    lake.write_rows([closed], "investigations", "june")


def identifiers_of(token: str, person: dict[str, str], root: Path) -> IdentifierStore:
    """What is kept of one member in a new folder, as `ingest-claims --keep-identifiers` leaves it."""
    rows = [
        {"member_id": token, "batch_id": "june", "kind": kind, "value": value, "source": "canonical"}
        for kind, value in person.items()
    ]
    files, notes = root / "member_identifiers" / "june" / "run", root / "batches"
    files.mkdir(parents=True)
    notes.mkdir()
    pq.write_table(pa.Table.from_pylist(rows), files / "part.parquet")
    (notes / "june.json").write_text(json.dumps({"batch_id": "june", "folder": "june/run", "run": "r"}))
    return IdentifierStore(str(root))


def write_underwriting(lake: Lake, members: int = 12) -> None:
    """Expected costs of members, and one quote with its members, whose tokens are those of the first."""
    costs = [
        row("risk_predictions", member_id=f"m-{number:024d}", as_of=DAY, high_cost_probability={"50000": 0.1})
        for number in range(members)
    ]
    lake.write_rows(costs, "risk_predictions", str(DAY))
    quote = row("underwriting_quotes", request_id="q-9", requested_by="underwriter", as_of=DAY, market="large_group")
    lake.write_rows([quote], "underwriting_quotes", "q-9")
    asked = [
        row("underwriting_members", request_id="q-9", row_number=number + 1, member_id=f"m-{number:024d}")
        for number in range(3)
    ]
    lake.write_rows(asked, "underwriting_members", "q-9")


def answer_with(lake: Lake) -> Underwriting:
    """An underwriting call that keeps what it answers, as the real one does, at once."""

    def answer(asked: QuoteRequest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        refused = "Rating an individual by claims is not allowed" if asked.market == "individual" else None
        priced = {
            "expected_pmpm": 512.25,
            "lower": 401.0,
            "upper": 640.0,
            "manual_pmpm": 480.0,
            "experience_pmpm": 560.0,
            "experience_months": 1200.0,
            "credibility": 0.4,
            "credibility_basis": "buhlmann_straub",
            "model_pmpm": 505.0,
            "relative_risk": 1.2,
            "large_claim_expectation": 900.0,
            "specific_stop_loss": {"50000": 900.0, "100000": 500.0, "250000": 100.0},
            "aggregate_attachment": 150000.0,
            "aggregate_stop_loss": 4000.0,
            "reasons": [reason("AGE", "Members are 48 on average; 40 is typical", 48.0, 40.0)],
        }
        quote = row(
            "underwriting_quotes",
            request_id="q-1",
            requested_by=asked.requested_by,
            requested_at=datetime.now(UTC),
            market=asked.market,
            purpose=asked.purpose,
            group_id=asked.group_id or None,
            member_count=40,
            as_of=DAY,
            refused_reason=refused,
            **({} if refused else priced),
        )
        lake.write_rows([quote], "underwriting_quotes", "q-1")
        return quote, []

    return Underwriting(answer, _notice, _notice_pdf, ("individual", "large_group"), ("renewal", "rating"))


def accounts_of_all_roles(home: Path) -> Path:
    """The folder of a workbench with an account for each role, named after it. Hashing passwords is slow by design,
    so tests copy it."""
    engine = open_database(home)
    accounts = Accounts(engine)
    for role in ROLES:
        once = accounts.create(role, role)
        made = accounts.find(role)
        assert made is not None
        accounts.change_password(made, once, PASSWORD)
    engine.dispose()
    return home


def opened(home: Path, lake: Lake, with_accounts: Path, **settings: Any) -> Parts:
    """The parts of a workbench in the new folder `home`, with the accounts of another folder."""
    gate = [GatePart("leak", "passed", "AUC [0.8, 0.95] is possible"), GatePart("calibration", "warned", "a bit high")]
    cards = [
        ModelCard("fraud_claim", "2", "champion", "12 cases out of fold", ["AUC 0.900"], "better than version 1", gate,
                  {"calibration.png": "Probability said and share confirmed"}, "http://127.0.0.1:5000/#/runs/1")
    ]  # fmt: skip
    shutil.copytree(with_accounts, home)
    return open_parts(lake, home, Settings(**settings), answer_with(lake), ModelStore(lambda: cards, plotted))


def plotted(name: str, version: str, file: str) -> bytes:
    """A plot as training draws them, of the one card there is."""
    if (name, version, file) != ("fraud_claim", "2", "calibration.png"):
        raise ModelUnavailable("no such plot")
    figure, axes = new_figure(file, "said", "was")
    axes.plot([0, 1], [0, 1])
    drawn = io.BytesIO()
    figure.savefig(drawn)
    return drawn.getvalue()


def client(parts: Parts, name: str = "") -> TestClient:
    """A browser without scripts; signed in where an account is named."""
    made = TestClient(create_app(parts), base_url="http://127.0.0.1")
    if name:
        send(made, "/sign-in", name=name, password=PASSWORD)
    return made


def token(browser: TestClient, page: str = "/sign-in") -> str:
    """The form token of the session, read off a page as a browser has it."""
    text = browser.get(page).text
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def send(browser: TestClient, place: str, page: str = "/sign-in", **fields: str) -> Any:
    """A form of the session, sent."""
    return browser.post(place, data={"csrf_token": token(browser, page), **fields}, follow_redirects=False)

"""Generated deliveries for the intake benchmark: the same made-up professional claims of two lines in several formats.

A member has ten claims, a provider two hundred, and every charge is paid at 80 %. Nobody in them exists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sources.synthetic.book import make_book
from sources.synthetic.settings import Settings
from sources.synthetic.writer import write_book

CLAIMS_PER_MEMBER, CLAIMS_PER_PROVIDER = 10, 200
LINES_PER_CLAIM = 2
CLAIMS_PER_FILE = 5_000
"""EDI and bulk exports come in many files, which Spark's executors read side by side."""

_FIRST_DAY = date(2024, 1, 1)
_CODES = ("99213", "99214", "93000", "36415")
_LINES_PER_MEMBER_MONTH = 1.9
"""Claim lines and fills of a generated book of twelve months; the benchmark reports the lines that really were read."""


def canonical(folder: Path, lines: int) -> None:
    """CSV in the canonical layout, as `underwatch generate` writes it: all tables, medical and pharmacy claims."""
    members = max(100, round(lines / 12 / _LINES_PER_MEMBER_MONTH))
    write_book(make_book(Settings(members, 12, 7, date(2024, 1, 1), 1.0)), folder)


def tuva(folder: Path, lines: int) -> None:
    """Parquet in the Tuva input layer."""
    folder.mkdir(parents=True)
    claims = range(lines // LINES_PER_CLAIM)
    rows = [(claim, number) for claim in claims for number in range(1, LINES_PER_CLAIM + 1)]
    days = [str(_day(claim)) for claim, _ in rows]
    medical = {
        "claim_id": [f"C{claim}" for claim, _ in rows],
        "claim_line_number": [str(number) for _, number in rows],
        "claim_type": ["professional"] * len(rows),
        "person_id": [_member(claim) for claim, _ in rows],
        "claim_start_date": days,
        "claim_end_date": days,
        "hcpcs_code": [_code(claim, number) for claim, number in rows],
        "place_of_service_code": ["11"] * len(rows),
        "billing_npi": [_npi(claim) for claim, _ in rows],
        "paid_date": [str(_day(claim) + timedelta(30)) for claim, _ in rows],
        "charge_amount": ["100.00"] * len(rows),
        "allowed_amount": ["80.00"] * len(rows),
        "paid_amount": ["80.00"] * len(rows),
        "diagnosis_code_type": ["icd-10-cm"] * len(rows),
        "diagnosis_code_1": ["I10"] * len(rows),
    }
    pq.write_table(pa.table(medical), folder / "medical_claim.parquet")
    people = sorted({_member(claim) for claim in claims})
    spans = {
        "person_id": people,
        "gender": ["female"] * len(people),
        "birth_date": ["1970-05-06"] * len(people),
        "enrollment_start_date": ["2024-01-01"] * len(people),
        "enrollment_end_date": ["2024-12-31"] * len(people),
    }
    pq.write_table(pa.table(spans), folder / "eligibility.parquet")


def x12(folder: Path, lines: int) -> None:
    """837P interchanges of five thousand claims, each claim with its own subscriber loop."""
    folder.mkdir(parents=True)
    for number, claims in enumerate(_files(lines // LINES_PER_CLAIM)):
        (folder / f"claims_{number:05d}.837").write_text("~\n".join(_interchange(claims)) + "~\n")


def fhir(folder: Path, lines: int) -> None:
    """ExplanationOfBenefit as NDJSON, five thousand to a file."""
    folder.mkdir(parents=True)
    for number, claims in enumerate(_files(lines // LINES_PER_CLAIM)):
        with (folder / f"eob_{number:05d}.ndjson").open("w") as stream:
            for claim in claims:
                stream.write(json.dumps(_explanation(claim)) + "\n")


FORMATS: dict[str, Callable[[Path, int], None]] = {"canonical": canonical, "tuva": tuva, "x12": x12, "fhir": fhir}
"""Source -> writer of a delivery with about so many lines."""


def _files(claims: int) -> Iterator[range]:
    for start in range(0, claims, CLAIMS_PER_FILE):
        yield range(start, min(start + CLAIMS_PER_FILE, claims))


def _interchange(claims: range) -> Iterator[str]:
    yield f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*240402*0900*^*00501*000000001*0*P*:"
    yield "GS*HC*SENDER*RECEIVER*20250102*0900*7*X*005010X222A1"
    yield "ST*837*0001*005010X222A1"
    yield "BHT*0019*00*B1*20250102*0900*CH"
    yield "NM1*41*2*SENDER*****46*1"
    level, provider = 0, ""
    for claim in claims:
        if _npi(claim) != provider:
            provider, level = _npi(claim), level + 1
            billing = level
            yield from (
                f"HL*{level}**20*1",
                f"NM1*85*2*CLINIC*****XX*{provider}",
                "N3*1 ELM ST",
                "N4*AKRON*OH*443010001",
            )
        level += 1
        day = f"{_day(claim):%Y%m%d}"
        yield from (
            f"HL*{level}*{billing}*22*0",
            "SBR*P*18*G1******CI",
            f"NM1*IL*1*ROE*RITA****MI*{_member(claim)}",
            "DMG*D8*19700506*F",
            f"CLM*A{claim}*{100 * LINES_PER_CLAIM}***11:B:1*Y*A*Y*Y",
            "HI*ABK:I10",
        )
        for number in range(1, LINES_PER_CLAIM + 1):
            yield from (f"LX*{number}", f"SV1*HC:{_code(claim, number)}*100*UN*1***1", f"DTP*472*D8*{day}")
    yield "SE*1*0001"
    yield "GE*1*7"
    yield "IEA*1*000000001"


def _explanation(claim: int) -> dict[str, object]:
    day = str(_day(claim))
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"claim-{claim}",
        "status": "active",
        "outcome": "complete",
        "type": _concept("professional"),
        "patient": {"reference": f"Patient/{_member(claim)}"},
        "billablePeriod": {"start": day, "end": day},
        "created": str(_day(claim) + timedelta(20)),
        "provider": {"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": _npi(claim)}},
        "diagnosis": [
            {"sequence": 1, "diagnosisCodeableConcept": _concept("I10", "http://hl7.org/fhir/sid/icd-10-cm")}
        ],
        "item": [
            {
                "sequence": number,
                "servicedDate": day,
                "productOrService": _concept(_code(claim, number), "http://www.ama-assn.org/go/cpt"),
                "locationCodeableConcept": _concept("11"),
                "quantity": {"value": 1},
                "adjudication": [
                    {"category": _concept(name), "amount": {"value": amount, "currency": "USD"}}
                    for name, amount in (("submitted", 100), ("eligible", 80), ("benefit", 80))
                ],
            }
            for number in range(1, LINES_PER_CLAIM + 1)
        ],
        "payment": {
            "amount": {"value": 80 * LINES_PER_CLAIM, "currency": "USD"},
            "date": str(_day(claim) + timedelta(30)),
        },
    }


def _concept(code: str, system: str = "") -> dict[str, object]:
    return {"coding": [{"system": system, "code": code}]}


def _member(claim: int) -> str:
    return f"M{claim // CLAIMS_PER_MEMBER}"


def _npi(claim: int) -> str:
    return f"1{claim // CLAIMS_PER_PROVIDER:09d}"


def _day(claim: int) -> date:
    return _FIRST_DAY + timedelta(claim % 330)


def _code(claim: int, number: int) -> str:
    return _CODES[(claim + number) % len(_CODES)]

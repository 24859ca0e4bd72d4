"""A small made-up book as spec tables: every claim type, corrections and voids, deaths, gaps in coverage."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta

AS_OF = date(2024, 12, 31)
MEMBERS = [f"m{number}" for number in range(16)]
PROVIDERS = [f"p{number}" for number in range(7)]
PHYSICIANS = ["d0", "d1", "d2", "-"]
CLAIMS = [f"c{number}" for number in range(90)]
CODES = ["99213", "99214", "97110", "80053", "K0001", "J1745", "-"]

Texts = dict[str, str]
"""Arguments of spec.history."""

_CLAIM = "claim type member provider physician referrer day through known place drg code modifier dx units paid"


def book(seed: int) -> Texts:
    """Around 150 lines and 40 fills of 2023 and 2024, some known only later."""
    pick = random.Random(seed)
    return {
        "lines": block(f"{_CLAIM} version freq line", _lines(pick)),
        "fills": block("claim member provider day known ndc supply paid", _fills(pick)),
        "members": block("member born died state gender", _members(pick)),
        "providers": block("provider kind specialty state", _providers(pick)),
        "eligibility": block("member start end", _spans(pick)),
    }


def with_more(texts: Texts, more: Texts) -> Texts:
    """Both, row after row."""
    return {name: "\n\n".join(part for part in (text, more.get(name, "")) if part) for name, text in texts.items()}


def block(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A spec table; nothing at all where there are no rows."""
    lines = [" ".join(str(value) for value in row) for row in rows]
    return "\n".join([header, *lines]) if lines else ""


def _lines(pick: random.Random) -> list[list[object]]:
    rows: list[list[object]] = []
    for claim in CLAIMS:
        kind = pick.choice(["inpatient", "outpatient", "professional", "professional"])
        start = _day(pick)
        through = start + timedelta(pick.randrange(6) if kind == "inpatient" else 0)
        known = through + timedelta(pick.randrange(60))
        head = [claim, kind, pick.choice(MEMBERS), pick.choice([*PROVIDERS, "-"]), pick.choice(PHYSICIANS)]
        head += [pick.choice(PHYSICIANS), start, through]
        lines = [_line(pick, kind) for _ in range(pick.randrange(1, 4))]
        rows += [[*head, known, *line, 1, 1, number] for number, line in enumerate(lines, 1)]
        if pick.random() < 0.2:  # replaced or voided, sometimes after the day looked from
            later, frequency = known + timedelta(pick.randrange(1, 90)), pick.choice([7, 8])
            rows += [[*head, later, *line, 2, frequency, number] for number, line in enumerate(lines, 1)]
    return rows


def _line(pick: random.Random, kind: str) -> list[object]:
    drg = pick.choice(["470", "871"]) if kind == "inpatient" else "-"
    place, modifier = pick.choice(["11", "12", "23", "-"]), pick.choice(["25", "76", "-"])
    diagnoses = pick.choice(["I10,E119", "I509", "N186,E1122", "-"])
    return [
        place,
        drg,
        pick.choice(CODES),
        modifier,
        diagnoses,
        pick.randrange(1, 9),
        pick.choice([0, 40.1, 100.07, 2500.33]),
    ]


def _fills(pick: random.Random) -> list[list[object]]:
    rows: list[list[object]] = []
    for number in range(40):
        day = _day(pick)
        drug, days = pick.choice(["00001000101", "00002000202"]), pick.choice([30, 90])
        known = day + timedelta(pick.randrange(30))
        rows.append([f"f{number}", pick.choice(MEMBERS), pick.choice(["rx1", "-"]), day, known, drug, days, 20])
    return rows


def _members(pick: random.Random) -> list[list[object]]:
    """Two members are described by nobody."""
    died = ["-", "-", "-", "2024-06-01"]
    return [
        [member, date(1940 + pick.randrange(70), 5, 1), pick.choice(died), pick.choice(["OH", "NY"]), "female"]
        for member in MEMBERS[:-2]
    ]


def _providers(pick: random.Random) -> list[list[object]]:
    kinds = ["practice", "facility", "laboratory"]
    return [[p, pick.choice(kinds), pick.choice(["family", "surgery"]), "OH"] for p in PROVIDERS[:-1]]


def _spans(pick: random.Random) -> list[list[object]]:
    ends = ["2024-06-30", "2025-12-31"]
    return [[member, date(2023, 1 + pick.randrange(6), 1), pick.choice(ends)] for member in MEMBERS[:-1]]


def _day(pick: random.Random) -> date:
    return date(2023, 1, 1) + timedelta(pick.randrange(725))

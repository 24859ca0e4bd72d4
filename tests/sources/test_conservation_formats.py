"""Whatever is in a file of another format: every row and dollar read is accepted or rejected; a repeat adds nothing.

Files of made-up claims are damaged cell by cell, their rows repeated and shuffled. Spark costs seconds, so many
damages come in one delivery. X12 and FHIR are read record by record without Spark, so they see many examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from sources.fhir.resources import records_of_file
from sources.provider_fraud import PROVIDER_FRAUD
from sources.reconcile import reconcile
from sources.records import Record
from sources.rif import layout
from sources.x12.records import read_claims
from tests.sources.delivered import cells, csv_text, opened, taken
from tests.sources.fhir.files import carin, fill, stay
from tests.sources.provider_fraud import test_provider_fraud as fraud
from tests.sources.rif import conftest as rif
from tests.sources.tuva import test_tuva as tuva
from tests.sources.x12.made import claim, claims_837, interchange, line

NASTY = ["", " ", "NaN", "-Infinity", "1e400", "9" * 40, "-3", "24-01-05", "2024-02-30", '"', '""', '"x', "\0", "\r",
         "\ufffd", "\u2028", "\\", "x,y|z", "é", "=1+1", "../x", "C1"]  # fmt: skip
DAMAGED = 3
"""Damaged files of each kind in one delivery."""


def damaged(text: str, delimiter: str, chance: Random) -> bytes:
    """The file with some cells harmed, some rows repeated and all shuffled. The header stays."""
    header, *lines = text.splitlines()
    rows = [line.split(delimiter) for line in lines]
    rows += [list(chance.choice(rows)) for _ in range(chance.randrange(4))]
    for _ in range(chance.randrange(1, 9)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(NASTY)
    chance.shuffle(rows)
    return "\n".join([header, *[delimiter.join(row) for row in rows], ""]).encode()


def tuva_files(folder: Path) -> dict[str, str]:
    tuva.write(folder, tuva.ELIGIBILITY, "eligibility.csv")
    rows = cells(tuva.MEDICAL)
    return {"medical_claim_{}.csv": csv_text(list(rows[0]), rows)}


def rif_files(folder: Path) -> dict[str, str]:
    for name in ("beneficiary_2019.csv", "beneficiary_2020.csv"):
        (folder / name).write_text(rif.piped(*rif.FILES[name]))
    return {
        "inpatient_{}.csv": rif.piped(layout.INSTITUTIONAL, rif.INPATIENT),
        "carrier_{}.txt": rif.piped(layout.PROFESSIONAL, rif.CARRIER),
    }


def fraud_files(folder: Path) -> dict[str, str]:
    texts = {}
    for name, spec in fraud.FILES.items():
        kind = PROVIDER_FRAUD.kind_of(name)
        assert kind is not None
        texts[name] = csv_text(kind.columns, cells(spec))
        (folder / name).write_text(texts[name])
    return {"Train_Inpatientdata-1{}.csv": texts["Train_Inpatientdata-1.csv"]}


@pytest.mark.slow
@pytest.mark.parametrize(("source", "files", "delimiter"), [
    ("tuva", tuva_files, ","), ("rif", rif_files, "|"), ("provider_fraud", fraud_files, ","),
])  # fmt: skip
def test_rows_and_dollars_read_are_accepted_or_rejected(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    source: str,
    files: Callable[[Path], dict[str, str]],
    delimiter: str,
) -> None:
    chance = Random(f"damage of {source}")  # the same damage in every run
    folder = tmp_path_factory.mktemp(source)
    contents = {}
    for name, text in files(folder).items():
        contents |= {name.format(part): damaged(text, delimiter, chance) for part in range(1, DAMAGED + 1)}
        contents[name.format(9)] = contents[name.format(1)]  # the same once more
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    found = taken(spark, opened(source, folder, folder / "scratch"))
    audits = {audit.file_name: audit for audit in reconcile(found.intake, found.frames)}
    lines, rejected = found.tables["claim_lines"], found.tables["rejected_rows"]
    assert all(row["reason"] and row["detail"] for row in rejected)
    ids = [row["claim_line_id"] for row in lines]
    assert len(set(ids)) == len(ids)  # a row delivered twice counts once
    for name, content in contents.items():
        numbers = [number for number, row in enumerate(content.split(b"\n"), 1) if re.search(rb"[^ \t\r\x0b\f]", row)]
        sides = [[row for row in rows if row["file_name"] == name] for rows in (lines, rejected)]
        assert sorted(row["row_number"] for side in sides for row in side) == numbers[1:]
        assert audits[name].read.rows == len(numbers) - 1
        accepted, refused = [sum((row["paid_amount"] or Decimal(0) for row in side), Decimal(0)) for side in sides]
        assert (audits[name].accepted.paid, audits[name].read.paid) == (accepted, accepted + refused)
    found.close()


CLAIMS = [[*claim(f"A{n}", f"{n}0"), *line(charge=f"{n}0")] for n in range(1, 7)]
MANY = settings(max_examples=200, derandomize=True, deadline=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
SEGMENT = st.sampled_from([
    "CLM*", "CLM*X*NaN", "CLM*A1*1e400***11:B:1", "LX*x", "SV1*HC:1*Infinity*UN*1***1", "DTP*472*D8*240301",
    "DTP*472*D8*20240230", "SV1*HC:99213*10*UN*-1***1", "é\0", "HI*ABK:",
])  # fmt: skip
ORDER = st.lists(st.integers(0, 5), min_size=1, max_size=12)


def charges(records: list[Record]) -> Decimal:
    return sum((Decimal(record.values.get("charge_amount") or 0) for record in records), Decimal(0))


@given(ORDER, st.lists(st.tuples(st.integers(0, 11), st.integers(1, 3), SEGMENT), max_size=6))
@MANY
def test_x12_claims_repeated_shuffled_and_damaged_are_each_told_once(
    tmp_path: Path, order: list[int], harms: list[tuple[int, int, str]]
) -> None:
    """A harmed claim keeps its CLM segment, so that there are as many records as CLM segments written."""
    made = [list(CLAIMS[number]) for number in order]
    untouched = set(range(len(made)))
    for place, segment, put in harms:
        which = place % len(made)
        made[which][0 if put.startswith("CLM") else segment] = put
        untouched.discard(which)
    text = interchange(claims_837(*[segment for one in made for segment in one]))
    path = tmp_path / "a.837"
    path.write_text(text, newline="")
    found = list(read_claims(str(path)))
    assert len(found) == text.count("~\nCLM*") == len(made)
    assert all(bool(record.reason) == bool(record.detail) for record in found)
    whole = [found[place] for place in sorted(untouched)]
    assert not [record for record in whole if record.reason]
    assert charges(whole) == sum(10 * (order[place] + 1) for place in untouched)
    assert list(read_claims(str(path))) == found  # once more, the same


RESOURCES = [carin(), stay(), fill(), carin(id="claim-2")]
PUT = st.sampled_from(
    [None, "", 5, "NaN", [], {}, [None], {"coding": 5}, {"start": "2022-02-30"}, {"value": "1e400"}, "\0"]
)
PLACE = st.sampled_from(
    ["id", "status", "type", "patient", "billablePeriod", "item", "payment", "provider", "resourceType"]
)


@given(st.lists(st.tuples(st.integers(0, 3), st.dictionaries(PLACE, PUT, max_size=2)), min_size=1, max_size=10),
       st.booleans())  # fmt: skip
@MANY
def test_fhir_resources_repeated_shuffled_and_damaged_are_each_told_once(
    tmp_path: Path, made: list[tuple[int, dict[str, Any]]], bundled: bool
) -> None:
    resources = [RESOURCES[number] | harm for number, harm in made]
    entries = {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}
    text = json.dumps(entries) if bundled else "\n".join([json.dumps(resource) for resource in resources] * 2)
    path = tmp_path / "a.json"
    path.write_text(text)
    found = list(records_of_file(str(path)))
    assert [record.row_number for record in found] == list(range(1, len(resources) * (1 if bundled else 2) + 1))
    assert all(bool(record.reason) == bool(record.detail) for record in found)
    for record, (number, harm) in zip(found, made, strict=False):
        if not harm:
            assert record.reason == ""
            assert record.values["claim_id"]
            assert record.values["paid_amount"] == ("115.50", "4000.00", "12.25", "115.50")[number]
    if not bundled:  # every resource came twice, and reads the same twice
        half = len(resources)
        assert [record.values for record in found[:half]] == [record.values for record in found[half:]]

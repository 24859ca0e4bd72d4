"""JSON that is well formed and still cannot become a claim: it is refused with a reason, and never ends the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.fhir.resources import record_of_line, records_of_file
from sources.records import Record

_CODES = "http://terminology.hl7.org/CodeSystem/adjudication"
_CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"


def amount(code: str, value: Any, *systems: str) -> dict[str, Any]:
    codings = [{"system": system, "code": code} for system in systems or (_CODES,)]
    return {"category": {"coding": codings}, "amount": {"value": value, "currency": "USD"}}


def claim(*lines: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A made-up professional claim with the adjudications of each line."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": "made-up-1",
        "status": "active",
        "patient": {"reference": "Patient/made-up-person"},
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
        "billablePeriod": {"start": "2022-03-01", "end": "2022-03-02"},
        "item": [{"sequence": number, "adjudication": line} for number, line in enumerate(lines, 1)],
    } | more


def read(resource: Any) -> Record:
    return record_of_line(json.dumps(resource), 7)


def test_half_a_character_is_no_text() -> None:
    record = read(claim([], id="made-up-\ud800"))
    assert (record.row_number, record.reason) == (7, "unreadable_text")


def test_a_whole_character_written_as_two_halves_is_text() -> None:
    record = read(claim([], id="made-up-\U0001f600"))
    assert (record.reason, record.values["claim_id"]) == ("", "made-up-\U0001f600")


def test_an_amount_named_by_two_systems_counts_once() -> None:
    record = read(claim([amount("submitted", 120.5, _CODES, _CARIN), amount("benefit", 80, _CODES, _CARIN)]))
    assert (record.values["charge_amount"], record.values["paid_amount"]) == ("120.50", "80.00")


@pytest.mark.parametrize("value", ["1e39", "999999999999.995", "1e12", "-1e12", "NaN", "Infinity", "12,50", "0x10"])
def test_text_that_is_no_amount(value: str) -> None:
    record = read(claim([amount("benefit", value)]))
    assert (record.reason, record.values.get("paid_amount")) == ("bad_amount", None)


def test_amounts_that_fit_alone_and_not_together() -> None:
    half = [amount("benefit", "600000000000.00")]
    record = read(claim(half, half))
    assert (record.reason, record.values.get("paid_amount")) == ("bad_amount", None)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1', "[" * 100_000, "", "EOB*1~", '{"a": 1} {"b": 2}'])
def test_text_that_is_no_json(text: str) -> None:
    assert record_of_line(text, 3).reason == "bad_json"


@pytest.mark.parametrize("resource", [None, 5, "text", [], {}, {"resourceType": 5}, {"resourceType": "Coverage"}])
def test_json_that_is_no_claim(resource: Any) -> None:
    assert read(resource).reason == "wrong_resource"


@pytest.mark.parametrize("element", ["type", "item", "careTeam", "diagnosis", "billablePeriod", "patient", "payment"])
@pytest.mark.parametrize("value", [None, 5, "text", [None, 5], {"coding": "x"}, [{"coding": [{"code": 5}]}]])
def test_an_element_of_another_shape_is_met_with_a_reason_or_does_not_matter(element: str, value: Any) -> None:
    record = read(claim([amount("benefit", "10.00")], **{element: value}))
    assert record.reason in ("", "missing_value", "bad_value", "bad_amount", "bad_date")


@pytest.mark.parametrize("text", ["2022-02-30", "0001-01-01", "next week"])
def test_a_day_that_is_none(text: str) -> None:
    record = read(claim([], billablePeriod={"start": text, "end": "2022-03-02"}))
    assert record.reason == "bad_date"
    assert text not in record.detail


def test_what_is_no_entry_of_a_bundle_is_refused_at_its_place(tmp_path: Path) -> None:
    entries = [None, {"resource": claim([])}, "text", {"search": {"mode": "match"}}]
    (tmp_path / "bundle.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    found = [(record.row_number, record.reason) for record in records_of_file(str(tmp_path / "bundle.json"))]
    assert found == [(1, "wrong_resource"), (2, ""), (3, "wrong_resource"), (4, "wrong_resource")]

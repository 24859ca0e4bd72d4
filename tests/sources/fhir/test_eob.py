"""One resource as a record: what is taken from it, and why it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.fhir.resources import record_of_line, records_of_file
from sources.records import Record
from tests.sources.fhir.files import DOCTOR, PATIENT, adjudication, bundle, carin, concept, fill, money, stay, variables

PROFILE = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-ExplanationOfBenefit"


def record(resource: Any) -> Record:
    return record_of_line(json.dumps(resource), 7)


def lines(found: Record) -> list[tuple[str | None, ...]]:
    return [(line["charge_amount"], line["allowed_amount"], line["paid_amount"]) for line in found.values["lines"]]


def amounts(found: Record) -> tuple[str | None, ...]:
    return tuple(found.values[name] for name in ("charge_amount", "allowed_amount", "paid_amount"))


def test_a_professional_claim() -> None:
    found = record(carin())
    assert (found.row_number, found.reason) == (7, "")
    told = {name: value for name, value in found.values.items() if name != "lines" and value is not None}
    assert told == {
        "resource": "ExplanationOfBenefit",
        "claim_id": "claim-1",
        "resource_id": "claim-1",
        "member_id": "p1",
        "claim_type": "professional",
        "bills": "practice",
        "frequency": "1",
        "last_updated": "2022-04-02T10:00:00Z",
        "service_from": "2022-03-01",
        "service_through": "2022-03-02",
        "received_date": "2022-03-05",
        "paid_date": "2022-03-28",
        "known_date": "2022-03-28",
        "diagnosis_code_type": "icd-10-cm",
        "diagnosis_codes": ["I10", "E119"],
        "charge_amount": "230.10",
        "allowed_amount": "140.00",
        "paid_amount": "115.50",
    }
    assert {name: value for name, value in found.values["lines"][0].items() if value is not None} == {
        "number": "1",
        "service_from": "2022-03-01",
        "service_through": "2022-03-01",
        "provider_id": "8000000001",
        "provider_npi": "8000000001",
        "physician_id": "dr",  # the file does not hold the Practitioner
        "referring_physician_id": "R7",
        "place_of_service_code": "11",
        "hcpcs_code": "99214",
        "hcpcs_modifier_1": "25",
        "units": "1",
        "charge_amount": "200.10",
        "allowed_amount": "120.00",
        "paid_amount": "100.50",
    }


def test_paid_is_what_went_to_the_provider_before_it_is_the_benefit() -> None:
    assert [line[2] for line in lines(record(carin()))] == ["100.50", "15.00"]  # 14.995 rounded half up


def test_a_stay_is_paid_as_a_whole() -> None:
    found = record(stay())
    assert lines(found) == [("6500.00", "5025.50", "4000.00"), ("0.00", "0.00", "0.00")]
    assert (found.values["claim_id"], found.values["claim_type"]) == ("inpatient--700", "inpatient")
    assert (found.values["admission_date"], found.values["discharge_date"]) == ("2020-03-13", "2020-03-22")
    assert (found.values["drg_code"], found.values["known_date"]) == ("047", "2020-03-27")
    first, second = found.values["lines"]
    assert (first["number"], second["number"]) == ("1", "2")  # both items say 1
    assert (first["provider_id"], first["provider_npi"]) == ("220135", "8000000002")
    assert first["revenue_center_code"] == "0120"


def test_lines_of_a_stay_stand_where_they_add_up() -> None:
    items = [{"adjudication": adjudication(benefit=1500)}, {"adjudication": adjudication(benefit=2500)}]
    assert [line[2] for line in lines(record(stay(item=items)))] == ["1500.00", "2500.00"]


def test_a_claims_payment_serves_lines_that_have_none() -> None:
    items = [{"adjudication": adjudication(submitted=5)}, {}]
    assert [line[2] for line in lines(record(carin(item=items)))] == ["115.50", "0.00"]


def test_lines_of_a_professional_claim_win_over_its_payment() -> None:
    items = [{"adjudication": variables(line_nch_pmt_amt=3, line_alowd_chrg_amt=4, line_sbmtd_chrg_amt=9)}]
    assert lines(record(carin(item=items))) == [("9.00", "4.00", "3.00")]


def test_categories_nobody_knows_are_not_taken() -> None:
    items = [{"adjudication": adjudication(mystery=5)}]
    found = record(carin(item=items, payment={}))
    assert amounts(found) == (None, None, "0.00")
    assert found.values["paid_date"] is None


def test_a_claim_without_amounts_is_not_paid_yet() -> None:
    found = record(carin(item=[{}], payment={}))
    assert amounts(found) == (None, None, "0.00")
    assert (found.values["paid_date"], found.values["known_date"]) == (None, "2022-03-05")


def test_a_queued_claim_is_not_paid_yet() -> None:
    assert record(carin(outcome="queued")).values["paid_date"] is None


def test_a_claim_without_payment_date_is_paid_when_the_statement_was_made() -> None:
    assert record(carin(payment={"amount": money(1)})).values["paid_date"] == "2022-03-20"


def test_a_claim_without_items_is_one_line() -> None:
    found = record(carin(item=[]))
    assert lines(found) == [(None, None, "115.50")]
    assert found.values["lines"][0]["service_from"] == "2022-03-01"


def test_a_fill() -> None:
    found = record(fill())
    (line,) = found.values["lines"]
    assert found.values["claim_type"] == "pharmacy"
    assert (line["ndc_code"], line["units"], line["days_supply"]) == ("00001000101", "60.5", "30")
    assert lines(found) == [(None, "17.25", "12.25")]
    assert (line["provider_id"], line["physician_id"]) == ("8000000003", "9002")
    assert (found.values["service_from"], found.values["paid_date"]) == ("2020-05-01", "2020-05-01")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "cancelled"}, "8"),
        ({"status": "entered-in-error"}, "8"),
        ({"supportingInfo": [{"category": concept("typeofbill"), "code": concept("0117")}]}, "7"),
        ({"supportingInfo": [{"category": concept("typeofbill"), "code": concept("118")}]}, "8"),
        ({"supportingInfo": [{"category": concept("typeofbill"), "code": concept("0114")}]}, "1"),
    ],
)
def test_voids_and_replacements(changes: dict[str, Any], code: str) -> None:
    assert record(carin(**changes)).values["frequency"] == code


@pytest.mark.parametrize(
    ("changes", "claim_type"),
    [
        ({"type": concept("oral")}, "professional"),
        ({"type": concept("institutional"), "subType": concept("inpatient")}, "inpatient"),
        ({"type": concept("institutional"), "subType": concept("outpatient")}, "outpatient"),
        (
            {
                "type": concept("institutional"),
                "meta": {"profile": ["x/C4BB-ExplanationOfBenefit-Inpatient-Institutional"]},
            },
            "inpatient",
        ),
        (
            {
                "type": concept("institutional"),
                "supportingInfo": [{"category": concept("typeofbill"), "code": concept("0131")}],
            },
            "outpatient",
        ),
        ({"type": concept("50", "x/variables/nch_clm_type_cd")}, "outpatient"),
        ({"type": concept("SNF", "x/codesystem/eob-type")}, "inpatient"),
    ],
)
def test_claim_types(changes: dict[str, Any], claim_type: str) -> None:
    assert record(carin(**changes)).values["claim_type"] == claim_type


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (carin(patient={}), "missing_value"),
        (carin(id=None), "missing_value"),
        (carin(type=concept("institutional")), "bad_value"),
        (carin(type=concept("mystery")), "bad_value"),
        (carin(status="draft"), "bad_value"),
        (carin(billablePeriod={"start": "2022-02-30"}), "bad_date"),
        (carin(billablePeriod={"start": "2022-03"}), "bad_date"),
        (carin(billablePeriod={"start": "2022-03-02", "end": "2022-03-01"}), "bad_date"),
        (carin(payment={"date": "2021-01-01"}), "bad_date"),
        (carin(billablePeriod={}, item=[]), "missing_value"),
        (carin(payment={"amount": money("NaN")}), "bad_amount"),
        (carin(payment={"amount": money("1e999999999")}), "bad_amount"),
        (carin(payment={"amount": money(10**12)}), "bad_amount"),
        (carin(payment={"amount": money(1, "EUR")}), "bad_amount"),
        (carin(item=[{"adjudication": adjudication(benefit=6 * 10**11)}] * 2), "bad_amount"),
        (fill(item=[{"servicedDate": "2020-05-01"}]), "missing_value"),
        (stay(hospitalization={"start": "2020-03-22", "end": "2020-03-13"}), "bad_date"),
        ({"resourceType": "Coverage", "id": "c"}, "wrong_resource"),
        ({"id": "c"}, "wrong_resource"),
        (["no", "resource"], "wrong_resource"),
        (PATIENT | {"id": None}, "missing_value"),
        (PATIENT | {"deceasedDateTime": "1940-01-01"}, "bad_date"),
    ],
)
def test_resources_that_cannot_be_taken(resource: Any, reason: str) -> None:
    assert record(resource).reason == reason


def test_a_refused_claim_keeps_the_amounts_that_can_be_read() -> None:
    assert amounts(record(carin(patient={}))) == ("230.10", "140.00", "115.50")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"resourceType": "ExplanationOfBenefit", "id": ', "bad_json"),
        ("[" * 100_000, "bad_json"),
        ('{"a": NaN}', "bad_json"),
        ('{"a": "\0"}', "unreadable_text"),
        ("<html>", "bad_json"),
    ],
)
def test_text_that_is_no_json(text: str, reason: str) -> None:
    found = record_of_line(text, 3)
    assert (found.row_number, found.reason) == (3, reason)


def test_elements_of_another_shape_read_as_nothing() -> None:
    odd = carin(careTeam="nobody", diagnosis=[1, "x"], meta=[], provider=3, supportingInfo={"category": 5}, payment=[])
    found = record(odd)
    assert found.reason == ""
    assert found.values["diagnosis_codes"] == []


def test_a_bundle_is_read_entry_by_entry(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(bundle(carin(), PATIENT, DOCTOR))
    claim, patient, doctor = records_of_file(str(path))
    assert [found.row_number for found in (claim, patient, doctor)] == [1, 2, 3]
    assert claim.values["lines"][0]["physician_id"] == "9000000001"  # followed into the Bundle
    assert {name: value for name, value in patient.values.items() if value is not None} == {
        "resource": "Patient",
        "member_id": "p1",
        "last_updated": "2022-05-01T00:00:00Z",
        "birth_date": "1950-02-03",
        "death_date": "2023-01-02",
        "gender": "female",
        "state": "Massachusetts",
        "known_date": "2022-05-01",
        "person_name": "Quillfeather",  # dropped by the intake
        "person_street": "1 Owl Lane",
    }
    assert (doctor.reason, doctor.detail) == (
        "wrong_resource",
        "a Practitioner is neither an ExplanationOfBenefit nor a Patient",
    )


def test_a_reference_by_address_finds_the_patient_of_the_bundle(tmp_path: Path) -> None:
    address = "urn:uuid:aaaa"
    entries = [{"resource": carin(patient={"reference": address})}, {"fullUrl": address, "resource": PATIENT}]
    (tmp_path / "b.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    claim, patient = records_of_file(str(tmp_path / "b.json"))
    assert claim.values["member_id"] == patient.values["member_id"] == "p1"


def test_a_contained_patient_is_known_by_its_identifier() -> None:
    inside = [{"resourceType": "Patient", "id": "me", "identifier": [{"value": "card-9"}]}]
    found = record(carin(contained=inside, patient={"reference": "#me"}))
    assert found.values["member_id"] == "card-9"


def test_a_file_called_json_may_hold_a_resource_a_line(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(f"{json.dumps(carin())}\n\n{json.dumps(fill())}\n{{oops\n")
    assert [(found.row_number, found.reason) for found in records_of_file(str(tmp_path / "e.json"))] == [
        (1, ""),
        (3, ""),
        (4, "bad_json"),
    ]


def test_no_detail_repeats_a_value() -> None:
    hostile = carin(billablePeriod={"start": "=cmd|secret"}, patient={"reference": "Patient/secret"})
    assert "secret" not in record(hostile).detail
    assert "secret" not in record({"resourceType": "Secret person 9"}).detail.lower()

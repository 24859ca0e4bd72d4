"""Made-up FHIR resources: a few elements each, in the shapes CARIN and the CMS Blue Button give them."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

_CMS = "https://bluebutton.cms.gov/resources"
_C4BB = "http://hl7.org/fhir/us/carin-bb/CodeSystem"


def concept(code: str, system: str = "") -> Json:
    return {"coding": [{"system": system, "code": code}]}


def money(value: Any, currency: str = "USD") -> Json:
    return {"value": value, "currency": currency}


def adjudication(**amounts: Any) -> list[Json]:
    """One adjudication per category."""
    return [{"category": concept(code, f"{_C4BB}/C4BBAdjudication"), "amount": money(v)} for code, v in amounts.items()]


def variables(**amounts: Any) -> list[Json]:
    """Adjudications as CMS names them: a category's code is an address."""
    return [
        {
            "category": concept(f"{_CMS}/variables/{code}", f"{_CMS}/codesystem/adjudication"),
            "amount": {"value": value, "system": "urn:iso:std:iso:4217", "code": "USD"},
        }
        for code, value in amounts.items()
    ]


def carin(**changes: Any) -> Json:
    """A professional claim of two lines as a CARIN payer gives it (R4)."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": "claim-1",
        "meta": {"lastUpdated": "2022-04-02T10:00:00Z"},
        "status": "active",
        "outcome": "complete",
        "type": concept("professional", "http://terminology.hl7.org/CodeSystem/claim-type"),
        "patient": {"reference": "Patient/p1"},
        "billablePeriod": {"start": "2022-03-01", "end": "2022-03-02"},
        "created": "2022-03-20T08:00:00Z",
        "provider": {"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "8000000001"}},
        "careTeam": [
            {"sequence": 1, "role": concept("rendering"), "provider": {"reference": "Practitioner/dr"}},
            {"sequence": 2, "role": concept("referring"), "provider": {"identifier": {"value": "R7"}}},
        ],
        "supportingInfo": [{"category": concept("clmrecvddate"), "timingDate": "2022-03-05"}],
        "diagnosis": [
            {"sequence": 2, "diagnosisCodeableConcept": concept("E11.9", "http://hl7.org/fhir/sid/icd-10-cm")},
            {
                "sequence": 1,
                "type": [concept("principal")],
                "diagnosisCodeableConcept": concept("I10", "http://hl7.org/fhir/sid/icd-10-cm"),
            },
            {"sequence": 3, "type": [concept("admitting")], "diagnosisCodeableConcept": concept("R05")},
        ],
        "item": [
            {
                "sequence": 1,
                "servicedDate": "2022-03-01",
                "productOrService": concept("99214", "http://www.ama-assn.org/go/cpt"),
                "modifier": [concept("25")],
                "locationCodeableConcept": concept("11"),
                "quantity": {"value": 1},
                "adjudication": adjudication(submitted=200.1, eligible=120, benefit=100.5, mystery=7),
            },
            {
                "sequence": 2,
                "servicedPeriod": {"start": "2022-03-02", "end": "2022-03-02"},
                "productOrService": concept("J1100", "https://bluebutton.cms.gov/resources/codesystem/hcpcs"),
                "adjudication": adjudication(submitted="30", eligible=20, paidtoprovider=14.995, benefit=99),
            },
        ],
        "payment": {"amount": money(115.5), "date": "2022-03-28"},
    } | changes


def stay(**changes: Any) -> Json:
    """An inpatient claim as the CMS Blue Button gave it (STU3)."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": "inpatient--77",
        "status": "active",
        "identifier": [{"system": f"{_CMS}/identifier/claim-group", "value": "-700"}],
        "type": {
            "coding": [
                {"system": f"{_CMS}/variables/nch_clm_type_cd", "code": "60"},
                {"system": "http://hl7.org/fhir/ex-claimtype", "code": "institutional"},
            ]
        },
        "patient": {"reference": "Patient/-55"},
        "billablePeriod": {"start": "2020-03-13", "end": "2020-03-22"},
        "hospitalization": {"start": "2020-03-13", "end": "2020-03-22"},
        "provider": {"identifier": {"system": f"{_CMS}/variables/prvdr_num", "value": "220135"}},
        "organization": {"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "8000000002"}},
        "careTeam": [{"sequence": 2, "role": concept("primary"), "provider": {"identifier": {"value": "9001"}}}],
        "extension": [
            {"url": f"{_CMS}/variables/nch_bene_ip_ddctbl_amt", "valueMoney": {"value": 1000}},
            {"url": f"{_CMS}/variables/prpayamt", "valueMoney": {"value": 25.5}},
        ],
        "information": [
            {"category": concept(f"{_CMS}/variables/nch_wkly_proc_dt"), "timingDate": "2020-03-27"},
            {"category": concept(f"{_CMS}/variables/clm_freq_cd"), "code": concept("1")},
            {"category": concept(f"{_CMS}/variables/clm_drg_cd"), "code": concept("47")},
        ],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("J208", "http://hl7.org/fhir/sid/icd-10")}],
        "item": [
            {"sequence": 1, "revenue": concept("120"), "adjudication": variables(rev_cntr_tot_chrg_amt=900)},
            {"sequence": 1, "revenue": concept("0001"), "adjudication": variables(rev_cntr_tot_chrg_amt=900)},
        ],
        "payment": {"amount": {"value": 4000}},
        "totalCost": {"value": 6500},
    } | changes


def fill(**changes: Any) -> Json:
    """A Part D event as the CMS Blue Button gave it (STU3)."""
    days = {"url": f"{_CMS}/variables/days_suply_num", "valueQuantity": {"value": 30}}
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": "pde--88",
        "status": "active",
        "type": concept("PDE", f"{_CMS}/codesystem/eob-type"),
        "patient": {"reference": "Patient/-55"},
        "organization": {"identifier": {"type": concept("NPI"), "value": "8000000003"}},
        "careTeam": [{"sequence": 1, "role": concept("primary"), "provider": {"identifier": {"value": "9002"}}}],
        "item": [
            {
                "sequence": 1,
                "servicedDate": "2020-05-01",
                "service": concept("0001-0001-01", "http://hl7.org/fhir/sid/ndc"),
                "quantity": {"value": 60.5, "extension": [days]},
                "adjudication": variables(cvrd_d_plan_pd_amt=10.25, lics_amt=2, ptnt_pay_amt=5, tot_rx_cst_amt=17.25),
            }
        ],
        "payment": {"date": "2020-05-01"},
    } | changes


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"lastUpdated": "2022-05-01T00:00:00Z"},
    "name": [{"family": "Quillfeather"}],
    "gender": "female",
    "birthDate": "1950-02-03",
    "deceasedDateTime": "2023-01-02T03:04:05Z",
    "address": [{"line": ["1 Owl Lane"], "state": "Massachusetts"}],
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "dr",
    "identifier": [
        {"system": "http://hl7.org/fhir/sid/us-npi", "value": "9000000001"},
        {"type": concept("TAX"), "value": "999000111"},
    ],
}


def bundle(*resources: Json) -> str:
    entries = [
        {"fullUrl": f"https://payer.example/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}, indent=1)

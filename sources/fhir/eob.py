"""One ExplanationOfBenefit -> the values of a claim with its lines.

- The claim is BFD's claim group (versions of a claim share it), else the resource's id, else its first identifier.
- A cancelled statement, or one entered in error, voids the claim; CMS's clm_freq_cd and the type of bill say which
  replace (7) or void (8). A draft is no statement and is refused.
- A statement without any amount has paid 0.00.
- Diagnoses are those of the claim, principal first; what a patient was admitted with or came for is none of them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sources.claim_versions import ORIGINAL, REPLACEMENT, VOID
from sources.fhir.amounts import ZERO, line_amounts, total_of
from sources.fhir.claim_type import ClaimType, claim_type_of, information, type_of_bill
from sources.fhir.dates import dates_of
from sources.fhir.elements import (
    Element,
    Unusable,
    codes,
    codings,
    element,
    elements,
    number,
    reference_id,
    text_of,
)
from sources.fhir.lines import lines_of, plain
from sources.fhir.parties import Resolve, parties_of

_NOT_BILLED = {"admitting", "patientreasonforvisit"}


def claim_amounts(eob: Element) -> dict[str, str | None]:
    """Charge, allowed and paid of the whole resource. Raises Unusable where they cannot be read."""
    total = total_of(line_amounts(eob, claim_type_of(eob)))
    return {
        "charge_amount": plain(total.charge),
        "allowed_amount": plain(total.allowed),
        "paid_amount": plain(total.paid) or str(ZERO),
    }


def claim_of(eob: Element, resolve: Resolve) -> dict[str, Any]:
    """Values of the claim, dates and numbers as text. Raises Unusable, saying why, where it cannot be taken."""
    kind = claim_type_of(eob)
    amounts = line_amounts(eob, kind)
    claim = {
        "claim_id": _claim_id(eob, kind),
        "resource_id": text_of(eob.get("id")),
        "member_id": _member(eob, resolve),
        "claim_type": kind.claim_type,
        "bills": kind.bills,
        "frequency": _frequency(eob),
        "last_updated": text_of(element(eob.get("meta")).get("lastUpdated")),
        "drg_code": _drg(eob) if kind.is_institutional else None,
        **dates_of(eob, kind, any(line.paid is not None for line in amounts)),
        **_diagnoses(eob),
    }
    parties = parties_of(eob, kind, resolve)
    lines = list(lines_of(eob, kind, claim, amounts, parties, resolve))
    if kind.claim_type == "pharmacy" and not all(line["ndc_code"] for line in lines):
        raise Unusable("missing_value", "item names no drug (NDC)")
    claim["lines"] = lines
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in claim.items()}


def _claim_id(eob: Element, kind: ClaimType) -> str:
    identifiers = [
        (str(identifier.get("system", "")), value)
        for identifier in elements(eob.get("identifier"))
        if (value := text_of(identifier.get("value")))
    ]
    group = next((value for system, value in identifiers if system.endswith("identifier/claim-group")), None)
    if group and kind.file:
        return f"{kind.file}-{group}"
    own = text_of(eob.get("id")) or next((value for _, value in identifiers), None)
    if own is None:
        raise Unusable("missing_value", "the resource has neither id nor identifier")
    return own


def _member(eob: Element, resolve: Resolve) -> str:
    patient = element(eob.get("patient"))
    target = text_of(patient.get("reference"))
    resource = resolve(target) if target else {}
    inside = elements(patient.get("identifier")) + elements(resource.get("identifier"))
    # A Patient of the file is known by its id, as a reference to Patient/id from another file would name it.
    known = text_of(resource.get("id")) if resource and target and not target.startswith("#") else None
    own = known or reference_id(patient) or next((v for i in inside if (v := text_of(i.get("value")))), None)
    if own is None:
        raise Unusable("missing_value", "patient is not named")
    return own


def _frequency(eob: Element) -> str:
    status = text_of(eob.get("status"))
    if status == "draft":
        raise Unusable("bad_value", "status is draft: the payer has made no statement yet")
    told = codes(information(eob, "clm_freq_cd").get("code"))
    code = next(iter(told), type_of_bill(eob)[2:3])
    if status in ("cancelled", "entered-in-error") or code == VOID:
        return VOID
    return REPLACEMENT if code == REPLACEMENT else ORIGINAL


def _drg(eob: Element) -> str | None:
    told = information(eob, "drg") or information(eob, "clm_drg_cd")
    packages = [diagnosis.get("packageCode") for diagnosis in elements(eob.get("diagnosis"))]
    code = next((code for concept in (told.get("code"), *packages) for code in codes(concept)), None)
    return code.upper().zfill(3) if code else None


def _diagnoses(eob: Element) -> dict[str, Any]:
    found = []
    for place, diagnosis in enumerate(elements(eob.get("diagnosis"))):
        roles = set(codes(diagnosis.get("type")))
        if roles and roles <= _NOT_BILLED:
            continue
        for system, code in codings(diagnosis.get("diagnosisCodeableConcept"))[:1]:
            sequence = number(diagnosis.get("sequence")) or place
            found.append(("principal" not in roles, sequence, code.replace(".", "").upper(), system))
    found.sort(key=lambda each: each[:2])
    systems = " ".join(system for *_, system in found)
    kind = "icd-9-cm" if "icd-9" in systems else "icd-10-cm" if "icd-10" in systems else None
    return {"diagnosis_codes": list(dict.fromkeys(code for _, _, code, _ in found)), "diagnosis_code_type": kind}

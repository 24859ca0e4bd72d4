"""Which kind of claim an ExplanationOfBenefit is.

The surest code counts: CMS's NCH claim type or its name (codesystem eob-type), then the CARIN profile and subtype, the
type of bill, and last the base code institutional, professional or pharmacy, which payers do not all use alike.
Skilled nursing is inpatient, hospice and home health are outpatient, as in the `rif` source; dental and vision claims
count as professional.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sources.fhir.elements import Element, Unusable, code_in, codes, element, elements

# NCH_CLM_TYPE_CD of the CMS Chronic Conditions Warehouse codebook.
_NCH = {
    "10": "hha", "20": "snf", "30": "snf", "40": "outpatient", "50": "hospice", "60": "inpatient", "61": "inpatient",
    "62": "inpatient", "63": "inpatient", "64": "inpatient", "71": "carrier", "72": "carrier", "81": "dme", "82": "dme",
}  # fmt: skip
CLAIM_TYPES = {
    "hha": "outpatient",
    "snf": "inpatient",
    "outpatient": "outpatient",
    "hospice": "outpatient",
    "inpatient": "inpatient",
    "carrier": "professional",
    "dme": "professional",
    "pde": "pharmacy",
}
_BASE = {"professional": "professional", "oral": "professional", "vision": "professional", "pharmacy": "pharmacy"}
# First digits of the type of bill (NUBC UB-04): hospital inpatient parts A and B, SNF, swing bed.
_INPATIENT_BILLS = ("11", "12", "18", "21", "22")


@dataclass(frozen=True)
class ClaimType:
    """`claim_type` as in claim_lines, or `pharmacy`; `file` is CMS's name of the kind, where CMS names it."""

    claim_type: str
    file: str | None = None

    @property
    def is_institutional(self) -> bool:
        return self.claim_type in ("inpatient", "outpatient")

    @property
    def bills(self) -> str:
        """provider_kind of who bills such claims."""
        if self.is_institutional:
            return "facility"
        return {"pharmacy": "pharmacy"}.get(self.claim_type, "supplier" if self.file == "dme" else "practice")


def claim_type_of(eob: Element) -> ClaimType:
    """Raises Unusable where no code says which kind of claim it is."""
    concept = eob.get("type")
    nch = _NCH.get(code_in(concept, "nch_clm_type_cd") or "")
    named = (code_in(concept, "eob-type") or "").lower()
    file = nch or (named if named in CLAIM_TYPES else None)
    if file:
        return ClaimType(CLAIM_TYPES[file], file)
    base = set(codes(concept))
    if "institutional" in base:
        return ClaimType(_institutional(eob))
    found = next((_BASE[code] for code in sorted(base) if code in _BASE), None)
    if found is None:
        raise Unusable("bad_value", "type has no code that says which kind of claim it is")
    return ClaimType(found)


def type_of_bill(eob: Element) -> str:
    """Digits of the UB-04 type of bill without its leading zero; empty where the claim has none."""
    code = next((code for code in codes(information(eob, "typeofbill").get("code")) if code.isalnum()), "")
    return code.lstrip("0")


def information(eob: Element, category: str) -> Element:
    """The supportingInfo (STU3: information) of a category."""
    entries: list[Any] = elements(eob.get("supportingInfo")) + elements(eob.get("information"))
    return next((entry for entry in entries if category in codes(entry.get("category"))), {})


def _institutional(eob: Element) -> str:
    subtype = set(codes(eob.get("subType")))
    profiles = element(eob.get("meta")).get("profile")
    told = " ".join(str(profile) for profile in profiles).lower() if isinstance(profiles, list) else ""
    if "inpatient" in subtype or "inpatient-institutional" in told:
        return "inpatient"
    if "outpatient" in subtype or "outpatient-institutional" in told:
        return "outpatient"
    bill = type_of_bill(eob)
    if bill:
        return "inpatient" if bill.startswith(_INPATIENT_BILLS) else "outpatient"
    if eob.get("hospitalization") or information(eob, "admissionperiod"):
        return "inpatient"
    raise Unusable("bad_value", "type says institutional and nothing says whether inpatient or outpatient")

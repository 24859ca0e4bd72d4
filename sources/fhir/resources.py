"""Text of FHIR -> one record per resource: a single resource, the entries of a Bundle, or one line of NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.fhir.elements import Element, Unusable, element, elements, json_of, text_of
from sources.fhir.eob import claim_amounts, claim_of
from sources.fhir.parties import Resolve
from sources.fhir.patient import IDENTITY, patient_of
from sources.records import Record

EOB, PATIENT, BUNDLE = "ExplanationOfBenefit", "Patient", "Bundle"

COLUMNS = (
    """
resource string, resource_id string, member_id string, claim_id string, claim_type string, bills string,
frequency string, last_updated string, service_from string, service_through string, admission_date string,
discharge_date string, received_date string, paid_date string, known_date string, drg_code string,
diagnosis_code_type string, diagnosis_codes array<string>, birth_date string, death_date string, gender string,
state string, charge_amount string, allowed_amount string, paid_amount string,
lines array<struct<number: string, service_from: string, service_through: string, provider_id: string,
provider_npi: string, provider_tax_id: string, physician_id: string, referring_physician_id: string,
place_of_service_code: string, revenue_center_code: string, hcpcs_code: string, hcpcs_modifier_1: string,
ndc_code: string, units: string, days_supply: string, charge_amount: string, allowed_amount: string,
paid_amount: string>>
""".replace("\n", " ")
    + "".join(f", {name} string" for name in IDENTITY)
)
"""What a record holds, beside where it stands."""


def records_of_file(path: str) -> Iterator[Record]:
    """Resources of a file: one, the entries of a Bundle (numbered from 1), or, where a file named .json holds one
    resource a line, its lines."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Record(1, {}, "unreadable_text", "the file holds bytes that are not text")
        return
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and _is_resource(lines[0][1]):
        yield from (record_of_line(line, number) for number, line in lines)
        return
    try:
        whole = json_of(text)
    except Unusable as error:
        yield Record(1, {}, error.reason, error.detail)
        return
    if isinstance(whole, dict) and whole.get("resourceType") == BUNDLE:
        yield from _entries(whole)
    else:
        yield _record(whole, 1, _Inside({}))


def record_of_line(text: str, number: int) -> Record:
    """The resource on a line of NDJSON."""
    if "\0" in text or "\ufffd" in text:
        return Record(number, {}, "unreadable_text", "the line holds bytes that are not text")
    try:
        return _record(json_of(text.lstrip("\ufeff")), number, _Inside({}))
    except Unusable as error:
        return Record(number, {}, error.reason, error.detail)


class _Inside:
    """Finds what a reference points to inside the file: an entry of the Bundle, or a contained resource."""

    def __init__(self, entries: dict[str, Element]) -> None:
        self._entries = entries

    def of(self, resource: Element) -> Resolve:
        contained = {f"#{part.get('id')}": part for part in elements(resource.get("contained"))}

        def resolve(reference: str) -> Element:
            return contained.get(reference) or self._entries.get(reference) or {}

        return resolve


def _entries(bundle: Element) -> Iterator[Record]:
    entries = bundle.get("entry")
    named: dict[str, Element] = {}
    for entry in elements(entries):
        resource = element(entry.get("resource"))
        kind, own, address = (
            text_of(part) for part in (resource.get("resourceType"), resource.get("id"), entry.get("fullUrl"))
        )
        named |= {name: resource for name in (address, f"{kind}/{own}" if own else None) if name}
    inside = _Inside(named)
    # What is no entry at all has its place too: it is refused, not passed over.
    for number, entry in enumerate(entries if isinstance(entries, list) else elements(entries), 1):
        yield _record(element(entry).get("resource"), number, inside)


def _record(resource: Any, number: int, inside: _Inside) -> Record:
    kind = text_of(resource.get("resourceType")) if isinstance(resource, dict) else None
    if kind not in (EOB, PATIENT):
        # A type nobody knows may be any text; FHIR's own are words of letters.
        named = f"a {kind} is" if kind and kind.isalpha() and len(kind) < 40 else "it is"
        return Record(number, {}, "wrong_resource", f"{named} neither an {EOB} nor a {PATIENT}")
    values: dict[str, Any] = {"resource": kind}
    try:
        if kind == PATIENT:
            return Record(number, values | patient_of(resource))
        values |= claim_amounts(resource)
        return Record(number, values | claim_of(resource, inside.of(resource)))
    except Unusable as error:
        return Record(number, values, error.reason, error.detail)


def _is_resource(line: str) -> bool:
    try:
        return isinstance(json_of(line), dict)
    except Unusable:
        return False

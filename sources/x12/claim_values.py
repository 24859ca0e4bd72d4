"""What a claim of an 837 says, as values of one record; BadElement where something that must be there is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sources.x12.elements import BadElement, amount, components, day, fits, number, period
from sources.x12.party import address, birth_and_gender, identifier, member_of, name_of, told_of

if TYPE_CHECKING:
    from sources.x12.claims import Claim, Loop
    from sources.x12.interchange import Segment

# Type of bill, first two digits (NUBC; Medicare Claims Processing Manual, chapter 1, section 80.3.2.2): hospital
# inpatient, swing bed, skilled nursing inpatient, religious non-medical inpatient and intermediate care.
_INPATIENT = ("11", "18", "21", "28", "41", "51", "65", "66", "86")

# CLM05-3. Interim bills (2, 3, 4), non-payment claims (0) and final home-health claims (9) are claims of their own
# period, 6 corrects as 7 does, 5 adds charges to a claim that stands.
_FREQUENCY = dict.fromkeys("0123459", "1") | {"6": "7", "7": "7", "8": "8"}

_ICD_10 = {"ABK": 0, "ABF": 1, "ABJ": 1, "APR": 1, "ABN": 1}
_ICD_9 = {"BK": 0, "BF": 1, "BJ": 1, "PR": 1, "BN": 1}


def claim_values(claim: Claim) -> dict[str, Any]:
    """Columns of a claim (see claim_lines.COLUMNS), amounts and dates as text. Raises BadElement."""
    number_of_claim = claim.start.at(1)
    if not number_of_claim:
        raise BadElement("missing_value", "CLM01 is empty")
    late = components(claim.start.at(5), _sep(claim))[2:] == ["5"]
    own_number = number_of_claim + ("-late" if late else "")
    provider = _billing(claim.billing)
    subscriber, member = member_of(claim.subscriber, claim.patient)
    described = claim.patient if claim.patient.first("NM1") else claim.subscriber
    code_type, codes = _diagnoses(claim)
    frequency, claim_type = _bill(claim)
    replaced = claim.loop.first("REF", "F8")
    statement = _statement(claim.loop)
    lines = [_line(claim, line, statement) for line in claim.lines if _service(line)]
    if not lines:
        raise BadElement("missing_segment", "SV1 or SV2 is missing in loop 2400")
    total = fits(sum((Decimal(line["charge_amount"]) for line in lines), Decimal("0.00")), "the charges of all lines")
    amount(claim.start.at(2), "CLM02")  # not used, as the lines count, but a claim whose total is no number is damaged
    through = max([line["service_through"] for line in lines] + ([str(statement[1])] if statement else []))
    stay = _stay(claim.loop, statement, claim_type)
    birth, gender = birth_and_gender(described)
    return {
        "subscriber_id": subscriber, "member_id": member, "birth_date": birth, "gender": gender,
        "member_state": address(described)[0],
        "claim_number": own_number, "match_number": own_number,
        "original_number": replaced.at(2) or None if replaced and frequency != "1" else None,
        "frequency": frequency, "claim_type": claim_type, "drg_code": _drg(claim),
        "diagnosis_code_type": code_type, "diagnosis_codes": codes,
        "received_date": _received(claim, through),
        "last_day": through,
        "first_day": str(statement[0]) if statement else min(line["service_from"] for line in lines),
        "referring_physician_id": identifier(claim.loop.first("NM1", "DN") or claim.loop.first("NM1", "P3")),
        "charge_amount": str(total), "claim_charge": claim.start.at(2), "lines": lines, **stay, **provider,
        **told_of(described),
    }  # fmt: skip


def _sep(claim: Claim) -> str:
    return claim.transaction.separators.component


def _billing(loop: Loop) -> dict[str, Any]:
    """The billing provider: NPI, else tax number. Its address is required: without it nobody can be paid.

    A practitioner who bills under a social security number (REF*SY) is `provider_person`, which becomes a token.
    """
    name = loop.first("NM1")
    at = f"segment {name.number}" if name else "not found"
    for segment_id in ("NM1", "N3", "N4"):
        if loop.first(segment_id) is None:
            raise BadElement("missing_segment", f"{segment_id} is missing in loop {loop.name}, {at}")
    taxes = loop.all("REF", ("EI", "SY"))
    if len(taxes) > 1:
        raise BadElement("bad_segment", f"REF*{taxes[1].at(1)} at segment {taxes[1].number} repeats one of {loop.name}")
    number_of_tax = taxes[0].at(2).replace("-", "") or None if taxes else None
    is_own = bool(taxes) and taxes[0].at(1) == "SY"
    npi, tax, person = identifier(name), None if is_own else number_of_tax, number_of_tax if is_own else None
    if not npi and not tax and not person:
        raise BadElement("missing_segment", f"neither NM109 nor REF*EI names the provider in loop {loop.name}, {at}")
    state, zip_code = address(loop)
    is_person = name is not None and name.at(2) == "1"
    return {
        "provider_id": npi or tax, "provider_npi": npi, "provider_tax_id": tax, "provider_person": person,
        "provider_state": state, "provider_zip": zip_code,
        "provider_name": name_of(name), "provider_is_person": "true" if is_person else None,
    }  # fmt: skip


def _bill(claim: Claim) -> tuple[str, str]:
    """Frequency (1, 7, 8) and type of a claim, of CLM05. CLM05-2 says what the code is: B a place of service, A a
    type of bill; the guide decides only where it is empty."""
    place, qualifier, frequency = (*components(claim.start.at(5), _sep(claim)), "", "", "")[:3]
    if frequency not in _FREQUENCY:
        raise BadElement("bad_segment", f"CLM05-3 at segment {claim.start.number} is no claim frequency code")
    institutional = qualifier == "A" or (not qualifier and "X223" in claim.transaction.guide)
    if not institutional:
        return _FREQUENCY[frequency], "professional"
    return _FREQUENCY[frequency], "inpatient" if place[:2] in _INPATIENT else "outpatient"


def _statement(loop: Loop) -> tuple[date, date] | None:
    dtp = loop.first("DTP", "434")
    return period(dtp.at(2), dtp.at(3), f"DTP*434 at segment {dtp.number}") if dtp else None


def _stay(loop: Loop, statement: tuple[date, date] | None, claim_type: str) -> dict[str, Any]:
    """Admission and discharge of an inpatient stay. DTP*096 gives the hour of discharge; its day is the last of the
    statement, of a final bill."""
    admission, discharge = loop.first("DTP", "435"), loop.first("DTP", "096")
    if claim_type != "inpatient" or admission is None:
        return {}
    admitted = day(admission.at(3), f"DTP*435 at segment {admission.number}")
    left = statement[1] if discharge is not None and statement else None
    if left is not None and left < admitted:
        raise BadElement("bad_date", f"DTP*435 at segment {admission.number} lies after the end of DTP*434")
    return {"admission_date": str(admitted), "discharge_date": str(left) if left else None}


def _received(claim: Claim, through: str) -> str | None:
    """GS04, the day the group was sent, else BHT04, the day it was made; none where that lies before the services,
    as in test files: a claim is not received before it happens."""
    for text in (claim.transaction.group_date, claim.created):
        try:
            sent = str(day(text, "GS04"))
        except BadElement:
            continue
        return sent if sent >= through else None
    return None


def _diagnoses(claim: Claim) -> tuple[str, list[str]]:
    """Code type, and codes without dots, principal first. BadElement for no HI at all, or ICD-9 beside ICD-10."""
    found: list[tuple[int, str, str]] = []
    segments = claim.loop.all("HI")
    if not segments:
        raise BadElement("missing_segment", f"HI is missing in loop 2300, segment {claim.start.number}")
    for qualifier, code in _pairs(segments, _sep(claim)):
        if qualifier in _ICD_10:
            found.append((_ICD_10[qualifier], "icd-10-cm", code))
        elif qualifier in _ICD_9:
            found.append((_ICD_9[qualifier], "icd-9-cm", code))
    types = {code_type for _, code_type, _ in found}
    if len(types) > 1:
        raise BadElement("bad_segment", f"HI at segment {segments[0].number} mixes ICD-9 and ICD-10 codes")
    if not found:
        raise BadElement("missing_segment", f"no HI of loop 2300 holds a diagnosis, segment {claim.start.number}")
    codes = [code for _, _, code in sorted(found, key=lambda each: each[0])]
    return types.pop(), list(dict.fromkeys(codes))


def _pairs(segments: list[Segment], separator: str) -> list[tuple[str, str]]:
    """Qualifier and code of every composite of HI. Some senders part the two by the element separator."""
    pairs = []
    for segment in segments:
        waiting = ""
        for text in segment.elements[1:]:
            first, *rest = components(text, separator)
            if rest:
                pairs.append((first, rest[0]))
                waiting = ""
            elif waiting:
                pairs.append((waiting, first))
                waiting = ""
            else:
                waiting = first
    return [(qualifier, code.replace(".", "").upper()) for qualifier, code in pairs if code]


def _drg(claim: Claim) -> str | None:
    found = [code for qualifier, code in _pairs(claim.loop.all("HI"), _sep(claim)) if qualifier == "DR"]
    return found[0][-3:] if found else None


def _service(line: Loop) -> Segment | None:
    return line.first("SV1") or line.first("SV2")


def _line(claim: Claim, line: Loop, statement: tuple[date, date] | None) -> dict[str, Any]:
    service = _service(line)
    assert service is not None  # noqa: S101 - lines without a service are left out by the caller
    professional = service.id == "SV1"
    what, charge, units = (1, 2, 4) if professional else (2, 3, 5)
    procedure = (*components(service.at(what), _sep(claim)), "", "", "")
    dtp = line.first("DTP", "472")
    days = period(dtp.at(2), dtp.at(3), f"DTP*472 at segment {dtp.number}") if dtp else statement
    if days is None:
        raise BadElement("missing_segment", f"DTP*472 is missing in loop {line.name}, segment {service.number}")
    quantity = number(service.at(units)) if service.at(units) else None
    if service.at(units) and quantity is None:
        raise BadElement("bad_number", f"{service.id}0{units} at segment {service.number} is not a number")
    control = line.first("REF", "6R")
    place = components(claim.start.at(5), _sep(claim))[0] if professional else None
    physician = _physician(claim, line, professional)
    return {
        "control_number": control.at(2) if control else None,
        "physician_id": physician,
        "service_from": str(days[0]), "service_through": str(days[1]),
        "place_of_service_code": (service.at(5) or place or None) if professional else None,
        "revenue_center_code": None if professional else service.at(1).zfill(4) if service.at(1) else None,
        "hcpcs_code": procedure[1] or None, "hcpcs_modifier_1": procedure[2] or None,
        "service_unit_quantity": str(quantity) if quantity is not None else None,
        "charge_amount": str(amount(service.at(charge), f"{service.id}0{charge} at segment {service.number}")),
        "referring_physician_id": identifier(line.first("NM1", "DN") or line.first("NM1", "DK")),
    }  # fmt: skip


def _physician(claim: Claim, line: Loop, professional: bool) -> str | None:
    """Rendering physician of the line, else of the claim; attending of an institutional one. The guide leaves the
    rendering one out where the billing provider is that person."""
    rendering = identifier(line.first("NM1", "82")) or identifier(claim.loop.first("NM1", "82"))
    attending = identifier(claim.loop.first("NM1", "71"))
    found = rendering or attending if professional else attending or rendering
    name = claim.billing.first("NM1")
    return found or (identifier(name) if name is not None and name.at(2) == "1" else None)

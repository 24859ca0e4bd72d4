"""Who a loop is about: identifiers, state, birth and gender. What identifies a member directly is read for
two purposes, see member_of and told_of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.x12.elements import BadElement, day

if TYPE_CHECKING:
    from sources.x12.claims import Loop
    from sources.x12.interchange import Segment

_EARLIEST = 1880
"""Nobody insured was born in or before this year."""

IDENTITY = {
    "person_name": "name",
    "person_street": "street",
    "person_ssn": "ssn",
    "person_phone": "phone",
    "person_mail": "e-mail",
}
"""Columns of told_of -> kind of identifier. They are dropped before anything is made of a record, see intake."""


def identifier(name: Segment | None) -> str | None:
    """NM109 where NM108 says that it is an NPI."""
    return (name.at(9) or None) if name is not None and name.at(8) == "XX" else None


def name_of(name: Segment | None) -> str | None:
    """The name of a provider as written."""
    return ", ".join(part for part in (name.at(3), name.at(4)) if part) or None if name is not None else None


def address(loop: Loop) -> tuple[str | None, str | None]:
    """State (two letters) and ZIP (five digits)."""
    n4 = loop.first("N4")
    if n4 is None:
        return None, None
    state, zip_code = n4.at(2).upper(), n4.at(3)[:5]
    right = len(state) == 2 and state.isascii() and state.isalpha()
    return state if right else None, zip_code if len(zip_code) == 5 and zip_code.isdigit() else None


def told_of(loop: Loop) -> dict[str, str | None]:
    """What a loop of a member, not of a provider, says of their identity: NM1, N3, PER, and REF*SY or NM108 34."""
    name, street, number = loop.first("NM1"), loop.first("N3"), loop.first("REF", "SY")
    per = loop.first("PER")
    ways = {per.at(place): per.at(place + 1) for place in (7, 5, 3)} if per is not None else {}
    own = name.at(9) if name is not None and name.at(8) in ("34", "SY") else ""
    return {
        "person_name": name_of(name),
        "person_street": ", ".join(part for part in (street.at(1), street.at(2)) if part) or None if street else None,
        "person_ssn": (number.at(2) if number is not None else own) or None,
        "person_phone": next((ways[way] for way in ("TE", "HP", "CP", "WP") if ways.get(way)), None),
        "person_mail": ways.get("EM") or None,
    }


def birth_and_gender(loop: Loop) -> tuple[str | None, str]:
    """Date of birth and gender of DMG. A date that cannot be read is an unknown one: it describes the person, and a
    claim or a coverage is not less real for it."""
    dmg = loop.first("DMG")
    if dmg is None:
        return None, "unknown"
    gender = {"F": "female", "M": "male"}.get(dmg.at(3), "unknown")
    try:
        born = day(dmg.at(2), "DMG02")
    except BadElement:
        return None, gender
    return str(born) if born.year > _EARLIEST else None, gender


def member_of(subscriber: Loop, patient: Loop) -> tuple[str, str]:
    """Identifiers of the subscriber and of the patient, before they become tokens.

    A patient with a loop of their own (2000C) has no number in 005010: the patient is known by the subscriber's
    number, date of birth, gender and the first three letters of the first name, which tell twins apart and survive
    most spellings. Raises BadElement where the subscriber has no number.
    """
    name = subscriber.first("NM1")
    if name is None or not name.at(9):
        at = f", segment {name.number}" if name else ""
        raise BadElement("missing_segment", f"NM109 of the member is missing in loop {subscriber.name}{at}")
    who = patient.first("NM1")
    return name.at(9), dependant(name.at(9), patient, who) if who else name.at(9)


def dependant(subscriber: str, loop: Loop, name: Segment | None) -> str:
    """Identifier of a person insured under a subscriber's number."""
    birth, gender = birth_and_gender(loop)
    first = name.at(4)[:3].upper() if name else ""
    return "/".join((subscriber, birth or "", gender, first))

"""One Patient -> what `members` wants of it: birth, death, gender and state; and apart from that, who it is."""

from __future__ import annotations

from sources.fhir.elements import Element, Unusable, day, element, elements, text_of

_GENDERS = ("female", "male")
_SSN = "http://hl7.org/fhir/sid/us-ssn"

IDENTITY = {
    "person_name": "name",
    "person_street": "street",
    "person_ssn": "ssn",
    "person_card": "card",
    "person_phone": "phone",
    "person_mail": "e-mail",
}
"""Columns that say who a Patient is -> kind of identifier. They are dropped before anything is made of a record."""


def patient_of(patient: Element) -> dict[str, str | None]:
    """Values of the member. A birth date of a year or month alone is not taken."""
    own = text_of(patient.get("id"))
    if own is None:
        raise Unusable("missing_value", "the Patient has no id")
    gender = text_of(patient.get("gender"))
    born = text_of(patient.get("birthDate"))
    birth = day(born, "birthDate") if born and len(born) >= len("YYYY-MM-DD") else None
    death = day(patient.get("deceasedDateTime"), "deceasedDateTime")
    if birth and death and death < birth:
        raise Unusable("bad_date", "deceasedDateTime lies before birthDate")
    updated = text_of(element(patient.get("meta")).get("lastUpdated"))
    known = day(updated, "meta.lastUpdated")
    return {
        "member_id": own,
        "last_updated": updated,
        "birth_date": birth.isoformat() if birth else None,
        "death_date": death.isoformat() if death else None,
        "gender": gender if gender in _GENDERS else "unknown",
        "state": next((state for a in elements(patient.get("address")) if (state := text_of(a.get("state")))), None),
        "known_date": known.isoformat() if known else None,
        **_told_of(patient),
    }


def _told_of(patient: Element) -> dict[str, str | None]:
    """First name, street, phone, e-mail, social security number and Medicare card of a Patient."""
    numbers = {_system(each): text_of(each.get("value")) for each in elements(patient.get("identifier"))}
    ways = {text_of(each.get("system")): text_of(each.get("value")) for each in elements(patient.get("telecom"))}
    streets = (_texts(each.get("line")) for each in elements(patient.get("address")))
    return {
        "person_name": next((name for each in elements(patient.get("name")) if (name := _name(each))), None),
        "person_street": next((street for street in streets if street), None),
        "person_ssn": numbers.get(_SSN),
        "person_card": next((value for system, value in numbers.items() if system and _is_card(system)), None),
        "person_phone": ways.get("phone"),
        "person_mail": ways.get("email"),
    }


def _system(identifier: Element) -> str | None:
    return text_of(identifier.get("system"))


def _is_card(system: str) -> bool:
    return system.rsplit("/", 1)[-1].lower() in ("us-mbi", "us-medicare", "hicn", "mbi")


def _name(name: Element) -> str | None:
    parts = (text_of(name.get("family")) or "", _texts(name.get("given")))
    return text_of(name.get("text")) or ", ".join(part for part in parts if part) or None


def _texts(value: object) -> str:
    """A text or a list of them, as one."""
    parts = value if isinstance(value, list) else [value]
    return " ".join(text for part in parts if (text := text_of(part)))

"""One Patient -> what `members` wants of it: birth, death, gender and state. Names, street and phone are not read."""

from __future__ import annotations

from sources.fhir.elements import Element, Unusable, day, element, elements, text_of

_GENDERS = ("female", "male")


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
    }

"""Provider names made comparable: one spelling for what is written in many ways."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LEGAL = set("LLC INC INCORPORATED CORP CORPORATION CO COMPANY LTD LIMITED PC PA PLLC LLP LP PLC THE OF AND".split())
"""Forms of law and small words: the same provider is written with and without them."""

_TITLES = set(
    "DR MD DO DDS DMD DPM OD DC PHD PSYD NP FNP APRN CRNA RN PT OT LCSW LMFT FACP FACS MBBS PROF MR MRS MS".split()
)
"""Titles and licences that go with a person's name."""

_ABBREVIATIONS = {
    "ASSN": "ASSOCIATES", "ASSOC": "ASSOCIATES", "ASSOCIATION": "ASSOCIATES", "ASSOCS": "ASSOCIATES",
    "CLIN": "CLINIC", "CLINICS": "CLINIC", "CNTR": "CENTER", "COMM": "COMMUNITY", "CTR": "CENTER",
    "CENTRE": "CENTER", "CENTERS": "CENTER", "DEPT": "DEPARTMENT", "DIAG": "DIAGNOSTIC", "DIAGNOSTICS": "DIAGNOSTIC",
    "EMER": "EMERGENCY", "EQUIP": "EQUIPMENT", "FAM": "FAMILY", "GEN": "GENERAL", "GRP": "GROUP",
    "HLTH": "HEALTH", "HLTHCARE": "HEALTHCARE", "HOSP": "HOSPITAL", "HOSPITALS": "HOSPITAL", "INTL": "INTERNATIONAL",
    "LAB": "LABORATORY", "LABS": "LABORATORY", "LABORATORIES": "LABORATORY", "MED": "MEDICAL", "MEDL": "MEDICAL",
    "MEM": "MEMORIAL", "MEML": "MEMORIAL", "MGMT": "MANAGEMENT", "MT": "MOUNT", "NATL": "NATIONAL",
    "ORTHO": "ORTHOPEDIC", "ORTHOPAEDIC": "ORTHOPEDIC", "ORTHOPAEDICS": "ORTHOPEDIC", "ORTHOPEDICS": "ORTHOPEDIC",
    "PEDS": "PEDIATRIC", "PEDIATRICS": "PEDIATRIC", "PHARM": "PHARMACY", "PHYS": "PHYSICIANS",
    "PHYSICIAN": "PHYSICIANS", "PRACT": "PRACTICE", "PSYCH": "PSYCHIATRIC", "REG": "REGIONAL", "REGL": "REGIONAL",
    "REHAB": "REHABILITATION", "SERV": "SERVICES", "SERVICE": "SERVICES", "SPEC": "SPECIALISTS",
    "SPECIALIST": "SPECIALISTS", "ST": "SAINT", "SUPP": "SUPPLY", "SUPPLIES": "SUPPLY", "SURG": "SURGICAL",
    "SVC": "SERVICES", "SVCS": "SERVICES", "THER": "THERAPY", "UNIV": "UNIVERSITY", "VLY": "VALLEY",
}  # fmt: skip
"""Short or plural word -> the word that stands for all its forms."""

_GENERATIONS = {"JR", "SR", "II", "III", "IV"}
_SINGLE_LETTERS = re.compile(r"\b(?:[A-Z] ){1,}[A-Z]\b")


@dataclass(frozen=True)
class Name:
    """`words` sorted, without marks. `marks` tell apart those who share the words: initials, store numbers, JR."""

    words: tuple[str, ...]
    marks: tuple[str, ...]


def comparable(name: str) -> Name | None:
    """The name without legal form, titles, accents and punctuation, abbreviations written out, words in one order.

    None where nothing is left to compare.
    """
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    apart = re.sub(r"[^A-Z0-9]+", " ", re.sub(r"[.']", "", re.sub(r"\b([A-Z])\. ?(?=[A-Z]\b)", r"\1", ascii_))).strip()
    # A B C MEDICAL is written ABC MEDICAL too.
    joined = _SINGLE_LETTERS.sub(lambda found: found.group().replace(" ", ""), apart)
    tokens = [_ABBREVIATIONS.get(token, token) for token in joined.split()]
    kept = [token for token in tokens if token not in _LEGAL and token not in _TITLES] or tokens
    marks = {token for token in kept if len(token) == 1 or token in _GENERATIONS or token.isdigit()}
    words = tuple(sorted(set(kept) - marks))
    return Name(words, tuple(sorted(marks))) if words else None

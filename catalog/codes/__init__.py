"""Code systems of claims: which codes there are and in which time they may stand on a claim.

| system | known by | source |
|---|---|---|
| `icd-9-cm`, `icd-10-cm` | code | CMS, CDC and AHRQ lists, see `icd` |
| `ms-drg` | code and fiscal year | CMS inpatient rule, table 5, versions 25 to 43; before them the CMS-DRG, by range |
| `place-of-service` | code and effective date | CMS place of service code set |
| `revenue-code` | category (first three digits), no dates | NUBC categories as CMS lists them in its manuals |
| `hcpcs` | code and day of level II; CPT and dental codes by shape only | CMS alpha-numeric HCPCS file, October 2025 |
| `ndc` | shape only: eleven digits | |

A code of a system known by shape may look right and not exist. Days are days of service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.codes import drg, hcpcs, icd
from catalog.codes.span import ALWAYS, Span, spans_in

UNKNOWN, INCOMPLETE, EARLY, EXPIRED, WRONG = "unknown", "incomplete", "not_yet_effective", "expired", "wrong_system"
_DAY = timedelta(days=1)
FINDINGS = (UNKNOWN, INCOMPLETE, EARLY, EXPIRED, WRONG)


@dataclass(frozen=True)
class CodeSystem:
    """`shape` is a regular expression of all that can be read as a code of the system, be it one or not: what does not
    match it may be anything, a name too, and is never repeated. `spans` are the times of a code, none if unknown."""

    shape: str
    spans: Callable[[str], tuple[Span, ...]]
    other: str = ""
    """The system that a code may belong to by mistake."""
    is_category: Callable[[str], bool] = lambda _code: False


def _in(file: str) -> Callable[[str], tuple[Span, ...]]:
    return lambda code: spans_in(file).get(code, ())


def _ndc(code: str) -> tuple[Span, ...]:
    return (ALWAYS,) if re.fullmatch(r"\d{11}", code) and code.strip("0") else ()


SYSTEMS: Mapping[str, CodeSystem] = {
    "icd-9-cm": CodeSystem("[A-Z0-9]{1,7}", icd.icd_9_cm, "icd-10-cm", icd.is_icd_9_category),
    "icd-10-cm": CodeSystem("[A-Z0-9]{1,7}", icd.icd_10_cm, "icd-9-cm", icd.is_icd_10_category),
    "ms-drg": CodeSystem("[A-Z0-9]{1,3}", drg.ms_drg),
    "place-of-service": CodeSystem("[A-Z0-9]{1,2}", _in("place_of_service.csv")),
    "revenue-code": CodeSystem("[A-Z0-9]{1,4}", _in("revenue_code.csv")),
    "hcpcs": CodeSystem("[A-Z0-9]{1,5}", hcpcs.hcpcs),
    "ndc": CodeSystem("[0-9]{11}", _ndc),
}


def faults(system: str, code: str) -> tuple[tuple[str, Span], ...]:
    """What is wrong with `code`, and between which days of service. Nothing at other times.

    KeyError for a system that is none of SYSTEMS. `incomplete` is a category that needs more digits to be a code.
    """
    known = SYSTEMS[system]
    spans = known.spans(code)
    if spans:
        return _outside(spans)
    if known.is_category(code):
        return ((INCOMPLETE, ALWAYS),)
    elsewhere = known.other and SYSTEMS[known.other].spans(code)
    return ((WRONG if elsewhere else UNKNOWN, ALWAYS),)


def _outside(spans: tuple[Span, ...]) -> tuple[tuple[str, Span], ...]:
    """Too early before the first of the spans, expired after each of them, gaps included."""
    found = [(EARLY, Span(valid_until=spans[0].valid_from - _DAY))] if spans[0].valid_from > date.min else []
    ends = [*[span.valid_from - _DAY for span in spans[1:]], date.max]
    after = [
        (EXPIRED, Span(span.valid_until + _DAY, end))
        for span, end in zip(spans, ends, strict=True)
        if span.valid_until < end
    ]
    return (*found, *after)


def finding(system: str, code: str, day: date) -> str | None:
    """What is wrong with `code` on a claim for services of `day`; None where nothing is."""
    return next((fault for fault, span in faults(system, code) if span.holds(day)), None)

"""Procedure codes: level II by CMS's list, level I by shape, as no list of it may be shipped.

Level I (CPT, American Medical Association): five digits, or four and F (performance), T (emerging), U (laboratory
analyses), M (multianalyte assays), A (vaccine administration). Level II (CMS): the letter of a chapter and four digits,
among them D for dental procedures (CDT, American Dental Association), by shape too. Local codes W to Z ended with 2003
(HIPAA; CMS Program Memorandum AB-03-045 and others).

`hcpcs_level_2.csv` holds HCPC, ADD DT and TERM DT of the alpha-numeric HCPCS file that CMS published for October 2025.
That file keeps the codes that ended on 2014-12-31 or later, so a code it lacks may be one of an older day or of a newer
list, and is not valid on the days between.
"""

from __future__ import annotations

import re
from datetime import date

from catalog.codes.span import ALWAYS, Span, spans_in

_LEVEL_1 = re.compile(r"\d{5}|\d{4}[AFMTU]")
_LEVEL_2 = re.compile(r"[A-CEGHJ-MP-V]\d{4}")
_DENTAL = re.compile(r"D\d{4}")
_LOCAL = re.compile(r"[W-Z]\d{4}")
_LOCAL_SPAN = Span(valid_until=date(2003, 12, 31))
_UNLISTED = (Span(valid_until=date(2014, 12, 30)), Span(valid_from=date(2026, 1, 1)))
"""Days of which the list says nothing: before its oldest end, and after the quarter it was published for."""


def hcpcs(code: str) -> tuple[Span, ...]:
    if _LEVEL_1.fullmatch(code):
        return () if code == "00000" else (ALWAYS,)
    if _LEVEL_2.fullmatch(code):
        return spans_in("hcpcs_level_2.csv").get(code, _UNLISTED)
    if _DENTAL.fullmatch(code):
        return (ALWAYS,)
    return (_LOCAL_SPAN,) if _LOCAL.fullmatch(code) else ()

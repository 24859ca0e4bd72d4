"""Procedure codes by shape: no list of them may be shipped (CPT, CDT) or is complete for all years (level II).

Level I (CPT, American Medical Association): five digits, or four and F (performance), T (emerging), U (laboratory
analyses), M (multianalyte assays), A (vaccine administration). Level II (CMS): the letter of a chapter and four digits,
among them D for dental procedures. Local codes W to Z ended with 2003 (HIPAA; CMS Program Memorandum AB-03-045 and
others); an existing code that ended otherwise is not found out.
"""

from __future__ import annotations

import re
from datetime import date

from catalog.codes.span import ALWAYS, Span

_LEVEL_1 = re.compile(r"\d{5}|\d{4}[AFMTU]")
_LEVEL_2 = re.compile(r"[A-EGHJ-MP-V]\d{4}")
_LOCAL = re.compile(r"[W-Z]\d{4}")
_LOCAL_SPAN = Span(valid_until=date(2003, 12, 31))


def hcpcs(code: str) -> tuple[Span, ...]:
    """Any code of a known shape is taken for one that exists, whatever the day."""
    if _LEVEL_1.fullmatch(code):
        return () if code == "00000" else (ALWAYS,)
    if _LEVEL_2.fullmatch(code):
        return (ALWAYS,)
    return (_LOCAL_SPAN,) if _LOCAL.fullmatch(code) else ()

"""Diagnosis related groups of Medicare inpatient stays.

MS-DRG by fiscal year, version 25 (from 2007-10-01) to 43.1 (until 2026-09-30), from table 5 of the CMS inpatient
prospective payment rules and the definitions manuals. Before, the CMS-DRG of version 24 and older counted to 579.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from catalog.codes.span import Span, spans_in

_CMS_DRG = Span(valid_until=date(2007, 9, 30))
_LAST_CMS_DRG = 579


@cache
def ms_drg(code: str) -> tuple[Span, ...]:
    """Days of discharge on which the group exists: as a CMS-DRG, as an MS-DRG, or as both, which differ in meaning."""
    older = (_CMS_DRG,) if len(code) == 3 and code.isdecimal() and 1 <= int(code) <= _LAST_CMS_DRG else ()
    return (*older, *spans_in("ms_drg.csv").get(code, ()))

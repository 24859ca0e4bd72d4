"""Providers as they are compared: identifiers checked for form, names made comparable, keys that blocks are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

from models.linkage.names import comparable

READS = ("provider_id", "npi", "tax_id", "provider_name", "zip_code", "specialty")
"""Columns of `providers` that linkage reads."""

SCHEMA = pa.schema(
    [
        *[(name, pa.string()) for name in ("provider_id", "npi", "verified_npi", "tax_id", "zip_code", "specialty")],
        *[(name, pa.string()) for name in ("name", "name_head", "name_tail")],
        *[(name, pa.list_(pa.string())) for name in ("words", "marks")],
    ]
)
"""Types are stated: of a column without any value DuckDB could not know that it holds text."""

_HEAD = 4
_CYCLE = "01234567890123456789"


def records(providers: Iterable[Mapping[str, str | None]]) -> pa.Table:
    """One row per provider id, with the columns of SCHEMA, sorted by provider_id.

    `npi` is of ten digits, `verified_npi` has a right check digit too. What cannot be an identifier is null.
    """
    rows = sorted((_record(provider) for provider in providers), key=lambda row: str(row["provider_id"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def is_verified(npi: str) -> bool:
    """Ten digits that begin with 1 or 2 and end in the right check digit (CMS: ISO Luhn over 80840 and the NPI).

    One wrong digit never passes.
    """
    if not re.fullmatch(r"[12][0-9]{9}", npi):
        return False
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _record(provider: Mapping[str, str | None]) -> dict[str, object]:
    npi = _digits(provider.get("npi"), 10)
    tax_id = _digits(provider.get("tax_id"), 9)
    zip_code = _digits((provider.get("zip_code") or "")[:5], 5)
    specialty = (provider.get("specialty") or "").strip().lower()
    name = comparable(provider.get("provider_name") or "")
    words, marks = (list(name.words), list(name.marks)) if name else ([], [])
    return {
        "provider_id": provider["provider_id"],
        "npi": npi,
        "verified_npi": npi if npi and is_verified(npi) else None,
        "tax_id": tax_id,
        "zip_code": zip_code,
        "specialty": specialty if specialty not in ("", "unknown") else None,
        "name": " ".join(words) or None,
        # Of two ends a typing error spoils only one.
        "name_head": words[0][:_HEAD] if words else None,
        "name_tail": words[-1][:_HEAD] if words else None,
        "words": words,
        "marks": marks,
    }


def _digits(text: str | None, length: int) -> str | None:
    """The digits where there are exactly so many, and they are no placeholder such as 999999999 or 123456789."""
    digits = re.sub(r"[\s-]", "", text or "")
    is_placeholder = len(set(digits)) == 1 or (length > 5 and digits in _CYCLE)
    return digits if re.fullmatch(rf"[0-9]{{{length}}}", digits) and not is_placeholder else None

"""A made-up register of fourteen ids whose truth is known: eight providers, some under several ids."""

from __future__ import annotations

from itertools import combinations

_COLUMNS = ("provider_id", "npi", "tax_id", "provider_name", "zip_code", "specialty")
_TEXT = """
truth   | id  | npi        | tax_id     | name                        | zip        | specialty
sunrise | p01 | 1234567893 | 12-3456780 | Sunrise Family Clinic, LLC  | 10001      | family
sunrise | p02 | 1234567893 | 98-7654320 | SUNRISE FAMILY CLIN         | 10453      | family
sunrise | p03 |            | 123456780  | CLINIC FAMILY SUNRISE INC.  | 10001-2211 | unknown
sunrise | p04 |            | 12-3456780 | Sunrise Famly Clinic        | 10001      | family
harbor  | p05 | 1245319599 | 22-1100990 | Harbor Med Grp              | 60611      | internal
harbor  | p06 |            | 22-1100990 | Harbor Medical Group P.C.   | 60611      |
adams   | p07 | 1679576722 | 22-1100990 | Adams, John A., MD          | 60611      | internal
brown   | p08 |            | 22-1100990 | Mary Brown DO               | 60611      | internal
smith_a | p09 |            | 33-4455660 | John A Smith MD             | 77030      | cardiology
smith_a | p10 |            | 33-4455660 | SMITH, JOHN A               | 77030      | cardiology
smith_b | p11 |            | 33-4455660 | John B Smith MD             | 77030      | cardiology
store_1 | p12 | 1003000126 | 44-5566770 | Corner Pharmacy #101        | 94110      | pharmacy
store_2 | p13 | 1003000134 | 44-5566770 | Corner Pharmacy #102        | 94110      | pharmacy
store_1 | p14 | 1003000126 |            |                             |            |
"""


def register() -> list[dict[str, str | None]]:
    """One mapping per provider id, without the truth."""
    return [dict(zip(_COLUMNS, cells[1:], strict=True)) for cells in _cells()]


def true_pairs() -> set[tuple[str, str]]:
    """Pairs of ids that are one provider, the smaller id first."""
    truth = {cells[1] or "": cells[0] for cells in _cells()}
    return {pair for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}


def _cells() -> list[list[str | None]]:
    lines = _TEXT.strip().splitlines()[1:]
    return [[cell.strip() or None for cell in line.split("|")] for line in lines]

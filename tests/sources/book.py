"""A book of three members in the canonical layout, small enough to damage cell by cell."""

from __future__ import annotations

from pathlib import Path

from catalog import TABLES
from tests.sources.delivered import cells, csv_text

BOOK = {
    "members": """
member_id birth_date death_date gender state known_date
M1        1970-01-31 -          female OH    2023-01-01
M2        1980-02-29 -          male   NY    2023-01-01
M3        1990-03-31 2024-05-01 female -     2023-01-01
""",
    "eligibility": """
member_id enrollment_start_date enrollment_end_date market      medical_coverage pharmacy_coverage claims_complete known_date
M1        2023-01-01            2024-12-31          large_group true             true              true            2023-01-01
M2        2023-01-01            2024-12-31          large_group TRUE             False             true            2023-01-01
M3        2023-01-01            2024-05-31          individual  true             true              true            2023-01-01
""",  # noqa: E501
    "providers": """
provider_id provider_kind specialty       state effective_date known_date
P1          practice      family_medicine OH    2020-01-01     2023-01-01
P2          pharmacy      pharmacy        OH    2020-01-01     2023-01-01
""",
    "claim_lines": """
claim_line_id claim_id member_id service_from service_through paid_date  known_date charge_amount allowed_amount paid_amount
c1-1-1        c1       M1        2024-01-05   2024-01-05      2024-02-01 2024-02-01 100.00        90.00          80.00
c2-1-1        c2       M2        2024-01-06   2024-01-06      2024-02-01 2024-02-01 200.00        190.00         180.00
c3-1-1        c3       M3        2024-01-07   2024-01-07      2024-02-01 2024-02-01 300.00        290.00         280.00
""",  # noqa: E501
    "pharmacy_claims": """
claim_line_id claim_id member_id dispensing_date known_date ndc_code    charge_amount allowed_amount paid_amount
f1-1-1        f1       M1        2024-01-05      2024-01-05 00001000101 30.00         20.00          10.00
""",
    "investigations": """
investigation_id target_type target_id selection outcome   opened_date decided_date known_date recovered_amount
I1               provider    P1        tip       confirmed 2024-01-01  2024-06-01   2024-06-01 80.00
""",
}
DEFAULTS = {
    "claim_lines": {
        "claim_line_number": "1",
        "claim_version": "1",
        "claim_frequency_code": "1",
        "claim_type": "professional",
        "provider_id": "P1",
        "diagnosis_codes": "I10| E119|",
        "service_unit_quantity": "1.5",
    },
    "pharmacy_claims": {
        "claim_version": "1",
        "claim_frequency_code": "1",
        "provider_id": "P2",
        "quantity": "30",
        "days_supply": "30",
    },
}


def header(table: str) -> list[str]:
    """Columns of a table's file."""
    return [column.name for column in TABLES[table].columns if column.role != "provenance"]


def text_of(table: str, spec: str) -> str:
    """The text of a table's file."""
    return csv_text(header(table), [DEFAULTS.get(table, {}) | row for row in cells(spec)])


def write_book(folder: Path, **specs: str) -> Path:
    """The delivery, with other rows for the tables named."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, spec in (BOOK | specs).items():
        (folder / f"{table}.csv").write_text(text_of(table, spec))
    return folder

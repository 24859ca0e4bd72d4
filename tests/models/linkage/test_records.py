"""What counts as an identifier."""

from __future__ import annotations

import pytest

from models.linkage.records import SCHEMA, is_verified, records


@pytest.mark.parametrize(
    ("npi", "right"),
    [("1234567893", True), ("1003000126", True), ("1234567890", False), ("3234567893", False), ("12345678931", False)],
)
def test_check_digit_of_an_npi(npi: str, right: bool) -> None:
    assert is_verified(npi) is right


def test_one_wrong_digit_is_never_right() -> None:
    npi = "1234567893"
    wrong = [npi[:at] + digit + npi[at + 1 :] for at in range(1, 10) for digit in "0123456789" if digit != npi[at]]
    assert [other for other in wrong if is_verified(other)] == []


@pytest.mark.parametrize(
    ("column", "text", "kept"),
    [
        ("tax_id", "12-3456780", "123456780"),
        ("tax_id", "999999999", None),
        ("tax_id", "123456789", None),
        ("tax_id", "1234", None),
        ("npi", " 1234567893", "1234567893"),
        ("npi", "0000000000", None),
        ("zip_code", "10001-2211", "10001"),
        ("zip_code", "12345", "12345"),
        ("zip_code", "99999", None),
        ("specialty", "unknown", None),
    ],
)
def test_placeholders_are_no_identifiers(column: str, text: str, kept: str | None) -> None:
    assert records([{"provider_id": "p", column: text}])[column].to_pylist() == [kept]


def test_no_providers_are_a_table_too() -> None:
    assert records([]).schema == SCHEMA

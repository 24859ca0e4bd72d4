"""A person or a scheduler can tell expected errors apart by their exit code."""

from __future__ import annotations

from catalog import errors
from catalog.errors import UnderwatchError


def test_each_error_has_a_code_of_its_own() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, UnderwatchError)]
    codes = [error.exit_code for error in classes]
    assert len(set(codes)) == len(codes)
    assert 0 not in codes

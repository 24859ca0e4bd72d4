"""One Great Expectations suite per table, named as the table; each check stops or warns.

`suite(table)` finds it; `expectations.run` runs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expectations.check import Check


def suite(table: str) -> tuple[Check, ...]:
    """Checks of a table. Raises ModuleNotFoundError for a table without a suite."""
    checks: tuple[Check, ...] = importlib.import_module(f"{__name__}.{table}").CHECKS
    return checks

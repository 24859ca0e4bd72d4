"""Every fault test notes its tries; the run ends in a table of them."""

from __future__ import annotations

import pytest

from tests.faults.ledger import Ledger

_LEDGER = Ledger()


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return _LEDGER


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _LEDGER.faults:
        terminalreporter.section("faults")
        for line in _LEDGER.lines():
            terminalreporter.write_line(line)

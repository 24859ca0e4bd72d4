"""Progress of long work, for a terminal and for Airflow's task log alike: one line when a step starts and ends."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger()


def configure_logging() -> None:
    """Readable lines on standard error. Never log a row or a member identifier: log counts."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Asked for at each line: who runs a command within a test or a service may have put another one there since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


@contextmanager
def step(name: str, **facts: object) -> Iterator[dict[str, object]]:
    """Announce a step and, at its end, how long it took with whatever facts the block put into the dict."""
    log.info(f"{name} ...", **facts)
    found: dict[str, object] = {}
    started = time.monotonic()
    yield found
    log.info(f"{name} done", seconds=round(time.monotonic() - started, 1), **found)

"""Lines of progress go to whatever standard error is when they are written."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from jobs.progress import configure_logging, step


def test_no_closed_stream_is_left_behind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with io.StringIO() as captured, redirect_stderr(captured):
        configure_logging()
    with step("reading"):
        pass
    assert "reading done" in capsys.readouterr().err

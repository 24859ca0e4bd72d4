"""Many readers at once while a new version is published: each page is of one version, whole, and none is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.workbench import crowd, publish, served
from lake import Lake


@pytest.mark.slow
def test_fifty_readers_during_a_publish_see_one_version_each(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    publish(lake, 20_000, "2025-12-31")
    with served(lake, tmp_path / "home") as address:
        seen = crowd(lake, address, 20_000, readers=50, before=3, after=8)
    assert seen["anything else"] == 0
    assert seen["the old version"] and seen["the new one"]

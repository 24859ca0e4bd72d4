"""Data Docs are pages that a browser opens: what a batch or a table is called is shown, never run."""

from __future__ import annotations

import json
from pathlib import Path

from expectations.data_docs import _View, _write_index

HOSTILE = "<script>alert(1)</script>"
FACTS = {"table": "members", "name": HOSTILE, "file": "x", "row_count": 3, "passed": 1, "warned": 1, "stopped": 0}
FACTS |= {"left_out": [HOSTILE], "checked_at": "2026-01-02"}


def test_a_batch_named_like_a_script_is_text_in_the_index(tmp_path: Path) -> None:
    (tmp_path / "members").mkdir()
    (tmp_path / "members" / "x.json").write_text(json.dumps(FACTS))
    _write_index(tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<span class="passed">1 passed</span>' in page  # markup of our own stays markup


def test_and_on_its_page() -> None:
    page = _View().env.get_template("page").render(facts=FACTS, outcomes=[], sections=[], title=HOSTILE)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3
    assert '<span class="passed">1 passed</span>' in page

"""The notice of an adverse decision as an accessible PDF (PDF/UA-1): tagged, titled, in English."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from models.underwriting.adverse import parts

# What the notice says comes in as data, so that no word of it is taken for markup.
_PAGE = b"""
#let told = json(bytes(sys.inputs.notice))
#set document(title: told.title, date: none)
#set page(paper: "us-letter", margin: 2.5cm, numbering: "1")
#set text(lang: "en", size: 11pt)
#set par(leading: 0.7em)
#show heading: set block(above: 1.6em, below: 0.8em)
#heading(level: 1, told.heading)
#told.lead
#for part in told.parts {
  heading(level: 2, part.heading)
  if part.kind == "ordered" { enum(..part.texts) }
  if part.kind == "unordered" { list(..part.texts) }
  if part.kind == "plain" { for one in part.texts { par(one) } }
}
"""


def pdf(notice: dict[str, Any]) -> bytes:
    """The same text as `adverse.page`, byte for byte the same for the same notice."""
    import typst  # costs a moment; only who downloads a notice waits for it

    content = json.dumps(parts(notice))
    made = typst.compile(
        _PAGE,
        format="pdf",
        sys_inputs={"notice": content},
        pdf_standards=["ua-1"],
        timestamp=datetime.fromisoformat(str(notice["decided_on"])[:10]).replace(tzinfo=UTC),
        ignore_system_fonts=True,
    )
    return bytes(made)

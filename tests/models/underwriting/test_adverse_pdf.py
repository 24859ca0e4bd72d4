"""The notice as a PDF: the text of the page, and what a reader of screens needs."""

from __future__ import annotations

import io
import re
from html import unescape

import pypdf
import pytest

from models.underwriting.adverse import Notice, page
from models.underwriting.adverse_pdf import pdf

NOTICE = Notice(
    request_id="q-7",
    subject="group",
    decided_on="2025-12-31",
    relative_risk=1.74,
    principal_reasons=("Members are 58 on average; 40 is typical", "#panic[x] *odd* $m$ _text_ <b>&</b> \\ é"),
    sources=("claims of 24 months",),
    model="risk_cost 3",
    rule="large_group renewal, US",
).as_dict()


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf(NOTICE)


def _words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_it_says_what_the_page_says_and_takes_no_word_for_markup(made: bytes) -> None:
    read = _words("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(made)).pages))
    texts = re.findall(r"<(?:h1|h2|p|li)>(.*?)</(?:h1|h2|p|li)>", page(NOTICE), re.DOTALL)
    assert len(texts) > 8
    for text in texts:
        assert _words(unescape(text)) in read, text


def test_it_is_tagged_titled_and_in_a_language(made: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/StructTreeRoot"] and str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] and reader.metadata and reader.metadata.title == "Notice q-7"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_same_notice_makes_the_same_file(made: bytes) -> None:
    assert pdf(NOTICE) == made

"""The text of an X12 file as interchanges of numbered segments, each with the separators of its own ISA.

Control structure: X12.5 (interchange) and X12.6 (functional group), as the HIPAA implementation guides quote them in
appendix B. An ISA is 106 characters long; its fourth character separates elements, its last two are the component
separator and the segment terminator, and ISA11 is the repetition separator from version 00501 on.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pyx12.errors import X12Error
from pyx12.rawx12file import RawX12File

_ISA_LENGTH = 106
_ISA_ELEMENTS = 16
_STARTS = re.compile(r"(ISA|GS|ST)([^A-Za-z0-9\s])")
# A segment, not an element that happens to read ISA: what comes before it is not what separates its elements.
_NEXT_ISA = re.compile(r"([^A-Za-z0-9 ])\s*(ISA)(?!\1)([^A-Za-z0-9\s])\w\w\3")
_IDS = "GS|ST|SE|BHT|BPR|BGN|HL|NM1|CLM|CLP|INS"
_BODY = re.compile(rf"([^A-Za-z0-9 ]|^)\s*(?:{_IDS})([^A-Za-z0-9\s])")


class Segment(NamedTuple):
    """`number`: place in the file, from 1. `elements`: segment id first, so that `elements[2]` is element 02."""

    number: int
    elements: list[str]

    @property
    def id(self) -> str:
        return self.elements[0]

    def at(self, element: int) -> str:
        """An element; empty where the segment is shorter."""
        return self.elements[element].strip() if element < len(self.elements) else ""


@dataclass(frozen=True)
class Separators:
    element: str
    component: str
    repetition: str
    """Empty where the interchange has none: an ISA11 of `U` is the standards identifier of version 00401, which
    senders keep writing after 00501 gave the element another meaning."""
    terminator: str


@dataclass
class Interchange:
    """Segments from an ISA to the next one, numbered from `first`. They are kept as text and taken apart when asked
    for: split, they take ten times the memory. `fault`: what is wrong with the ISA, empty where nothing is.
    `open_end`: text after the last terminator, a segment cut off."""

    separators: Separators
    first: int = 1
    texts: list[str] = field(default_factory=list)
    fault: str = ""
    open_end: Segment | None = None

    @property
    def segments(self) -> Iterator[Segment]:
        return split(self.texts, self.first, self.separators.element)


def split(texts: list[str], first: int, element: str) -> Iterator[Segment]:
    """Segments of consecutive texts."""
    for number, text in enumerate(texts, first):
        yield Segment(number, text.split(element) if element else [text])


def text_of(path: str | Path) -> str:
    """The file as text. X12's extended character set is not bound to an encoding: UTF-8, else Latin-1."""
    content = Path(path).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def interchanges(text: str) -> Iterator[Interchange]:
    """Every interchange of a file, in order; text without any segment of an envelope is one without separators."""
    number = 1
    for chunk in _chunks(text):
        made = _read(chunk, number)
        number += len(made.texts) + (made.open_end is not None)
        yield made


def _chunks(text: str) -> Iterator[str]:
    # Interchanges may differ in their separators, so they are told apart before anything is split.
    begin = 0
    for found in _NEXT_ISA.finditer(text):
        if text[begin : found.start(2)].strip():
            yield text[begin : found.start(2)]
            begin = found.start(2)
    if text[begin:].strip():
        yield text[begin:]


def _read(chunk: str, first: int) -> Interchange:
    chunk = chunk.lstrip()
    separators, fault = _separators(chunk)
    *whole, rest = chunk.split(separators.terminator) if separators.terminator else [chunk]
    texts = [text for part in whole if (text := part.strip("\r\n \t"))]
    made = Interchange(separators, first, texts, fault)
    if rest.strip():
        (made.open_end,) = split([rest.strip()], first + len(texts), separators.element)
    return made


def _separators(chunk: str) -> tuple[Separators, str]:
    """Separators and what is wrong with the ISA. Those of a faulty ISA are guessed from the segment that follows, so
    that its claims can be rejected one by one."""
    try:
        # pyx12 reads the ISA. Its segments are not iterated: it stops at the first empty one and says nothing.
        raw = RawX12File(io.StringIO(chunk[:_ISA_LENGTH], newline=""))
    except X12Error:
        return _guessed(chunk), "ISA is missing, is not 106 characters long, or names an unknown version"
    repetition = raw.repetition_term or ""
    read = Separators(raw.ele_term, raw.subele_term, "" if repetition.isalnum() else repetition, raw.seg_term)
    signs = (read.element, read.component, read.terminator)
    if any(sign.isalnum() for sign in signs) or len(set(signs)) < len(signs):
        return _guessed(chunk), "ISA is not 106 characters long: its separators are not where they belong"
    if chunk[:_ISA_LENGTH].count(read.element) != _ISA_ELEMENTS:
        return _guessed(chunk), "ISA does not have 16 elements"
    return read, ""


def _guessed(chunk: str) -> Separators:
    """What most segments of known ids stand between: a single one may be damaged, or be a word of an address."""
    start = _STARTS.match(chunk)
    found = _BODY.findall(chunk)
    if start is None and not found:
        return Separators("", "", "", "")
    element = start.group(2) if start else _commonest([sign for _, sign in found])
    before = [sign for sign, after in found if after == element and sign]
    terminator = _commonest(before) if before else "~" if "~" in chunk else "\n"
    last = chunk.split(element, _ISA_ELEMENTS)[-1][:1] if start and start.group(1) == "ISA" else ""
    right = last and not last.isalnum() and last not in (element, terminator) and not last.isspace()
    return Separators(element, last if right else ":", "", terminator)


def _commonest(signs: list[str]) -> str:
    return Counter(signs).most_common(1)[0][0]

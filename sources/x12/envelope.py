"""Transactions of an interchange, and what is wrong with the envelope around each.

A fault rejects what it encloses: that of an ST/SE pair one transaction, of a GS/GE pair the group, of ISA/IEA the
interchange. Counts (SE01, GE01, IEA01) are not held against anyone: the public samples that are known as valid say
25 segments where there are 34 or 11,486, and a claim is no less whole for it. What a count guards against, a cut
file, shows in a missing trailer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sources.x12.interchange import Interchange, Segment, Separators, split


@dataclass(frozen=True)
class Fault:
    """Why a transaction or record cannot be taken: `reason` is stable, `number` the segment it lies in."""

    reason: str
    detail: str
    number: int


@dataclass
class Transaction:
    """What stands after ST up to SE. `set_id` is ST01, `guide` the implementation guide (ST03, else GS08). `texts` are
    its segments, the first of which has the number `first`."""

    start: Segment
    separators: Separators
    set_id: str = ""
    guide: str = ""
    group_date: str = ""
    first: int = 0
    texts: list[str] = field(default_factory=list)
    fault: Fault | None = None

    @property
    def segments(self) -> Iterator[Segment]:
        return split(self.texts, self.first, self.separators.element)

    def add(self, number: int, text: str) -> None:
        if not self.texts:
            self.first = number
        self.texts.append(text)

    def blame(self, fault: Fault) -> None:
        """The first fault is told."""
        self.fault = self.fault or fault


def transactions(interchange: Interchange, is_last: bool) -> tuple[list[Transaction], list[Fault]]:
    """Transactions in order, and faults that no transaction bears. `is_last`: no interchange follows in the file."""
    return _Envelope(interchange, is_last).read()


class _Envelope:
    """Walks the segments of one interchange once."""

    def __init__(self, interchange: Interchange, is_last: bool) -> None:
        self.interchange = interchange
        self.is_last = is_last
        self.done: list[Transaction] = []
        self.group: list[Transaction] = []
        self.isa: Segment | None = None
        self.gs: Segment | None = None
        self.st: Transaction | None = None
        self.closed = False
        self.odd: Fault | None = None
        self.loose: list[Fault] = []

    def read(self) -> tuple[list[Transaction], list[Fault]]:
        end = self.interchange.open_end
        element = self.interchange.separators.element
        takes = {
            "ISA": self._isa, "GS": self._gs, "ST": self._st, "SE": self._se, "GE": self._ge, "IEA": self._iea,
            "TA1": self._ta1,
        }  # fmt: skip
        number = self.interchange.first
        for number, text in enumerate(self.interchange.texts, self.interchange.first):
            elements = text.split(element, 1) if element else [text]
            take = takes.get(elements[0])
            if take is None:
                self._other(number, elements[0], text)
            else:
                take(Segment(number, text.split(element)))
        if end is not None and end.id == "IEA":  # only the very last terminator is missing
            self._iea(end)
        elif end is not None:
            self._cut(end)
        self._finish(end or Segment(number, [""]))
        if self.interchange.fault:
            fault = Fault("bad_envelope", self.interchange.fault, self.interchange.first)
            for transaction in self.done:
                transaction.fault = fault
            if not self.done:
                self.loose.append(fault)
        return self.done, self.loose

    def _isa(self, segment: Segment) -> None:
        if self.isa is not None:
            self._end_group(segment, "GE is missing")
            self.odd = Fault("bad_envelope", "ISA cannot be read", segment.number)
        self.isa, self.closed = segment, False

    def _gs(self, segment: Segment) -> None:
        self._end_group(segment, "GE is missing")
        self.gs = segment

    def _st(self, segment: Segment) -> None:
        self._end_transaction(segment, "SE is missing")
        self._open(segment, segment.at(1), segment.at(3))
        if self.gs is None and self.st is not None:
            self.st.blame(Fault("bad_envelope", "ST stands outside GS and GE", segment.number))

    def _se(self, segment: Segment) -> None:
        if self.st is None:
            self.loose.append(Fault("bad_envelope", "SE without ST", segment.number))
            return
        if self.st.start.id == "ST" and self.st.start.at(2) != segment.at(2):
            self.st.blame(Fault("bad_envelope", "SE02 is not ST02", segment.number))
        self.group.append(self.st)
        self.st = None

    def _ge(self, segment: Segment) -> None:
        self._end_transaction(segment, "SE is missing")
        if self.gs is None:
            self._blame_group(Fault("bad_envelope", "GE without GS", segment.number))
        elif self.gs.at(6) != segment.at(2):
            self._blame_group(Fault("bad_envelope", "GE02 is not GS06", segment.number))
        self._end_group(segment, "")

    def _iea(self, segment: Segment) -> None:
        self._end_group(segment, "GE is missing")
        self.closed = True
        if self.isa is None or self.isa.at(13) != segment.at(2):
            self._blame_all(Fault("bad_envelope", "IEA02 is not ISA13", segment.number))

    def _ta1(self, segment: Segment) -> None:
        """An acknowledgement of an interchange; it stands between ISA and GS and concerns no claim."""
        if self.st is not None:  # where it does not belong, it is counted with the segments around it
            self.st.add(segment.number, segment.id)

    def _other(self, number: int, segment_id: str, text: str) -> None:
        if self.st is None:
            self._open(Segment(number, [segment_id]), "", "")
            assert self.st is not None  # noqa: S101 - opened the line above
            self.st.blame(Fault("bad_envelope", f"{_name(segment_id)} stands outside ST and SE", number))
        self.st.add(number, text)

    def _open(self, segment: Segment, set_id: str, guide: str) -> None:
        gs = self.gs or Segment(0, [""])
        separators = self.interchange.separators
        self.st = Transaction(segment, separators, set_id, guide or gs.at(8), gs.at(4), fault=self.odd)

    def _cut(self, end: Segment) -> None:
        fault = Fault("truncated_file", f"the file ends within segment {_name(end.id)}", end.number)
        if end.id in ("CLM", "CLP", "INS"):
            self._other(
                end.number, end.id, self.interchange.separators.element.join(end.elements)
            )  # a claim cut off in its first segment is a claim all the same
        if self.st is not None:
            self.st.blame(fault)
        elif not self.done and not self.group:
            self.loose.append(fault)

    def _finish(self, last: Segment) -> None:
        reason = "truncated_file" if self.is_last and not self.closed else "bad_envelope"
        self._end_transaction(last, "SE is missing", reason)
        self._end_group(last, "GE is missing", reason)
        if not self.closed:
            self._blame_all(Fault(reason, "IEA is missing", last.number))
        if not self.done and not self.closed and not self.loose:
            self.loose.append(Fault(reason, "IEA is missing", last.number))

    def _end_transaction(self, at: Segment, missing: str, reason: str = "bad_envelope") -> None:
        if self.st is not None:
            self.st.blame(Fault(reason, missing, at.number))
            self.group.append(self.st)
            self.st = None

    def _end_group(self, at: Segment, missing: str, reason: str = "bad_envelope") -> None:
        self._end_transaction(at, "SE is missing", reason)
        if missing and self.gs is not None:
            self._blame_group(Fault(reason, missing, at.number))
        self.done += self.group
        self.group, self.gs = [], None

    def _blame_group(self, fault: Fault) -> None:
        for transaction in self.group:
            transaction.blame(fault)
        if not self.group:
            self.loose.append(fault)

    def _blame_all(self, fault: Fault) -> None:
        for transaction in self.done:
            transaction.blame(fault)
        if not self.done:
            self.loose.append(fault)


def _name(segment_id: str) -> str:
    """Segment id for a message: what is no id may be anything, and is not repeated."""
    return segment_id if segment_id.isalnum() and 2 <= len(segment_id) <= 3 else "(no segment id)"

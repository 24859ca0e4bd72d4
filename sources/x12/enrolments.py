"""Enrolments of an 834 (005010X220A1): one record per INS, with its spans of coverage.

- The member is NM109 of loop 2100A where NM108 is MI, else the subscriber number REF*0F; a social security number
  (NM108 34) is never used. A dependant (INS01 N) without a number of their own is known as in an 837 (see party).
- Each HD is a coverage from DTP*348 (303 or the date of the file where it is absent) to DTP*349. Without an end it
  lasts until 2099-12-31; a later file that tells the same start ends it. Coverages of one INS that overlap are cut
  into spans that do not, so that no day counts twice.
- A termination (024) without DTP*348, on DTP*349 or the member's DTP*357, and a deletion (002) begin nothing: they end
  what earlier files told (`endings`).
- HD03 says what is covered: PDG drugs, DEN, VIS and HE neither drugs nor medicine, all others medical claims.
- Market: medicare or medicaid where HD04 or REF*38 names it; otherwise large_group where a group number (REF*1L) or a
  policy (REF*38) is there, else individual. An 834 says no more.
- The group is the member's REF*1L or 38, else the file's REF*38. The member's own may be a policy of one person, and
  Medicaid agencies write the client's number there, so it becomes a token like any identifier of a member.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sources.records import Record
from sources.x12.claims import PARTY, Loop
from sources.x12.elements import BadElement, day
from sources.x12.envelope import Transaction
from sources.x12.interchange import Segment
from sources.x12.party import address, birth_and_gender, dependant, told_of

OPEN_END = date(2099, 12, 31)
_NEITHER = ("DEN", "VIS", "HE")
_MARKETS = {"MEDICARE": "medicare", "D-SNP": "medicare", "MEDI-CAL": "medicaid", "MEDICAID": "medicaid"}

Span = tuple[date, date, bool, bool]
"""First and last day, medical and pharmacy coverage."""


def enrolments(transaction: Transaction) -> Iterator[Record]:
    """Every insured person of a transaction."""
    header = Loop("header")
    loop: Loop | None = None
    for segment in transaction.segments:
        if segment.id == "INS":
            if loop is not None:
                yield _record(loop, header, transaction)
            loop = Loop("2000 (member)")
        (loop if loop is not None else header).add(segment)
    if loop is not None:
        yield _record(loop, header, transaction)


def _record(loop: Loop, header: Loop, transaction: Transaction) -> Record:
    start = loop.segments[0]
    try:
        return Record(start.number, _values(loop, header, transaction))
    except BadElement as bad:
        return Record(start.number, {}, bad.reason, bad.detail)


def _values(loop: Loop, header: Loop, transaction: Transaction) -> dict[str, Any]:
    person = _person(loop)
    subscriber, member = _member(loop, person)
    birth, gender = birth_and_gender(person)
    known = _made(header, transaction)
    number = loop.first("REF", "SY")  # loop 2000, before the name
    own, of_file = loop.first("REF", "1L") or loop.first("REF", "38"), header.first("REF", "38")
    policy = own or of_file
    coverages = _coverages(loop)
    words = [hd.at(4).upper() for hd, _ in coverages] + [policy.at(2).upper() if policy else ""]
    named = [market for word, market in _MARKETS.items() if any(word in text for text in words)]
    spans, endings = _told(loop, coverages, known)
    return {
        "subscriber_id": subscriber, "member_id": member, "birth_date": birth, "gender": gender,
        "member_state": address(person)[0], "known_date": known,
        "policy_number": own.at(2) or None if own else None,
        "group_id": of_file.at(2) or None if of_file and not own else None,
        "market": named[0] if named else "large_group" if policy else "individual",
        "spans": [_text(span) for span in disjoint(spans)], "endings": endings,
        **told_of(person), **({"person_ssn": number.at(2) or None} if number is not None else {}),
    }  # fmt: skip


def _person(loop: Loop) -> Loop:
    """Loop 2100A: from NM1*IL (74 where a name is corrected) to the next NM1 or HD."""
    person, inside = Loop("2100A (member name)"), False
    for segment in loop.segments:
        if segment.id == "NM1":
            inside = segment.at(1) in ("IL", "74") and not person.segments
        elif segment.id == "HD":
            break
        if inside and segment.id in PARTY:
            person.add(segment)
    return person


def _member(loop: Loop, person: Loop) -> tuple[str, str]:
    name, number = person.first("NM1"), loop.first("REF", "0F")
    own = name.at(9) if name is not None and name.at(8) == "MI" else ""
    subscriber = number.at(2) if number else own
    if not subscriber:
        raise BadElement("missing_segment", f"neither NM109 nor REF*0F names the member at {loop.segments[0].number}")
    if loop.segments[0].at(1) == "N" and own in ("", subscriber):
        return subscriber, dependant(subscriber, person, name)
    return own or subscriber, own or subscriber


def _made(header: Loop, transaction: Transaction) -> str:
    """The day the file was made: BGN03, else GS04."""
    bgn = header.first("BGN")
    for text in (bgn.at(3) if bgn else "", transaction.group_date):
        try:
            return str(day(text, "BGN03"))
        except BadElement:
            continue
    raise BadElement("bad_date", "neither BGN03 nor GS04 is a date of the calendar written as CCYYMMDD")


def _coverages(loop: Loop) -> list[tuple[Segment, Loop]]:
    found: list[tuple[Segment, Loop]] = []
    for segment in loop.segments:
        if segment.id == "HD":
            found.append((segment, Loop("2300 (coverage)")))
        elif found:
            found[-1][1].add(segment)
    return found


def _told(loop: Loop, coverages: list[tuple[Segment, Loop]], known: str) -> tuple[list[Span], list[dict[str, str]]]:
    """Spans that the coverages tell, and endings of spans that others told."""
    start = loop.segments[0]
    # Only a termination ends a member: some senders repeat an old DTP*357 on other records.
    left = _day(loop.first("DTP", "357")) if start.at(3) == "024" else None
    if not coverages and start.at(3) == "024":
        if left is None:
            raise BadElement("missing_segment", f"the member at segment {start.number} leaves without DTP*357 or 349")
        return [], [_ending(left, "")]
    if not coverages and start.at(3) not in ("001", "030"):
        raise BadElement("missing_segment", f"HD is missing for the member at segment {start.number}")
    spans: list[Span] = []
    endings: list[dict[str, str]] = []
    for hd, dates in coverages:
        if hd.at(3) in _NEITHER:
            continue
        first = _day(dates.first("DTP", "348") or dates.first("DTP", "303"))
        last = _day(dates.first("DTP", "349")) or left
        if hd.at(1) == "002" and first is not None:
            endings.append(_ending(first - timedelta(days=1), hd.at(3)))
        elif hd.at(1) == "002" or (last is None and hd.at(1) == "024"):
            raise BadElement("missing_segment", f"the coverage at segment {hd.number} ends without DTP*348 or 349")
        elif first is None and last is not None and "024" in (hd.at(1), start.at(3)):
            endings.append(_ending(last, hd.at(3)))
        elif (span := _span(hd, first or date.fromisoformat(known), last or OPEN_END)) is not None:
            spans.append(span)
    return spans, endings


def _day(dtp: Segment | None) -> date | None:
    return day(dtp.at(3), f"DTP*{dtp.at(1)} at segment {dtp.number}") if dtp else None


def _span(hd: Segment, first: date, last: date) -> Span | None:
    if last < first - timedelta(days=1):
        raise BadElement("bad_date", f"the coverage at segment {hd.number} ends before it begins")
    if last < first:  # ended before its first day: it never was in force
        return None
    return first, last, hd.at(3) != "PDG", hd.at(3) == "PDG"


def _ending(last: date, line: str) -> dict[str, str]:
    """The last day of what is covered by an insurance line (HD03), of everything where it is empty."""
    return {
        "last": str(last),
        "medical": str(line != "PDG").lower(),
        "pharmacy": str(line in ("", "PDG")).lower(),
    }


def disjoint(spans: list[Span]) -> list[Span]:
    """The same days covered by the same kinds, by spans that do not overlap; neighbours alike are joined."""
    one = timedelta(days=1)
    edges = sorted({first for first, *_ in spans} | {last + one for _, last, *_ in spans})
    cut: list[Span] = []
    for begin, after in pairwise(edges):
        over = [span for span in spans if span[0] <= begin <= span[1]]
        if not over:
            continue
        made = (begin, after - one, any(span[2] for span in over), any(span[3] for span in over))
        if cut and cut[-1][1] + one == begin and cut[-1][2:] == made[2:]:
            made = (cut.pop()[0], *made[1:])
        cut.append(made)
    return cut


def _text(span: Span) -> dict[str, str]:
    first, last, medical, pharmacy = span
    return {"first": str(first), "last": str(last), "medical": str(medical).lower(), "pharmacy": str(pharmacy).lower()}

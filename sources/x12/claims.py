"""Claims of an 837 (005010X222A1 professional, 005010X223A2 institutional): one record per CLM.

Loops are followed by their first segments in the order of the file. HL01 and HL02 are not relied on: senders number
them wrongly, in files that payers accept. What is read, and where the guide puts it:

- 2010AA billing provider (NM1*85, N3, N4, REF*EI), 2010BA subscriber, 2010CA patient;
- 2300 claim (CLM, DTP*434/435/096, REF*F8, HI), its 2310 providers (NM1*82, 71, DN); what follows an SBR there (2320)
  belongs to other payers and is not read;
- 2400 lines (LX, SV1 or SV2, DTP*472, REF*6R) with their own providers (2420). An SV without its LX opens a line too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sources.records import Record
from sources.x12.claim_values import claim_values
from sources.x12.elements import BadElement, readable
from sources.x12.envelope import Transaction
from sources.x12.interchange import Segment

PARTY = ("NM1", "N3", "N4", "REF", "PER", "DMG")


class Loop:
    """Segments of one loop, in order. `name` is for messages: `2010AA (billing provider)`."""

    def __init__(self, name: str, segments: Iterable[Segment] = ()) -> None:
        self.name = name
        self.segments: list[Segment] = []
        # A claim asks for some twenty segments: looking through all of them each time was half of the reading.
        self._by_id: dict[str, list[Segment]] = {}
        for segment in segments:
            self.add(segment)

    def add(self, segment: Segment) -> None:
        self.segments.append(segment)
        self._by_id.setdefault(segment.elements[0], []).append(segment)

    def all(self, segment_id: str, qualifiers: tuple[str, ...] = ()) -> list[Segment]:
        """Segments of an id whose first element is one of `qualifiers` (any, where there are none)."""
        found = self._by_id.get(segment_id, [])
        return [segment for segment in found if segment.at(1) in qualifiers] if qualifiers else found

    def first(self, segment_id: str, *qualifiers: str) -> Segment | None:
        for segment in self._by_id.get(segment_id, ()):
            if not qualifiers or segment.at(1) in qualifiers:
                return segment
        return None


@dataclass
class Claim:
    """A CLM with the loops it stands in."""

    start: Segment
    transaction: Transaction
    created: str
    billing: Loop
    subscriber: Loop
    patient: Loop
    loop: Loop
    lines: list[Loop] = field(default_factory=list)


def claims(transaction: Transaction) -> Iterator[Record]:
    """Every claim of a transaction."""
    for claim in _walk(transaction):
        try:
            yield Record(claim.start.number, claim_values(claim))
        except BadElement as bad:
            yield Record(claim.start.number, _dollars(claim), bad.reason, bad.detail)


def _walk(transaction: Transaction) -> Iterator[Claim]:
    made = _Walk(transaction)
    for segment in transaction.segments:
        if made.claim is not None and segment.id in ("CLM", "HL"):
            yield made.claim
            made.claim = None
        made.take(segment)
    if made.claim is not None:
        yield made.claim


class _Walk:
    """Where we are in the loops of a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.created = ""
        self.billing, self.subscriber, self.patient = _nobody("billing"), _nobody("subscriber"), _nobody("patient")
        self.party: Loop | None = None
        self.claim: Claim | None = None
        self.into: Loop | None = None

    def take(self, segment: Segment) -> None:
        segment_id = segment.elements[0]
        if segment_id == "BHT":
            self.created = segment.at(4)
        elif segment_id == "HL":
            self._enter(segment.at(3))
        elif segment_id == "CLM":
            self.into = Loop("2300 (claim)")
            self.claim = Claim(
                segment, self.transaction, self.created, self.billing, self.subscriber, self.patient, self.into
            )
        elif self.claim is not None:
            self._in_claim(self.claim, segment)
        else:
            self._in_party(segment)

    def _enter(self, level: str) -> None:
        if level == "20":
            self.billing, self.subscriber = _nobody("billing"), _nobody("subscriber")
        if level in ("20", "22"):
            self.subscriber = _nobody("subscriber")
        self.patient, self.party = _nobody("patient"), None

    def _in_party(self, segment: Segment) -> None:
        if segment.id == "NM1":
            parties = {"85": self.billing, "IL": self.subscriber, "QC": self.patient}
            self.party = parties.get(segment.at(1))
        if self.party is not None and segment.id in PARTY:
            self.party.add(segment)

    def _in_claim(self, claim: Claim, segment: Segment) -> None:
        segment_id = segment.elements[0]
        opens = segment_id in ("SV1", "SV2") and (not claim.lines or claim.lines[-1].first(segment_id) is not None)
        if segment_id == "LX" or opens:
            self.into = Loop(f"2400 (line {len(claim.lines) + 1})")
            claim.lines.append(self.into)
        elif segment_id == "SBR" or (segment_id == "SVD" and claim.lines):
            self.into = None
        if self.into is not None:
            self.into.add(segment)


def _nobody(who: str) -> Loop:
    number = {
        "billing": "2010AA (billing provider)",
        "subscriber": "2010BA (subscriber)",
        "patient": "2010CA (patient)",
    }
    return Loop(number[who])


def _dollars(claim: Claim) -> dict[str, Any]:
    """Charges of a claim that is rejected: of its lines where they can be read, else of the claim."""
    charges = [readable(sv.at(2 if sv.id == "SV1" else 3)) for line in claim.lines for sv in _services(line)]
    known = [charge for charge in charges if charge is not None]
    total = sum(known[1:], known[0]) if known else readable(claim.start.at(2))
    fits = total is not None and readable(str(total)) is not None
    return {"charge_amount": str(total)} if fits else {}


def _services(line: Loop) -> list[Segment]:
    return [*line.all("SV1"), *line.all("SV2")]

"""A file of X12 -> its records of one kind: claims, remittances or enrolments, whole or with what is wrong with them.

`row_number` is the place in the file of a record's first segment (CLM, CLP, INS), or of the faulty segment where a
fault of the envelope stands for no record. No record is dropped and no exception leaves: each claim that is there is
yielded once, and what cannot be told apart into claims is yielded as one rejected record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from sources.records import Record
from sources.x12.claims import claims
from sources.x12.enrolments import enrolments
from sources.x12.envelope import Fault, Transaction, transactions
from sources.x12.interchange import Interchange, interchanges, text_of
from sources.x12.remittances import remittances

SETS = {"837": "claims", "835": "remittances", "834": "enrolments"}
"""ST01 -> kind of file."""

_FIRST = {"claims": "CLM", "remittances": "CLP", "enrolments": "INS"}
_READ: dict[str, Callable[[Transaction], Iterator[Record]]] = {
    "claims": claims,
    "remittances": remittances,
    "enrolments": enrolments,
}
_PEEK = 64 * 1024
_ST = re.compile(r"[^A-Za-z0-9 ]\s*ST([^A-Za-z0-9\s])(\d{3})\1")
_LOOKS_X12 = re.compile(r"\s*(?:ISA|GS|ST|BHT)[^A-Za-z0-9\s]")


def kind_of(path: Path) -> str:
    """What the first transaction of a file says it holds. Claims where none can be told; nothing for a `.txt` or a name
    without extension that does not begin as X12 does: it is a note, not a damaged file."""
    with path.open("rb") as stream:
        text = stream.read(_PEEK).decode("utf-8-sig", "replace")
    if path.suffix.lower() in (".txt", "") and not _LOOKS_X12.match(text):
        return ""
    found = _ST.search(text)
    return SETS.get(found.group(2), "claims") if found else "claims"


def read_claims(path: str) -> Iterator[Record]:
    return _records(path, "claims")


def read_remittances(path: str) -> Iterator[Record]:
    return _records(path, "remittances")


def read_enrolments(path: str) -> Iterator[Record]:
    return _records(path, "enrolments")


def _records(path: str, kind: str) -> Iterator[Record]:
    seen: set[int] = set()
    for interchange, is_last in _with_last(interchanges(text_of(path))):
        told, loose = transactions(interchange, is_last)
        for transaction in told:
            for record in _of(transaction, kind):
                seen.add(record.row_number)
                yield record
        for fault in loose:
            if fault.number not in seen:  # two faults of one segment are one rejected row
                seen.add(fault.number)
                yield Record(fault.number, {}, fault.reason, fault.detail)


def _with_last(found: Iterator[Interchange]) -> Iterator[tuple[Interchange, bool]]:
    """Each interchange and whether it is the last of its file."""
    waiting = next(found, None)
    while waiting is not None:
        following = next(found, None)
        yield waiting, following is None
        waiting = following


def _of(transaction: Transaction, kind: str) -> Iterator[Record]:
    """Records of one transaction."""
    theirs = SETS.get(transaction.set_id) or _by_content(transaction)
    fault = transaction.fault
    if SETS.get(transaction.set_id) != kind:
        fault = fault or _wrong(transaction, kind)
    found = False
    for record in _READ[theirs](transaction) if theirs else ():
        found = True
        # Amounts of another kind of transaction would count as this kind's dollars.
        values = record.values if theirs == kind else {}
        yield record if fault is None else Record(record.row_number, values, fault.reason, fault.detail)
    if fault is not None and not found:
        yield Record(transaction.start.number, {}, fault.reason, fault.detail)


def _by_content(transaction: Transaction) -> str:
    """Kind of a transaction whose ST is lost or names no set we know; nothing where it holds no record of ours."""
    ids = {segment.id for segment in transaction.segments}
    return next((kind for kind, first in _FIRST.items() if first in ids), "")


def _wrong(transaction: Transaction, kind: str) -> Fault:
    detail = f"ST01 is not that of {kind}, which the file begins with; deliver the transaction in a file of its own"
    return Fault("wrong_transaction", detail, transaction.start.number)

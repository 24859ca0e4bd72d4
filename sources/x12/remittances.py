"""Remittance advices of an 835 (005010X221A1): one record per CLP, with its service payments.

What a claim pays is CLP04 and what it was charged CLP03. Service lines (SVC) seldom explain all of it: adjustments of
the whole claim stand in its own CAS. The rest is a line with number 0, so that the lines of a record add up to it.
The day of payment is BPR16, the day of settlement, else DTM*405, the day of production.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sources.records import Record
from sources.x12.claims import Loop
from sources.x12.elements import BadElement, amount, components, day, fits, readable
from sources.x12.envelope import Transaction
from sources.x12.interchange import Segment

_NOTHING = Decimal("0.00")


def remittances(transaction: Transaction) -> Iterator[Record]:
    """Every claim paid, denied or reversed by a transaction."""
    header = Loop("header")
    times: Counter[int] = Counter()
    for claim in _claims(transaction, header):
        start = claim.segments[0]
        # A claim may be paid in parts by one advice: parts that look alike are told apart by their order.
        alike = hash(tuple(start.at(element) for element in (1, 2, 3, 4, 7)))
        times[alike] += 1
        try:
            yield Record(start.number, _values(claim, header, transaction, times[alike]))
        except BadElement as bad:
            yield Record(start.number, _dollars(start), bad.reason, bad.detail)


def _claims(transaction: Transaction, header: Loop) -> Iterator[Loop]:
    """Loops 2100, one after the other. What precedes the first of them goes into `header`."""
    claim: Loop | None = None
    into = header
    for segment in transaction.segments:
        if segment.id in ("CLP", "LX", "PLB", "TS3", "TS2"):
            if claim is not None:
                yield claim
            claim = Loop("2100 (claim payment)") if segment.id == "CLP" else None
            into = claim or (header if into is header else Loop("none"))
        into.add(segment)
    if claim is not None:
        yield claim


def _values(claim: Loop, header: Loop, transaction: Transaction, part: int) -> dict[str, Any]:
    start = claim.segments[0]
    if not start.at(1) or not start.at(2):
        raise BadElement("missing_value", f"CLP01 or CLP02 at segment {start.number} is empty")
    charge = amount(start.at(3), f"CLP03 at segment {start.number}")
    paid = amount(start.at(4), f"CLP04 at segment {start.number}")
    name, trace, payer = claim.first("NM1", "QC"), header.first("TRN"), header.first("N1", "PR")
    insured = claim.first("NM1", "IL")
    numbers = [each.at(9) for each in (insured, name) if each is not None and each.at(8) == "MI"]
    lines = _lines(claim, charge, paid, transaction.separators.component)
    allowed = [Decimal(line["allowed_amount"]) for line in lines if line["allowed_amount"] is not None]
    total = fits(sum(allowed, _NOTHING), "the allowed amounts of all lines") if allowed else None
    return {
        "subscriber_id": numbers[0] if numbers else None,
        "patient_control_number": start.at(1),
        "match_number": start.at(1), "status_code": start.at(2),
        "payer_control_number": start.at(7) or None, "paid_date": _paid_date(header),
        "trace_number": trace.at(2) if trace else None, "payer": payer.at(4) or payer.at(2) if payer else None,
        "part": str(part), "first_day": _first_day(claim), **_payee(header),
        "charge_amount": str(charge), "paid_amount": str(paid),
        "allowed_amount": str(total) if total is not None else None, "lines": lines,
    }  # fmt: skip


def _payee(header: Loop) -> dict[str, Any]:
    name = header.first("N1", "PE")
    tax = header.first("REF", "TJ")
    is_npi = name is not None and name.at(3) == "XX"
    numbers = name.at(4) if name else ""
    taxpayer = (tax.at(2) if tax else "" if is_npi else numbers).replace("-", "") or None
    # An advice does not say whether a taxpayer's number is a person's: it is compared both as it is and as a token.
    return {
        "payee_npi": numbers or None if is_npi else None,
        "payee_tax_id": taxpayer,
        "payee_person": taxpayer,
    }


def _paid_date(header: Loop) -> str:
    bpr, dtm = header.first("BPR"), header.first("DTM", "405")
    text = (bpr.at(16) if bpr else "") or (dtm.at(2) if dtm else "")
    if not text:
        raise BadElement("missing_segment", "neither BPR16 nor DTM*405 says when it was paid")
    return str(day(text, "BPR16 or DTM*405"))


def _first_day(claim: Loop) -> str | None:
    """First day of service: DTM*232 of the claim, else the earliest DTM*472 or 150 of its lines."""
    found = []
    for dtm in claim.all("DTM", ("232", "472", "150")):
        found.append(str(day(dtm.at(2), f"DTM*{dtm.at(1)} at segment {dtm.number}")))
        if dtm.at(1) == "232":
            return found[-1]
    return min(found, default=None)


def _lines(claim: Loop, charge: Decimal, paid: Decimal, separator: str) -> list[dict[str, Any]]:
    services: list[Loop] = []
    whole = Loop("2100")
    for segment in claim.segments:
        if segment.id == "SVC":
            services.append(Loop("2110 (service payment)"))
        (services[-1] if services else whole).add(segment)
    lines = [_service(loop, order, separator) for order, loop in enumerate(services, 1)]
    rest_charge = charge - sum((Decimal(line["charge_amount"]) for line in lines), _NOTHING)
    rest_paid = paid - sum((Decimal(line["paid_amount"]) for line in lines), _NOTHING)
    adjustments = _adjustments(whole)
    if not lines or rest_charge or rest_paid or adjustments:
        fits(rest_charge, "CLP03 and SVC02")
        fits(rest_paid, "CLP04 and SVC03")
        own = _line(0, None, None, rest_charge, rest_paid, _allowed(whole) if not lines else None, adjustments)
        lines.insert(0, own)
    return lines


def _service(loop: Loop, order: int, separator: str) -> dict[str, Any]:
    svc, control = loop.segments[0], loop.first("REF", "6R")
    # SVC06 is the code that was billed, where the payer adjudicated another.
    code = (*components(svc.at(6) or svc.at(1), separator), "")[1] or None
    charge = amount(svc.at(2), f"SVC02 at segment {svc.number}")
    paid = amount(svc.at(3), f"SVC03 at segment {svc.number}")
    return _line(order, code, control.at(2) if control else None, charge, paid, _allowed(loop), _adjustments(loop))


def _line(
    order: int, code: str | None, control: str | None, charge: Decimal, paid: Decimal, allowed: str | None,
    adjustments: list[dict[str, str]],
) -> dict[str, Any]:  # fmt: skip
    return {
        "order": order, "hcpcs_code": code, "control_number": control, "charge_amount": str(charge),
        "paid_amount": str(paid), "allowed_amount": allowed, "adjustments": adjustments,
    }  # fmt: skip


def _allowed(loop: Loop) -> str | None:
    found = loop.first("AMT", "B6") or loop.first("AMT", "AU")
    return str(amount(found.at(2), f"AMT02 at segment {found.number}")) if found else None


def _adjustments(loop: Loop) -> list[dict[str, str]]:
    """Group, reason and amount of every CAS: six triplets of reason, amount and quantity after the group."""
    found = []
    for cas in loop.all("CAS"):
        for reason in range(2, len(cas.elements), 3):
            if cas.at(reason):
                value = amount(cas.at(reason + 1), f"CAS{reason + 1:02} at segment {cas.number}")
                found.append({"group_code": cas.at(1), "reason_code": cas.at(reason), "amount": str(value)})
    return found


def _dollars(start: Segment) -> dict[str, Any]:
    amounts = {"charge_amount": readable(start.at(3)), "paid_amount": readable(start.at(4))}
    return {name: str(value) for name, value in amounts.items() if value is not None}

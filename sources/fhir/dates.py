"""When an ExplanationOfBenefit says what happened: service, stay, receipt and payment.

Paid on: payment.date, CMS's processing date, or the day the statement was created. A claim still queued is not paid
yet; nor is one that holds no amount at all.
"""

from __future__ import annotations

from datetime import date

from sources.fhir.claim_type import ClaimType, information
from sources.fhir.elements import Element, Unusable, day, element, elements, text_of


def dates_of(eob: Element, kind: ClaimType, has_payment: bool) -> dict[str, date | None]:
    """Dates of the claim by their names in claim_lines; an inpatient claim's with those of its stay. `has_payment` says
    that the resource holds a paid amount. Raises Unusable for a date that is none or lies before one it follows."""
    days = [served(item) for item in elements(eob.get("item"))]
    billable = element(eob.get("billablePeriod"))
    start = day(billable.get("start"), "billablePeriod.start") or min((s for s, _ in days if s), default=None)
    end = day(billable.get("end"), "billablePeriod.end") or max((e for _, e in days if e), default=start)
    if start is None or end is None:
        raise Unusable("missing_value", "neither billablePeriod nor an item says when the service was")
    if end < start:
        raise Unusable("bad_date", "billablePeriod ends before it starts")
    paid, received = _paid_on(eob, start, has_payment), _told_on(eob, "clmrecvddate")
    known = paid or received or end
    if known < start:
        raise Unusable("bad_date", "the claim was paid or received before its service began")
    admitted, discharged = _stay(eob) if kind.claim_type == "inpatient" else (None, None)
    if admitted and discharged and discharged < admitted:
        raise Unusable("bad_date", "the patient was discharged before being admitted")
    return {
        "service_from": start,
        "service_through": end,
        "admission_date": admitted,
        "discharge_date": discharged,
        "received_date": received,
        "paid_date": paid,
        "known_date": known,
    }


def _paid_on(eob: Element, start: date, has_payment: bool) -> date | None:
    if text_of(eob.get("outcome")) == "queued":
        return None
    paid = day(element(eob.get("payment")).get("date"), "payment.date") or _told_on(eob, "nch_wkly_proc_dt")
    if paid or not has_payment:
        return paid
    created = day(eob.get("created"), "created")
    return created if created and created >= start else None


def _told_on(eob: Element, category: str) -> date | None:
    return day(information(eob, category).get("timingDate"), f"timingDate of {category}")


def _stay(eob: Element) -> tuple[date | None, date | None]:
    period = element(eob.get("hospitalization")) or element(information(eob, "admissionperiod").get("timingPeriod"))
    return day(period.get("start"), "admission"), day(period.get("end"), "discharge")


def served(item: Element) -> tuple[date | None, date | None]:
    """First and last day of an item's service; None where it does not say."""
    one, period = day(item.get("servicedDate"), "item.servicedDate"), element(item.get("servicedPeriod"))
    start = one or day(period.get("start"), "item.servicedPeriod.start")
    return start, one or day(period.get("end"), "item.servicedPeriod.end") or start

"""The items of an ExplanationOfBenefit as lines: what was done or dispensed, by whom, when, for how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sources.fhir.amounts import ZERO, Amounts
from sources.fhir.claim_type import ClaimType, information
from sources.fhir.dates import served
from sources.fhir.elements import Element, Unusable, code_in, codes, element, elements, extension, number, text_of
from sources.fhir.ndc import ndc_of
from sources.fhir.parties import Parties, Resolve, parties_of

_LINES = 9_999
_PROCEDURES = ("hcpcs", "cpt", "hcpcslevelii", "hcpcsreleasecodesets")


def lines_of(
    eob: Element, kind: ClaimType, claim: dict[str, Any], amounts: list[Amounts], parties: Parties, resolve: Resolve
) -> Iterator[dict[str, str | None]]:
    """One dict per item as COLUMNS describes it. `claim` gives the dates an item without its own takes, `parties` the
    providers of the claim. Raises Unusable where an item's dates contradict each other."""
    items = elements(eob.get("item")) or [{}]
    if len(items) > _LINES:
        raise Unusable("bad_value", f"the claim has more than {_LINES} items")
    for place, (item, amount, sequence) in enumerate(zip(items, amounts, _numbers(items), strict=True)):
        start, end = served(item)
        if start and end and end < start:
            raise Unusable("bad_date", f"item {place + 1} ends before it starts")
        inside = start and end and claim["service_from"] <= start <= end <= claim["service_through"]
        line = _line_parties(eob, kind, item, parties, resolve)
        yield {
            "number": str(sequence),
            "service_from": (start if inside and start else claim["service_from"]).isoformat(),
            "service_through": (end if inside and end else claim["service_through"]).isoformat(),
            **line,
            **_service(item),
            **_supply(eob, item),
            "charge_amount": plain(amount.charge),
            "allowed_amount": plain(amount.allowed),
            "paid_amount": plain(amount.paid) or str(ZERO),
        }


def _numbers(items: list[Element]) -> list[int]:
    """The items' own sequence where it numbers them, else their places: some payers number every item 1."""
    given = [number(item.get("sequence")) for item in items]
    whole = [int(n) for n in given if n is not None and 1 <= n <= _LINES and n == int(n)]
    return whole if len(set(whole)) == len(items) else list(range(1, len(items) + 1))


def _line_parties(
    eob: Element, kind: ClaimType, item: Element, claim: Parties, resolve: Resolve
) -> dict[str, str | None]:
    named = [item.get(name) for name in ("careTeamSequence", "careTeamLinkId")]
    links = {link for values in named if isinstance(values, list) for value in values if (link := text_of(value))}
    line = parties_of(eob, kind, resolve, links) if links else claim
    billing = line if line.billing else claim
    physician, referring = line.physician or claim.physician, line.referring or claim.referring
    return {
        "provider_id": billing.billing.identifier if billing.billing else None,
        "provider_npi": billing.npi,
        "provider_tax_id": billing.tax_id,
        "physician_id": physician.identifier if physician else None,
        "referring_physician_id": referring.identifier if referring else None,
    }


def _service(item: Element) -> dict[str, str | None]:
    concepts = [item.get("productOrService"), item.get("service")]
    revenue = next(iter(codes(item.get("revenue"))), None)
    place = next(iter(codes(item.get("locationCodeableConcept"))), None)
    modifier = next(iter(codes(item.get("modifier"))), None)
    return {
        "place_of_service_code": place.zfill(2).upper() if place else None,
        "revenue_center_code": revenue.zfill(4).upper() if revenue else None,
        "hcpcs_code": next((code for concept in concepts if (code := code_in(concept, *_PROCEDURES))), None),
        "hcpcs_modifier_1": modifier.upper() if modifier else None,
    }


def _supply(eob: Element, item: Element) -> dict[str, str | None]:
    quantity = element(item.get("quantity"))
    days = [
        extension(quantity, "days_suply_num").get("valueQuantity"),
        information(eob, "dayssupply").get("valueQuantity"),
        information(eob, "days_suply_num").get("valueQuantity"),
    ]
    supply = next((n for value in days if (n := number(element(value).get("value"))) is not None), None)
    units = number(quantity.get("value"))
    return {
        "ndc_code": ndc_of(item),
        "units": format(units, "f") if units is not None else None,
        "days_supply": str(int(supply)) if supply is not None and abs(supply) < 10**6 else None,
    }


def plain(amount: Any) -> str | None:
    """A decimal written out in digits."""
    return None if amount is None else format(amount, "f")

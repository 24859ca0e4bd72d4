"""Who billed, who treated and who referred: careTeam, provider, organization and facility of an ExplanationOfBenefit.

The billing provider is the first of provider, organization, facility that is identified, of a professional claim of CMS
the tax number of its careTeam; where nobody is named as billing, who performed is taken to have billed. A reference is
followed where the Bundle or the resource holds what it points to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sources.fhir.claim_type import ClaimType
from sources.fhir.elements import Element, codes, element, elements, reference_id, text_of

Resolve = Callable[[str], Element]
"""Reference -> the resource it points to, empty where the file does not hold it."""

_TREATS = ("attending", "rendering", "performing", "prescribing", "primary")
_REFERS = ("referring", "referrer")
_NPI_DIGITS = re.compile("[0-9]{10}")
_NPI, _TAX = "us-npi", ("v2-0203", "2.16.840.1.113883.4.4")


@dataclass(frozen=True)
class Party:
    """One identified provider: by NPI, tax number or any other number."""

    identifier: str
    scheme: str


@dataclass(frozen=True)
class Parties:
    """Providers of a claim or of one of its lines; None where the file does not say."""

    billing: Party | None
    physician: Party | None
    referring: Party | None
    npi: str | None

    @property
    def tax_id(self) -> str | None:
        return self.billing.identifier if self.billing and self.billing.scheme == "tax" else None


def parties_of(eob: Element, kind: ClaimType, resolve: Resolve, links: set[str] | None = None) -> Parties:
    """Providers of the claim; of a line where `links` are the sequences of its part of the care team."""
    team = [m for m in elements(eob.get("careTeam")) if not links or text_of(m.get("sequence")) in links]
    treats = _first_in_role(team, _TREATS, resolve)
    claim = [_party(eob.get(name), resolve) for name in ("provider", "organization", "facility")]
    billed = [party for party in claim if party]
    if not billed and not kind.is_institutional:
        billed = [p for m in team if (p := _party(m.get("provider"), resolve)) and p.scheme == "tax"]
        billed += [treats] if treats else []
    # CMS writes some numbers that are no NPI as one.
    npis = [party.identifier for party in billed if party.scheme == "npi" and _NPI_DIGITS.fullmatch(party.identifier)]
    return Parties(next(iter(billed), None), treats, _first_in_role(team, _REFERS, resolve), next(iter(npis), None))


def _first_in_role(team: list[Element], roles: tuple[str, ...], resolve: Resolve) -> Party | None:
    for role in roles:
        for member in team:
            if role in codes(member.get("role")) and (party := _party(member.get("provider"), resolve)):
                return party
    return None


def _party(reference: object, resolve: Resolve) -> Party | None:
    named = element(reference)
    target = text_of(named.get("reference"))
    identifiers = elements(named.get("identifier")) or elements((resolve(target) if target else {}).get("identifier"))
    found = [Party(value, _scheme(i)) for i in identifiers if (value := text_of(i.get("value")))]
    # A provider with several numbers is known by its NPI, which other sources use too.
    found.sort(key=lambda party: ("npi", "tax", "other").index(party.scheme))
    if found:
        return found[0]
    local = reference_id(named)
    return Party(local, "other") if local else None


def _scheme(identifier: Element) -> str:
    system, kinds = (text_of(identifier.get("system")) or "").lower(), codes(identifier.get("type"))
    if system.endswith(_NPI) or "npi" in kinds:
        return "npi"
    return "tax" if system.endswith(_TAX) or "tax" in kinds else "other"

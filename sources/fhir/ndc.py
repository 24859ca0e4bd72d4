"""National Drug Codes of items, in the eleven digits of the catalog."""

from __future__ import annotations

from sources.fhir.elements import Element, codings

_SEGMENTS = (5, 4, 2)


def ndc_of(item: Element) -> str | None:
    """The item's NDC. Ten digits with hyphens (4-4-2, 5-3-2, 5-4-1) become eleven by a zero before the short part, as
    HIPAA transactions write them (FDA, National Drug Code Directory)."""
    for concept in (item.get("productOrService"), item.get("service")):
        for system, code in codings(concept):
            if system.endswith("ndc"):
                parts = code.split("-")
                if len(parts) == len(_SEGMENTS):
                    return "".join(part.zfill(size) for part, size in zip(parts, _SEGMENTS, strict=True))
                return code
    return None

"""Formats of deliveries. `SOURCES` names them; a source is loaded when it is asked for, as it needs Spark."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from catalog.errors import BadDelivery

if TYPE_CHECKING:
    from sources.source import Source

SOURCES: dict[str, str] = {
    "synthetic": "sources.canonical_csv:SYNTHETIC",
    "canonical": "sources.canonical_csv:CANONICAL",
    "desynpuf": "sources.desynpuf:DESYNPUF",
    "tuva": "sources.tuva:TUVA",
    "provider_fraud": "sources.provider_fraud:PROVIDER_FRAUD",
    "leie": "sources.leie:LEIE",
    "dispositions": "sources.dispositions:DISPOSITIONS",
    "rif": "sources.rif:RIF",
    "fhir": "sources.fhir:FHIR",
    "x12": "sources.x12:X12",
}
"""Source name -> where its description is."""


def source_named(name: str) -> Source:
    """The source of that name. Raises BadDelivery, naming the sources there are, for any other."""
    if name not in SOURCES:
        raise BadDelivery(f"there is no source {name!r}; --source is one of {', '.join(SOURCES)}")
    module, _, attribute = SOURCES[name].partition(":")
    source: Source = getattr(importlib.import_module(module), attribute)
    return source


def all_sources() -> list[Source]:
    """Every source, in the order of `SOURCES`."""
    return [source_named(name) for name in SOURCES]

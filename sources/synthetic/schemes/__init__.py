"""Fraud schemes, one a file, each written from its published description.

A scheme has NAME, the SPECIALTIES that commit it and `commit`, which returns the claims (or fills) with the fraud in
them, marked in `scheme`. Every culprit goes on billing honestly beside it.
"""

from __future__ import annotations

from types import ModuleType

from sources.synthetic.schemes import (
    dme_lab_ring,
    duplicate_billing,
    phantom_billing,
    phantom_refills,
    services_after_death,
    telehealth_mill,
    unbundling,
    upcoding,
)

MEDICAL: tuple[tuple[ModuleType, float], ...] = (
    (upcoding, 0.20),
    (phantom_billing, 0.19),
    (dme_lab_ring, 0.18),
    (duplicate_billing, 0.13),
    (unbundling, 0.09),
    (telehealth_mill, 0.08),
    (services_after_death, 0.07),
)
"""Schemes on medical claims with their share of all fraudulent providers."""

PHARMACY: tuple[ModuleType, float] = (phantom_refills, 0.06)

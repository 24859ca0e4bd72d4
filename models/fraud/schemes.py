"""Which known scheme a reason points to. Policy as dated data: the codes are those of the catalog's features."""

from __future__ import annotations

SINCE = "2026-01-01"
"""Day from which this table holds; a change of it is a change of what readers are told."""

SCHEME_OF_CODE: dict[str, str] = {
    "VISIT_LEVEL_HIGH": "upcoding",
    "VISIT_LEVEL_VS_SPECIALTY": "upcoding",
    "VISIT_LEVEL_VS_DIAGNOSIS": "upcoding",
    "VISIT_LEVELS": "upcoding",
    "HIGH_LEVEL_VISITS": "upcoding",
    "VISIT_LEVEL_OUTLIER": "upcoding",
    "UNBUNDLING_MODIFIERS": "unbundling",
    "BUNDLED_SERVICE": "unbundling",
    "BUNDLING_LIFTED": "unbundling",
    "DUPLICATE_BILLING": "duplicate_billing",
    "BILLED_BY_ANOTHER": "duplicate_billing",
    "SERVICE_AFTER_DEATH": "services_after_death",
    "SERVICE_DURING_STAY": "phantom_billing",
    "STAYS_OVERLAP": "phantom_billing",
    "IMPOSSIBLE_DAY": "phantom_billing",
    "IMPOSSIBLE_DAYS": "phantom_billing",
    "PHYSICIAN_CROWDED_DAY": "phantom_billing",
    "PHYSICIAN_UNITS_DAY": "phantom_billing",
    "PROVIDER_CROWDED_DAY": "phantom_billing",
    "PROVIDER_CROWDED_DAYS": "phantom_billing",
    "PROVIDER_CROWDED_DAYS_ROSE": "phantom_billing",
    "REPEAT_INTERVAL": "duplicate_billing",
    "REPEAT_TOO_SOON": "duplicate_billing",
    "PROVIDER_CLOSE_REPEATS": "duplicate_billing",
    "PROVIDER_CLOSE_REPEATS_ROSE": "duplicate_billing",
    "PROVIDER_VISIT_LEVELS": "upcoding",
    "PROVIDER_VISIT_LEVELS_ROSE": "upcoding",
    "PROVIDER_MODIFIERS": "unbundling",
    "EARLY_REFILL": "phantom_refills",
    "REFILL_TOO_SOON": "phantom_refills",
    "PROVIDER_EARLY_REFILLS": "phantom_refills",
}
"""Reason code -> scheme. A code that several schemes explain is not here."""

LEAST_SHARE = 0.5
"""A scheme is named when reasons that point to it carry at least this share of the shown contributions."""

"""What a billed code means, as far as features need it. Conditions are columns over a line frame.

Sources: AMA CPT ranges as published in the CMS physician fee schedule; CMS HCPCS level II chapters; CMS place of
service code set; NUBC revenue codes 045x (emergency room).
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

HIGH_LEVEL = 4
"""Visit levels from here on count as high."""


def visit_level() -> Column:
    """Level 1 to 5 of an office, outpatient, consultation or emergency visit; null for any other code."""
    is_visit = F.col("hcpcs_code").rlike("^(9920[1-5]|9921[1-5]|9924[1-5]|9928[1-5])$")
    return F.when(is_visit, F.expr("try_cast(substring(hcpcs_code, 5, 1) as int)"))


def is_office_visit() -> Column:
    return _hcpcs("^(9920[1-5]|9921[1-5])$")


def is_emergency() -> Column:
    """Emergency department service, by procedure, revenue code or place."""
    return (
        _hcpcs("^9928[1-5]$")
        | F.coalesce(F.col("revenue_center_code").startswith("045"), F.lit(False))
        | F.coalesce(F.col("place_of_service_code") == "23", F.lit(False))
    )


def is_timed_service() -> Column:
    """Evaluation, therapy and medicine (CPT 90000-99999): work that takes a physician's time per unit."""
    return _hcpcs("^9[0-9]{4}$")


def is_equipment() -> Column:
    """Durable equipment, supplies, orthotics, prosthetics."""
    return _hcpcs("^(A[4-9]|[BEKL])[0-9]+$")


def is_laboratory() -> Column:
    return _hcpcs("^8[0-9]{4}$")


def is_drug() -> Column:
    """A pharmacy fill or a drug given by a provider."""
    return (F.col("claim_type") == "pharmacy") | _hcpcs("^J[0-9]{4}$")


def is_home_or_office() -> Column:
    """A service that cannot be given to someone in a hospital bed: office, home, or equipment for the home."""
    return F.coalesce(F.col("place_of_service_code").isin("11", "12"), F.lit(False)) | is_equipment()


def is_in_person() -> Column:
    """A service for which member and provider meet: no fill, laboratory test (or place 81) or equipment, and not by
    telehealth (CMS places 02 and 10; modifiers 93, 95, FQ, GQ, GT; CPT 98000-98016, 99421-99423, 99441-99443)."""
    apart = F.coalesce(F.col("place_of_service_code").isin("02", "10", "81"), F.lit(False)) | F.coalesce(
        F.col("hcpcs_modifier_1").isin("93", "95", "FQ", "GQ", "GT"), F.lit(False)
    )
    remote = apart | _hcpcs("^(9800[0-9]|9801[0-6]|9942[1-3]|9944[1-3])$") | is_laboratory() | is_equipment()
    return (F.col("claim_type") != "pharmacy") & ~remote


def repeats_by_intent() -> Column:
    """Modifiers that say the same code is meant to appear again: professional and technical part, repeat procedure
    (same or other physician), repeat laboratory test, left and right, bilateral."""
    return F.coalesce(F.col("hcpcs_modifier_1").isin("26", "TC", "76", "77", "91", "LT", "RT", "50"), F.lit(False))


def lifts_bundling() -> Column:
    return F.coalesce(F.col("hcpcs_modifier_1").isin("25", "59", "XE", "XP", "XS", "XU"), F.lit(False))


def code_family() -> Column:
    """Family of a line's code: DRG, first three characters of HCPCS or revenue code; one family for all drugs."""
    return (
        F.when(F.col("claim_type") == "pharmacy", F.lit("drug"))
        .when(F.col("claim_type") == "inpatient", F.col("code"))
        .otherwise(F.substring("code", 1, 3))
    )


def _hcpcs(pattern: str) -> Column:
    return F.coalesce(F.col("hcpcs_code").rlike(pattern), F.lit(False))

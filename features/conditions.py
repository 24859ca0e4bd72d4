"""Chronic conditions by diagnosis code.

The categories and their ICD-9-CM and ICD-10-CM families follow the algorithms of the CMS Chronic Conditions Data
Warehouse (www2.ccwdata.org, condition categories), shortened to code families. One claim with the diagnosis is
enough here, where CCW asks for one inpatient or two other claims for some: a screening model can live with that.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

CONDITIONS = {
    "has_diabetes": ("250|3572|3620|36641", "E08|E09|E10|E11|E13"),
    "has_heart_failure": ("39891|40201|40211|40291|40401|40411|40491|428", "I0981|I110|I130|I132|I50"),
    "has_coronary_disease": ("41[0-4]", "I2[0-5]"),
    "has_stroke": ("430|431|433[0-9]1|434[0-9]1|435|436", "G45|I6[0-4]"),
    "has_copd": ("490|491|492|494|496", "J4[0-4]|J47"),
    "has_kidney_disease": (
        "2504|403|404|58[0-35-7]",
        "E0821|E0921|E1021|E1121|E1321|I12|I13|N0[0-9]|N1[89]",
    ),
    "has_end_stage_kidney": ("5856|V4511|V56", "N186|Z992|Z49"),
    "has_cancer": ("1[4-9][0-9]|20[0-8]", "C[0-8][0-9]|C9[0-6]"),
    "has_depression": ("2962|2963|3004|311", "F32|F33|F341"),
    "has_dementia": ("290|2941|2942|331[0-2]|3317", "F0[1-3]|G30|G31"),
    "has_arthritis": ("714|715", "M05|M06|M1[5-9]"),
}
"""Flag -> regular expressions of code starts, ICD-9-CM and ICD-10-CM, codes without dots."""


def has_condition(flag: str, icd9: Column, icd10: Column) -> Column:
    """1.0 where one of the diagnoses (arrays of codes) belongs to the condition, else 0.0."""
    starts9, starts10 = CONDITIONS[flag]

    def any_starts(codes: Column, starts: str) -> Column:
        return F.coalesce(F.exists(codes, lambda code: code.rlike(f"^({starts})")), F.lit(False))

    return (any_starts(icd9, starts9) | any_starts(icd10, starts10)).cast("double")

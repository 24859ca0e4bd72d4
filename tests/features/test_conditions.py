"""Chronic conditions by diagnosis."""

from __future__ import annotations

import re

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from features.conditions import CONDITIONS, has_condition

# One code of each family in both revisions, and a neighbour that is something else.
EXAMPLES = {
    "has_diabetes": ("25000", "E119", "2490", "E15"),
    "has_heart_failure": ("4280", "I5020", "4290", "I51"),
    "has_coronary_disease": ("41401", "I2510", "4150", "I260"),
    "has_stroke": ("43491", "I639", "4370", "I650"),
    "has_copd": ("496", "J449", "4930", "J450"),
    "has_kidney_disease": ("5853", "N183", "5845", "N170"),
    "has_end_stage_kidney": ("5856", "N186", "5855", "N185"),
    "has_cancer": ("1749", "C50911", "2100", "D050"),
    "has_depression": ("311", "F329", "3000", "F410"),
    "has_dementia": ("3310", "G309", "3320", "G20"),
    "has_arthritis": ("7140", "M170", "7190", "M109"),
}


def test_every_condition_has_an_example() -> None:
    assert EXAMPLES.keys() == CONDITIONS.keys()


def test_flags_follow_the_diagnoses(spark: SparkSession) -> None:
    rows = [(flag, [nine], [ten], [not_nine], [not_ten]) for flag, (nine, ten, not_nine, not_ten) in EXAMPLES.items()]
    frame = spark.createDataFrame(
        rows, "flag string, " + ", ".join(f"{name} array<string>" for name in ("n", "t", "xn", "xt"))
    )
    none = F.array().cast("array<string>")

    def flag_of(icd9: Column, icd10: Column) -> Column:
        cases = F.lit(None).cast("double")
        for flag in CONDITIONS:
            cases = F.when(F.col("flag") == flag, has_condition(flag, icd9, icd10)).otherwise(cases)
        return cases

    found = frame.select(
        "flag",
        flag_of(F.col("n"), none).alias("by_nine"),
        flag_of(none, F.col("t")).alias("by_ten"),
        flag_of(F.col("xn"), F.col("xt")).alias("neighbour"),
        flag_of(none, none).alias("healthy"),
        flag_of(F.lit(None).cast("array<string>"), F.lit(None).cast("array<string>")).alias("no_history"),
    ).collect()
    assert {row["flag"]: tuple(row[1:]) for row in found} == dict.fromkeys(CONDITIONS, (1.0, 1.0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("flag", CONDITIONS)
def test_a_code_counts_from_its_start_only(flag: str) -> None:
    for starts, example in zip(CONDITIONS[flag], EXAMPLES[flag][:2], strict=True):
        assert re.match(f"({starts})", example)
        assert not re.match(f"({starts})", f"Q{example}")

"""Drugs by pharmacologic class: what an NDC alone does not tell.

An established pharmacologic class (EPC) is the FDA's name of what a drug does that is proven and of use to prescribers
(FDA, Guidance for Industry and Review Staff: Labeling for Human Prescription Drug and Biological Products, Determining
Established Pharmacologic Class for Use in the Highlights of Prescribing Information). Drugs of one class under several
labelers' codes are one here.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog.drug_classes import NO_CLASS


def product_code() -> Column:
    """Labeler and product of a fill's NDC: its first nine digits, without the package."""
    return F.substring("code", 1, 9)


def classes_filled(fills: DataFrame, classes: DataFrame) -> DataFrame:
    """One row per member of which a drug is in the directory: `drug_class_count`, distinct classes of its drugs.

    `fills` are pharmacy lines of a line frame, `classes` rows of drug_classes. Drugs that the directory does not know
    count nowhere.
    """
    known = classes.select(F.col("product_code").alias("product"), "drug_class").distinct()
    named = F.when(F.col("drug_class") != NO_CLASS, F.col("drug_class"))
    return (
        fills.select("member_id", product_code().alias("product"))
        .distinct()
        .join(known, "product")
        .groupBy("member_id")
        .agg(F.size(F.collect_set(named)).alias("drug_class_count"))
    )

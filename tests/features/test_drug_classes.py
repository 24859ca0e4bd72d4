"""Drugs counted by what they do, not by whose code they carry."""

from __future__ import annotations

from pyspark.sql import SparkSession

from features.drug_classes import classes_filled
from tests.features.spec import column, history

FILLS = """
claim member day        ndc
f1    two    2024-02-01 00001000101
f2    two    2024-03-01 00009000101
f3    two    2024-04-01 00002000101
f4    both   2024-02-01 00003000101
f5    none   2024-02-01 00004000101
f6    nobody 2024-02-01 99999000101
"""
CLASSES = [
    # Two labelers' codes of one class, a product of two classes, and one that the directory knows without a class.
    ("fda-ndc", "000010001", "Insulin Analog", "product.txt"),
    ("fda-ndc", "000090001", "Insulin Analog", "product.txt"),
    ("fda-ndc", "000020001", "Loop Diuretic", "product.txt"),
    ("fda-ndc", "000030001", "Corticosteroid", "product.txt"),
    ("fda-ndc", "000030001", "beta2-Adrenergic Agonist", "product.txt"),
    ("fda-ndc", "000040001", "none", "product.txt"),
]
SCHEMA = "directory string, product_code string, drug_class string, edition string"


def test_distinct_classes_are_counted_of_drugs_that_the_directory_knows(spark: SparkSession) -> None:
    found = classes_filled(history(spark, fills=FILLS).lines, spark.createDataFrame(CLASSES, SCHEMA))
    assert column(found, "member_id", "drug_class_count") == {"two": 2, "both": 2, "none": 0}

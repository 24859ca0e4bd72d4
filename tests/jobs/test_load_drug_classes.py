"""FDA's product.txt becomes the table of drug classes that member features read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from catalog.errors import BadDelivery
from jobs.load_drug_classes import _product_file, load, loaded_drug_classes
from lake import Lake
from sources.fda_ndc.products import established, read_products

PRODUCTS = """\
PRODUCTID\tPRODUCTNDC\tPHARM_CLASSES\tDEASCHEDULE
a\t0002-7510\tInsulin [CS], Insulin Analog [EPC]\t
b\t54868-001\tFactor Xa Inhibitor [EPC], Factor Xa Inhibitors [MoA]\t
c\t54868-001\tOpioid Agonist [EPC], Opioid Agonist [EPC]\tCII
d\t12345-6789\tCytochrome P450 3A4 Inhibitors [MoA]\t
e\t12345-6780\t\t
"""
CLASSES = {
    ("000027510", "Insulin Analog"),
    ("548680001", "Factor Xa Inhibitor"),
    ("548680001", "Opioid Agonist"),
    ("123456789", "none"),
    ("123456780", "none"),
}


def written(folder: Path, text: str, name: str = "product.txt") -> Path:
    file = folder / name
    file.write_text(text, encoding="ISO-8859-1")
    return file


def test_the_directory_is_loaded_whole_and_replaces_the_one_before(
    spark: SparkSession, lake: Lake, tmp_path: Path
) -> None:
    assert loaded_drug_classes(spark, lake) is None
    load(spark, lake, written(tmp_path, PRODUCTS.splitlines()[0] + "\nz\t0001-0001\tLoop Diuretic [EPC]\t\n"))
    load(spark, lake, written(tmp_path, PRODUCTS))
    found = loaded_drug_classes(spark, lake)
    assert found is not None
    assert {tuple(row) for row in found.select("product_code", "drug_class").collect()} == CLASSES


def test_established_classes_alone_count() -> None:
    told = "Adrenergic beta2-Agonists [MoA],beta2-Adrenergic Agonist [EPC], Corticosteroid [EPC], Steroids, Oral [CS]"
    assert established(told) == {"beta2-Adrenergic Agonist", "Corticosteroid"}


def test_the_archive_is_opened_as_it_is_downloaded(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ndctext.zip", "w") as archive:
        archive.writestr("package.txt", "PRODUCTID\n")
        archive.writestr("product.txt", PRODUCTS)
    file = _product_file(tmp_path / "ndctext.zip", tmp_path / "in")
    assert {(product, name) for _, product, name, _ in read_products(file)} == CLASSES


def test_another_file_is_refused_with_what_is_wanted(tmp_path: Path) -> None:
    for text, why in [
        ("PRODUCTID\tNDCPACKAGECODE\n", "no column PRODUCTNDC, PHARM_CLASSES; give product.txt"),
        (PRODUCTS.replace("54868-001", "54868001"), "row 3: PRODUCTNDC is no labeler-product"),
        (PRODUCTS.splitlines()[0], "lists no product"),
    ]:
        with pytest.raises(BadDelivery, match=why):
            read_products(written(tmp_path, text))
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("package.txt", "PRODUCTID\n")
    with pytest.raises(BadDelivery, match=r"holds no product\.txt"):
        _product_file(tmp_path / "other.zip", tmp_path / "other")
    with pytest.raises(BadDelivery, match="there is no file"):
        _product_file(tmp_path / "absent.zip", tmp_path)

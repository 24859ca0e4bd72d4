"""What a fraud model may read. An identifier would let it learn a label by heart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from catalog import TABLES
from catalog.table import Column
from models.fraud.inputs import claim_columns, enough, labels_of, matrix, names, provider_columns

FEATURE_TABLES = ("claim_features", "provider_features", "neighbour_features")


@pytest.mark.parametrize("columns", [claim_columns(), provider_columns()], ids=["claims", "providers"])
def test_no_identifier_date_or_label_is_a_feature(columns: tuple[Column, ...]) -> None:
    assert {column.type for column in columns} == {"double"}
    assert not [name for name in names(columns) if name.endswith(("_id", "_ids", "_date", "_number", "_rank"))]
    labels = {column.name for column in TABLES["investigations"].columns}
    assert not labels & set(names(columns))
    keys = {key for table in FEATURE_TABLES for key in TABLES[table].key}
    assert not keys & set(names(columns))


@pytest.mark.parametrize("columns", [claim_columns(), provider_columns()], ids=["claims", "providers"])
def test_every_feature_is_named_once_and_has_its_sentence(columns: tuple[Column, ...]) -> None:
    assert len(set(names(columns))) == len(columns)
    assert all(column.code and "{value}" in column.reason for column in columns)


INVESTIGATIONS = """
target selection outcome    scheme
p1     tip       unfounded  -
p1     random    confirmed  upcoding
p2     tip       unfounded  -
p2     tip       unfounded  -
p3     random    unfounded  -
"""


def test_one_label_per_target() -> None:
    head, *rows = [line.split() for line in INVESTIGATIONS.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=["target_id", *head[1:]]).replace({"scheme": {"-": None}})
    found = labels_of(frame).astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["p1", 1, 0, "upcoding"],
        ["p2", 0, 1, None],
        ["p3", 0, 0, None],
    ]
    assert labels_of(frame.head(0)).columns.tolist() == ["target_id", "confirmed", "selected", "scheme"]


@pytest.mark.parametrize(
    ("confirmed", "unfounded", "is_enough"), [(20, 20, True), (19, 400, False), (400, 19, False), (0, 0, False)]
)
def test_both_outcomes_need_twenty_labels(confirmed: int, unfounded: int, is_enough: bool) -> None:
    assert enough(pd.Series([1] * confirmed + [0] * unfounded, dtype=int)) is is_enough


def test_missing_values_of_any_kind_are_nan() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": [None, 2.0], "c": [True, False]})
    assert np.array_equal(matrix(frame, ["a", "b", "c"]), [[1, np.nan, 1], [np.nan, 2, 0]], equal_nan=True)

"""Links of a register whose truth is known."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest

from catalog import TABLES
from models.linkage.link import entities, link
from tests.models.linkage.register import register, true_pairs


@pytest.fixture(scope="module")
def links() -> pd.DataFrame:
    return link(register())


def _pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["left_provider_id"], rows["right_provider_id"], strict=True))


def _row(links: pd.DataFrame, left: str, right: str) -> pd.Series:
    (row,) = [row for _, row in links.iterrows() if (row.left_provider_id, row.right_provider_id) == (left, right)]
    return row


def test_the_truth_is_found(links: pd.DataFrame) -> None:
    ids = entities(links)
    found = {pair for pair in combinations(sorted(ids), 2) if ids[pair[0]] == ids[pair[1]]}
    assert len(found & true_pairs()) / len(found) == 1.0  # precision
    assert len(found & true_pairs()) / len(true_pairs()) == 1.0  # recall
    assert set(ids.values()) == {"p01", "p05", "p09", "p12"}


def test_rows_are_those_of_the_table(links: pd.DataFrame) -> None:
    assert set(links.columns) | {"as_of"} == set(TABLES["provider_links"].column_names)
    assert (links["left_provider_id"] < links["right_provider_id"]).all()
    assert not links.duplicated(["left_provider_id", "right_provider_id"]).any()
    assert links["match_probability"].between(0, 1).all()


def test_an_npi_is_one_provider_under_whatever_tax_number_and_place(links: pd.DataFrame) -> None:
    row = _row(links, "p01", "p02")
    assert row.linked
    assert row.basis == "npi,name,specialty"
    assert _row(links, "p12", "p14").basis == "npi"


def test_a_shared_tax_number_alone_is_a_group(links: pd.DataFrame) -> None:
    group = [{"provider_id": name, "tax_id": "221100990", "zip_code": "60611"} for name in ("a", "b")]
    named = [one | {"provider_name": name} for one, name in zip(group, ("Adams John", "Adams Mary"), strict=True)]
    for rows in (group, named):
        assert not link(rows)["linked"].any()
    assert {"p07", "p08"}.isdisjoint(entities(links))


def test_two_right_npis_are_two_providers_though_all_else_agrees(links: pd.DataFrame) -> None:
    same = {"provider_name": "Corner Pharmacy", "tax_id": "445566770", "zip_code": "94110", "specialty": "pharmacy"}
    (row,) = link([same | {"provider_id": npi, "npi": npi} for npi in ("1003000126", "1003000134")]).itertuples()
    assert not row.linked
    assert not _row(links, "p12", "p13").linked


def test_a_mistyped_npi_is_no_second_provider() -> None:
    same = {"provider_name": "Corner Pharmacy", "tax_id": "445566770", "zip_code": "94110"}
    (row,) = link([same | {"provider_id": npi, "npi": npi} for npi in ("1003000126", "1003000136")]).itertuples()
    assert row.linked


def test_the_same_made_up_npi_links_and_a_placeholder_does_not() -> None:
    for npi, is_linked in (("8886688802", True), ("9999999999", False)):
        rows = link([{"provider_id": name, "npi": npi} for name in ("220008", "999153895")])
        assert list(rows["linked"]) == [True] * is_linked


def test_a_higher_threshold_links_no_more(links: pd.DataFrame) -> None:
    strict = link(register(), threshold=0.999)
    assert _pairs(strict[strict["linked"]]) <= _pairs(links[links["linked"]])
    assert _pairs(strict) == _pairs(links)


def test_the_order_of_the_register_changes_nothing(links: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(link(list(reversed(register()))), links)


@pytest.mark.parametrize("size", [0, 1])
def test_where_there_is_nothing_to_compare(size: int) -> None:
    assert len(link(register()[:size])) == 0
    assert entities(link(register()[:size])) == {}

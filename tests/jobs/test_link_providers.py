"""Provider links: what is written, that nothing else is, and registers with too little in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from catalog.errors import NothingToDo
from jobs.check_tables import check
from jobs.link_providers import _print, link_known
from jobs.sql import answer
from lake import Lake
from tests.models.linkage.register import register

DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def linked(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The register of known truth in two batches, and one provider who became known after the day."""
    lake = Lake(str(tmp_path_factory.mktemp("links") / "lake"))
    late = {**register()[0], "provider_id": "p99", "known_date": "2026-02-01"}
    lake.overwrite(_providers(spark, *register()[:5], batch_id="june"), "providers", "june")
    lake.overwrite(_providers(spark, *register()[5:], late, batch_id="july"), "providers", "july")
    return lake


def _providers(spark: SparkSession, *providers: dict[str, str | None], batch_id: str = "june") -> DataFrame:
    plain = {"provider_kind": "practice", "specialty": "unknown", "known_date": "2025-06-20", "batch_id": batch_id}
    told = [plain | {column: text for column, text in one.items() if text is not None} for one in providers]
    columns = TABLES["providers"].column_names
    texts = spark.createDataFrame(
        [tuple(one.get(column) for column in columns) for one in told],
        ", ".join(f"{column} string" for column in columns),
    )
    return texts.coalesce(1)


def _files(lake: Lake) -> set[str]:
    return {str(path.relative_to(lake.root)) for path in Path(lake.root).rglob("*") if path.is_file()}


def test_links_are_written_checked_and_told_and_nothing_else_changes(
    spark: SparkSession, linked: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _files(linked)
    found = link_known(spark, linked, DAY)
    added = {name.split("/")[1] for name in _files(linked) - before}
    assert added == {"provider_links"}  # without the table the lake is what it was
    assert _files(linked) >= before
    _, names = answer(linked, "select distinct provider_entity_id from provider_links where linked order by 1")
    assert names == [("p01",), ("p05",), ("p09",), ("p12",)]
    assert answer(linked, "select count(*) from provider_links where right_provider_id = 'p99'")[1] == [(0,)]

    (report,) = check(spark, linked, ["provider_links"], str(DAY))
    assert [outcome.check.name for outcome in report.outcomes if outcome.status != "passed"] == []
    assert report.left_out == ()

    _print(found, DAY, 0.95)
    told = capsys.readouterr().out
    assert "provider ids" in told
    assert "providers in all" in told
    assert not [name for name in ("Sunrise", "SUNRISE", "Smith", "p01") if name in told]


@pytest.mark.parametrize(
    ("register", "words"),
    [
        ([], "no provider was known on 2025-12-31: there is nothing to link"),
        ([{"provider_id": "p1", "zip_code": "10001"}], "none of the 1 providers known on 2025-12-31 has an NPI"),
    ],
)
def test_a_register_that_says_too_little(
    spark: SparkSession, lake: Lake, register: list[dict[str, str | None]], words: str
) -> None:
    lake.overwrite(_providers(spark, *register), "providers", "june")
    with pytest.raises(NothingToDo, match=words):
        link_known(spark, lake, DAY)
    assert not lake.exists("provider_links")


def test_links_of_a_register_taken_back_go(spark: SparkSession, lake: Lake) -> None:
    lake.overwrite(_providers(spark, *register()[:2]), "providers", "june")
    assert len(link_known(spark, lake, DAY).links) == 1
    lake.overwrite(_providers(spark), "providers", "june")
    with pytest.raises(NothingToDo):
        link_known(spark, lake, DAY)
    assert answer(lake, "select count(*) from provider_links")[1] == [(0,)]

"""The public samples, as they are: every resource arrives or says why not, every dollar counted apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from sources.fhir.resources import record_of_line, records_of_file
from sources.reconcile import check_usable, reconcile
from sources.tokens import TokenKey
from tests.sources.delivered import Taken, opened, taken

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def resources(shared_data: Path) -> list[dict[str, Any]]:
    text = (shared_data / "fhir" / "sample_eob_200.ndjson").read_text()
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def kind(resource: dict[str, Any]) -> str:
    return next(c["code"] for c in resource["type"]["coding"] if c["system"].endswith("eob-type"))


def adjudicated(resource: dict[str, Any], variable: str) -> Decimal:
    entries = [entry for item in resource["item"] for entry in item["adjudication"]]
    told = [e["amount"]["value"] for e in entries if e["category"]["coding"][0]["code"].endswith(f"/{variable}")]
    return Decimal(sum(told))


def paid(resource: dict[str, Any]) -> Decimal:
    if kind(resource) in ("CARRIER", "DME"):
        return adjudicated(resource, "line_nch_pmt_amt")
    if kind(resource) == "PDE":
        return adjudicated(resource, "cvrd_d_plan_pd_amt") + adjudicated(resource, "lics_amt")
    return Decimal(resource["payment"]["amount"]["value"])


def charge(resource: dict[str, Any]) -> Decimal:
    if kind(resource) in ("CARRIER", "DME"):
        return adjudicated(resource, "line_sbmtd_chrg_amt")
    return Decimal(resource.get("totalCost", {}).get("value", 0))


def test_every_line_arrives_with_its_dollars(resources: list[dict[str, Any]]) -> None:
    types = Counter()
    for number, resource in enumerate(resources, 1):
        record = record_of_line(json.dumps(resource, default=float), number)
        assert record.reason == "", number
        assert Decimal(record.values["paid_amount"]) == paid(resource), number
        assert Decimal(record.values["charge_amount"] or 0) == charge(resource), number
        assert len(record.values["lines"]) == len(resource["item"])
        types[record.values["claim_type"]] += 1
    assert types == {"professional": 83, "outpatient": 71, "pharmacy": 35, "inpatient": 11}


def test_the_single_resources_arrive_or_say_what_they_lack(shared_data: Path) -> None:
    told = {}
    for path in sorted((shared_data / "fhir").glob("*.json")):
        (record,) = records_of_file(str(path))
        told[path.name] = (record.reason, record.detail)
        assert record.values["paid_amount"] == "0.00"
        assert record.values["charge_amount"] is None
    assert told == {
        "sample_eob_1.json": ("", ""),
        "sample_eob_2.json": ("missing_value", "the resource has neither id nor identifier"),
        "sample_eob_3.json": ("missing_value", "patient is not named"),
    }


@pytest.fixture(scope="module")
def public(spark: SparkSession, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    delivery = opened("fhir", shared_data / "fhir", tmp_path_factory.mktemp("unpacked"))
    made = taken(spark, delivery, key=TokenKey.new())
    yield made
    made.close()


@pytest.mark.slow
def test_the_folder_adds_up(public: Taken, resources: list[dict[str, Any]]) -> None:
    audits = {audit.file_name: audit for audit in reconcile(public.intake, public.frames)}
    many = audits["sample_eob_200.ndjson"]
    assert (many.read.rows, many.accepted.rows, many.rejected.rows) == (len(resources), len(resources), 0)
    assert many.accepted.paid == sum(paid(resource) for resource in resources)
    assert many.accepted.charge == sum(charge(resource) for resource in resources)
    assert {name: audit.accepted.rows for name, audit in audits.items() if name != many.file_name} == {
        "sample_eob_1.json": 1,
        "sample_eob_2.json": 0,
        "sample_eob_3.json": 0,
    }
    check_usable(public.intake, public.frames["rejected_rows"], max_share=0.05)


@pytest.mark.slow
def test_people_are_tokens(public: Taken, resources: list[dict[str, Any]]) -> None:
    people = {resource["patient"]["reference"].rsplit("/", 1)[-1] for resource in resources}
    assert len(public.tables["members"]) == len(people) + 1  # and the one of the single resource
    assert not people & {row["member_id"] for table in ("members", "claim_lines") for row in public.tables[table]}

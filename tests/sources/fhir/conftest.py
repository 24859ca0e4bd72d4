"""One delivery: a Bundle, NDJSON with bad lines, a single resource, and a file that is no JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.sources.delivered import Taken, opened, taken
from tests.sources.fhir.files import DOCTOR, PATIENT, bundle, carin, fill, money, stay


def write(folder: Path) -> None:
    (folder / "bundle.json").write_text(bundle(carin(), PATIENT, DOCTOR))
    restated = carin(
        meta={"lastUpdated": "2022-06-01T00:00:00Z"}, payment={"date": "2022-06-01", "amount": money(1)}, item=[]
    )
    lines = [
        json.dumps(stay()),
        "{oops",
        json.dumps(stay()),
        "",
        json.dumps(fill()),
        json.dumps(restated),
        json.dumps(carin(id="claim-2", patient={})),
    ]
    latin = json.dumps(carin(id="x")).replace('"x"', '"\xe9"').encode("latin-1")
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    (folder / "ExplanationOfBenefit.ndjson").write_bytes(text.encode() + latin)
    (folder / "one.json").write_text(json.dumps(carin(id="-55/claim", patient={"reference": "Patient/-55"})))
    (folder / "page.json").write_bytes(b"<html>\xff")


@pytest.fixture(scope="module")
def book(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("fhir")
    write(folder)
    made = taken(spark, opened("fhir", folder, tmp_path_factory.mktemp("unpacked")))
    yield made
    made.close()

"""Identifiers kept apart: whose, where, for whom; and gone when the batch is read without them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

import jobs.ingest_claims as job
from catalog.errors import BadDelivery, MissingTable
from jobs.cli import app
from jobs.identifiers import identifier_store
from jobs.identify import UnknownToken
from jobs.sql import BadQuery, answer
from jobs.token_key import token_key
from lake import Lake
from lake.identifiers import IdentifierStore
from sources import all_sources
from tests.privacy.scan import scan
from tests.sources.book import BOOK, header, write_book
from tests.sources.delivered import cells, csv_text

PEOPLE = {
    "M1": {"name": "Zzquill, Abra", "ssn": "900-77-1234", "street": "7 Zzelm Lane", "email": "abra@zz.example"},
    "M2": {"name": "Zzowl, Bede", "phone": "555-0177", "card": "ZZ-CARD-2"},
}
DETAILS = ("name", "ssn", "street", "phone", "email", "card")


def book_with_people(folder: Path) -> Path:
    """The book of three members, one of them with a birth date that cannot be read."""
    members = cells(BOOK["members"].replace("1990-03-31", "1990-02-31"))
    write_book(folder)
    named = [row | PEOPLE.get(row["member_id"], {"name": "Zzgone, Cy"}) for row in members]
    (folder / "members.csv").write_text(csv_text([*header("members"), *DETAILS], named))
    return folder


def read(spark: SparkSession, lake: Path, folder: Path, keep: bool) -> None:
    @contextmanager
    def shared(_app: str, _master: str) -> Iterator[SparkSession]:
        yield spark

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "spark_session", shared)
        job.ingest_claims("canonical", folder, str(lake), "june", 0.9, keep_identifiers=keep)


def identify(lake: Path, token: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["identify", "--token", token, "--lake", str(lake)])
    return done.exit_code, done.output


def test_they_are_kept_apart_shown_one_by_one_and_forgotten(spark: SparkSession, tmp_path: Path) -> None:
    folder, lake = book_with_people(tmp_path / "june"), tmp_path / "lake"
    apart = tmp_path / "lake.identifiers"
    read(spark, lake, folder, keep=False)
    assert not apart.exists()

    read(spark, lake, folder, keep=True)  # although the lake holds the very same rows
    token = token_key(str(lake)).token("M1")
    store = IdentifierStore(str(apart))
    told = {(row["kind"], row["value"]) for row in store.of(token)}
    first = PEOPLE["M1"]
    assert told == {
        ("member_id", "M1"),
        ("name", first["name"]),
        ("ssn", first["ssn"]),
        ("street", first["street"]),
        ("e-mail", first["email"]),
    }
    assert {(row["source"], row["batch_id"]) for row in store.of(token)} == {("canonical", "june")}
    assert store.of(token_key(str(lake)).token("M3")) == []  # nobody the lake knows
    assert stat.S_IMODE(apart.stat().st_mode) == 0o700
    words = [word for person in PEOPLE.values() for word in person.values()]
    assert scan([lake], words) == []
    assert len(scan([apart], words)) == len(words)
    with pytest.raises(BadQuery, match="does not exist"):
        answer(Lake(str(lake)), "select * from member_identifiers")
    done = CliRunner().invoke(
        app, ["export", "member_identifiers", "--csv", str(tmp_path / "x.csv"), "--lake", str(apart)]
    )
    assert isinstance(done.exception, MissingTable)

    code, said = identify(lake, token)
    assert (code, first["name"] in said) == (0, True)
    (note,) = (apart / "audit").iterdir()
    assert set(json.loads(note.read_text())) == {"at", "who", "token"}
    assert scan([apart / "audit"], words) == []

    read(spark, lake, folder, keep=False)  # the batch is kept as it is, its identifiers are not
    assert not list(apart.rglob("*.parquet"))
    assert not (apart / "batches" / "june.json").exists()
    with pytest.raises(MissingTable, match="--keep-identifiers"):
        store.of(token)


def test_what_is_no_token_is_neither_noted_nor_repeated(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["identify", "--token", "900-77-1234", "--lake", str(tmp_path / "lake")])
    assert isinstance(done.exception, UnknownToken)
    assert "900-77-1234" not in f"{done.output}{done.exception}"
    assert list(tmp_path.iterdir()) == []


def test_a_lake_in_an_object_store_needs_a_place_named(tmp_path: Path) -> None:
    with pytest.raises(BadDelivery, match="--identifiers URL"):
        identifier_store("s3://bucket/lake", "")
    assert identifier_store("s3://bucket/lake", f"{tmp_path}/apart").root == f"{tmp_path}/apart"
    for inside in (tmp_path / "lake", tmp_path / "lake" / "tables" / "apart"):
        with pytest.raises(BadDelivery, match="outside"):
            identifier_store(str(tmp_path / "lake"), str(inside))


def test_columns_about_providers_are_nobodys_of_ours() -> None:
    columns = {column for source in all_sources() for kind in source.kinds for column in kind.identity}
    assert columns.isdisjoint({"provider_person", "payee_person", "LASTNAME", "DOB", "provider_name", "policy_number"})
    for source in all_sources():
        for kind in source.kinds:
            dropped = {*kind.identifier_columns, *kind.member_columns}
            assert set(kind.identity) <= dropped, (source.name, kind.name)

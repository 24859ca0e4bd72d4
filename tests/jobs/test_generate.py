import csv
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from catalog import TABLES
from jobs.generate import BadBook, generate
from sources.fda_ndc.products import read_products

CANONICAL = ("members", "eligibility", "providers", "claim_lines", "pharmacy_claims", "investigations")


def write(out: Path, **options) -> Path:
    generate(
        **{
            "members": 300,
            "months": 24,
            "seed": 3,
            "out": out,
            "start": "2022-01-01",
            "fraud_intensity": 1.0,
            **options,
        }
    )
    return out


@pytest.fixture(scope="module")
def delivery(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("deliveries") / "book", months=36)


def read(delivery: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(delivery / f"{name}.csv", dtype=str, keep_default_na=False)


def hashes(delivery: Path) -> dict[str, str]:
    folders = (delivery, delivery.with_name(delivery.name + ".truth"))
    return {file.name: sha256(file.read_bytes()).hexdigest() for folder in folders for file in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", CANONICAL)
def test_files_have_the_columns_of_the_catalog_without_provenance(delivery, name):
    with (delivery / f"{name}.csv").open() as file:
        header = next(csv.reader(file))
    assert header == [column.name for column in TABLES[name].columns if column.role != "provenance"]


@pytest.mark.parametrize("name", CANONICAL)
def test_what_the_catalog_requires_is_there(delivery, name):
    rows = read(delivery, name)
    assert len(rows) > 0
    for column in TABLES[name].columns:
        if column.role != "provenance" and not column.nullable:
            assert (rows[column.name] != "").all(), column.name


@pytest.mark.parametrize("name", ("members", "providers", "claim_lines", "pharmacy_claims", "investigations"))
def test_keys_are_unique(delivery, name):
    key = TABLES[name].key[0]
    assert read(delivery, name)[key].is_unique


def test_claims_name_members_and_providers_of_the_delivery(delivery):
    lines, members, providers = (read(delivery, name) for name in ("claim_lines", "members", "providers"))
    assert set(lines["member_id"]) <= set(members["member_id"])
    named = set(lines["provider_id"]) | set(lines["physician_id"]) | set(lines["referring_physician_id"])
    assert named - {""} <= set(providers["provider_id"])


def test_a_delivery_holds_only_what_was_known_on_its_last_day(delivery):
    for name in ("claim_lines", "pharmacy_claims", "investigations", "members"):
        assert read(delivery, name)["known_date"].max() <= "2024-12-31"


def test_only_stays_have_an_admission(delivery):
    lines = read(delivery, "claim_lines")
    assert ((lines["admission_date"] != "") == (lines["claim_type"] == "inpatient")).all()


def test_a_claim_line_id_says_claim_line_and_version(delivery):
    lines = read(delivery, "claim_lines")
    made = lines["claim_id"] + "-" + lines["claim_line_number"] + "-" + lines["claim_version"]
    assert (made == lines["claim_line_id"]).all()


def test_the_smallest_books_still_have_peers(delivery):
    assert (read(delivery, "providers")["provider_kind"] != "physician").sum() >= 25


def test_the_truth_is_beside_the_delivery_and_covers_it(delivery):
    truth = delivery.with_name("book.truth")
    claims = pd.read_csv(truth / "claim_truth.csv")
    assert list(claims) == ["claim_id", "scheme", "is_fraud", "look_alike"]
    delivered = set(read(delivery, "claim_lines")["claim_id"]) | set(read(delivery, "pharmacy_claims")["claim_id"])
    assert set(claims["claim_id"]) == delivered
    assert claims["claim_id"].is_unique
    assert not list(delivery.glob("*truth*"))


def test_what_every_drug_is_lies_beside_the_delivery(delivery):
    told = {product for _, product, _, _ in read_products(delivery.with_name("book.drugs") / "product.txt")}
    assert set(read(delivery, "pharmacy_claims")["ndc_code"].str[:9]) <= told


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path):
    first, again, other = (write(tmp_path / name, seed=seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert hashes(first) == hashes(again)
    assert hashes(first) != hashes(other)


def test_a_new_delivery_replaces_the_old_one_whole(tmp_path):
    out = write(tmp_path / "book")
    (out / "left_over.csv").write_text("")
    write(tmp_path / "book", seed=4)
    assert sorted(file.stem for file in out.iterdir()) == sorted(CANONICAL)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["book", "book.drugs", "book.truth"]


def test_intensity_zero_means_no_fraud(tmp_path):
    write(tmp_path / "book", fraud_intensity=0.0)
    assert pd.read_csv(tmp_path / "book.truth" / "claim_truth.csv")["is_fraud"].sum() == 0


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        ({"members": 10}, "raise --members"),
        ({"months": 3}, "raise --members or --months"),
        ({"start": "2022-01-15"}, "use 2022-01-01"),
        ({"start": "January"}, "YYYY-MM-DD"),
    ],
)
def test_a_book_that_cannot_be_made_says_why(tmp_path, options, mend):
    with pytest.raises(BadBook, match=mend):
        write(tmp_path / "book", **options)

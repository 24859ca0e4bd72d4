"""What a manifest promises is held against what is there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from catalog.errors import BadDelivery
from sources.manifest import Manifest, Promise, read_manifest

HASHES = {"claims.csv": "ab12", "members.csv": "cd34"}


def manifest(tmp_path: Path, text: str) -> Manifest:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    made = read_manifest({"manifest.csv": path})
    assert made is not None
    return made


def test_a_delivery_without_a_manifest_promises_nothing() -> None:
    assert read_manifest({}) is None


def test_a_manifest_says_hash_rows_and_dollars_of_each_file(tmp_path: Path) -> None:
    made = manifest(
        tmp_path, "file_name,sha256,rows,paid_amount,batch_id\nclaims.csv,AB12,3,10.50,june\nmembers.csv,,,,\n"
    )
    assert made.batch_id == "june"
    assert made.files["claims.csv"] == Promise("ab12", {"rows": Decimal(3), "paid": Decimal("10.50")})
    made.check_files(HASHES, "june")
    made.check_figures("claims.csv", {"rows": Decimal(3), "paid": Decimal("10.5"), "charge": Decimal(9)})
    made.check_figures("members.csv", {"rows": Decimal(8)})


@pytest.mark.parametrize(
    ("hashes", "batch", "said"),
    [
        ({"claims.csv": "ab12"}, "june", "names members.csv, which the delivery lacks"),
        (HASHES | {"more.csv": "1"}, "june", "does not name more.csv"),
        (HASHES | {"claims.csv": "other"}, "june", "claims.csv is not the file of the manifest"),
        (HASHES, "july", "give --batch-id june"),
    ],
)
def test_a_file_that_is_missing_new_or_another_stops(
    tmp_path: Path, hashes: dict[str, str], batch: str, said: str
) -> None:
    made = manifest(tmp_path, "file_name,sha256,batch_id\nclaims.csv,ab12,june\nmembers.csv,cd34,june\n")
    with pytest.raises(BadDelivery, match=said):
        made.check_files(hashes, batch)


def test_other_rows_or_dollars_stop(tmp_path: Path) -> None:
    made = manifest(tmp_path, "file_name,rows,paid_amount\nclaims.csv,3,10.50\n")
    with pytest.raises(BadDelivery, match=r"claims.csv holds rows 2 instead of 3, paid 10.00 instead of 10.50"):
        made.check_figures("claims.csv", {"rows": Decimal(2), "paid": Decimal("10.00")})


@pytest.mark.parametrize(
    "text", ["", "file_name\n", "name\na\n", "file_name,colour\na,b\n", "file_name,rows\na,x\n", "file_name\na\na\n"]
)
def test_a_broken_manifest_stops(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadDelivery, match=r"manifest\.csv"):
        manifest(tmp_path, text)

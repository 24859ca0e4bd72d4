"""The audit sample from lake to estimate: replayed to the byte, conserved, and strict about what reviewers return."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from catalog.errors import BadDelivery, MissingTable, Unreconciled
from jobs.as_of import BadDate
from jobs.audit_estimate import audit_estimate
from jobs.audit_files import BadReview, FileExists, frame_file
from jobs.audit_sample import BadSample, audit_sample
from lake import Lake

DAY = "2025-12-31"


def _write(lake: Lake, rows: list[tuple[str, str, str]], begins: date = date(2025, 6, 1)) -> None:
    """A version of claim_features: (claim_id, provider_id, paid)."""
    claims, providers, paid = zip(*rows, strict=True)
    table = pa.table(
        {
            "claim_id": pa.array(claims),
            "provider_id": pa.array(providers),
            "paid_amount": pa.array([Decimal(one) for one in paid], pa.decimal128(14, 2)),
            "service_from": pa.array([begins] * len(rows), pa.date32()),
            "as_of": pa.array([date.fromisoformat(DAY)] * len(rows), pa.date32()),
        }
    )
    write_deltalake(lake.path("claim_features"), table, partition_by=["as_of"], mode="overwrite")


def _book(rows: int, start: int = 0) -> list[tuple[str, str, str]]:
    cents = np.ceil(np.random.default_rng(start).lognormal(9, 1.2, rows)).astype(int)
    mine = [(f"c{start + row:05}", "P1", str(Decimal(int(paid)).scaleb(-2))) for row, paid in enumerate(cents)]
    return [*mine, ("none", "P1", "0.00"), ("back", "P1", "-12.50"), ("other", "P2", "99.00")]


def _draw(lake: Lake, out: Path, **options: object) -> None:
    given: dict[str, object] = {"provider": "P1", "as_of": DAY, "size": 40, "seed": 7}
    given = {"service_from": "", "service_through": "", "providers": None, "replay": None, "confidence": 0.9} | given
    audit_sample(out, lake.root, **(given | options))  # type: ignore[arg-type]


def _review(file: Path, out: Path, **changes: str) -> Path:
    """The sample with every third claim wholly overpaid. `changes` of the first claim's cells."""
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for place, row in enumerate(rows):
        row["overpaid_amount"] = row["paid_amount"] if place % 3 == 0 else "0"
    rows[0] |= changes
    with out.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return out


@pytest.fixture
def book(lake: Lake) -> Lake:
    _write(lake, _book(400))
    return lake


def test_a_sample_is_replayed_to_the_byte_after_the_lake_moved_on(book: Lake, tmp_path: Path) -> None:
    first, again = tmp_path / "first.csv", tmp_path / "again.csv"
    _draw(book, first)
    _write(book, _book(900, start=5000))
    _draw(book, again, replay=frame_file(first), provider="")
    assert again.read_bytes() == first.read_bytes()
    assert frame_file(again).read_bytes() == frame_file(first).read_bytes()
    _draw(book, tmp_path / "new.csv")
    assert (tmp_path / "new.csv").read_bytes() != first.read_bytes()


def test_the_frame_holds_every_claim_of_the_provider_and_no_other(book: Lake, tmp_path: Path) -> None:
    _draw(book, tmp_path / "s.csv")
    frame = json.loads(frame_file(tmp_path / "s.csv").read_text())
    mine = [Decimal(paid) for _, provider, paid in _book(400) if provider == "P1"]
    assert frame["frame"]["claims"] + frame["left_out"]["claims"] == len(mine)
    assert frame["frame"]["paid_cents"] + frame["left_out"]["paid_cents"] == int(sum(mine) * 100)
    assert frame["left_out"] == {"claims": 2, "paid_cents": -1250}
    assert sum(one["paid_cents"] for one in frame["strata"]) == frame["frame"]["paid_cents"]
    assert frame["lake_versions"] == {"claim_features": 0}
    assert len(frame["sample"]) == 40
    assert "other" not in (tmp_path / "s.csv").read_text()


def test_providers_of_a_file_are_one_frame(book: Lake, tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("P2\n\nP1\n")
    _draw(book, tmp_path / "s.csv", provider="", providers=tmp_path / "ids")
    frame = json.loads(frame_file(tmp_path / "s.csv").read_text())
    assert (frame["plan"]["provider_ids"], frame["frame"]["claims"]) == (["P1", "P2"], 401)


def test_days_of_service_bound_the_frame(book: Lake, tmp_path: Path) -> None:
    _draw(book, tmp_path / "s.csv", service_from="2025-06-01", service_through="2025-06-01")
    assert json.loads(frame_file(tmp_path / "s.csv").read_text())["frame"]["claims"] == 400
    with pytest.raises(BadSample, match="no paid claims as of 2025-12-31 for P1"):
        _draw(book, tmp_path / "t.csv", service_from="2025-06-02")


def test_what_cannot_be_drawn_says_why(book: Lake, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    with pytest.raises(BadSample, match="no paid claims as of 2025-12-31 for P9"):
        _draw(book, out, provider="P9")
    with pytest.raises(BadSample, match="one of them"):
        _draw(book, out, provider="")
    with pytest.raises(BadSample, match="there is no file"):
        _draw(book, out, provider="", providers=tmp_path / "none")
    with pytest.raises(MissingTable, match="no claim_features as of 2024-01-01"):
        _draw(book, out, as_of="2024-01-01")
    with pytest.raises(BadDate, match="'June' is not a date"):
        _draw(book, out, as_of="June")
    with pytest.raises(MissingTable, match="has no table claim_features"):
        _draw(Lake(str(tmp_path / "empty")), out, as_of="")
    assert not out.exists()


def test_a_review_is_never_overwritten(book: Lake, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    _draw(book, out)
    _draw(book, out)  # the same again changes nothing
    reviewed = _review(out, out).read_bytes()
    with pytest.raises(FileExists, match="perhaps a review"):
        _draw(book, out)
    assert out.read_bytes() == reviewed


def test_a_frame_that_the_lake_does_not_give_is_told(book: Lake, tmp_path: Path) -> None:
    _draw(book, tmp_path / "s.csv")
    frame = json.loads(frame_file(tmp_path / "s.csv").read_text())
    frame["strata"][0]["claims"] += 1000
    (tmp_path / "changed.json").write_text(json.dumps(frame))
    with pytest.raises(Unreconciled, match="gives another sample"):
        _draw(book, tmp_path / "again.csv", replay=tmp_path / "changed.json")


def test_the_estimate_of_a_review(book: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _draw(book, tmp_path / "s.csv")
    reviewed = _review(tmp_path / "s.csv", tmp_path / "r.csv")
    capsys.readouterr()
    audit_estimate(reviewed, frame_file(tmp_path / "s.csv"))
    said = capsys.readouterr().out
    frame = json.loads(frame_file(tmp_path / "s.csv").read_text())
    with reviewed.open() as stream:
        rows = list(csv.DictReader(stream))
    by_hand = 0.0
    for one in frame["strata"]:
        held = [float(row["overpaid_amount"]) for row in rows if row["stratum"] == str(one["number"])]
        by_hand += one["claims"] * sum(held) / len(held)
    (totals,) = [line.split() for line in said.splitlines() if line.strip().startswith("all ")]
    assert totals[1:4] == ["400", str(Decimal(frame["frame"]["paid_cents"]).scaleb(-2)), "40"]
    assert totals[5] == f"{by_hand:,.2f}"
    found, _, _, student, lower = [float(cell.replace(",", "")) for cell in totals[4:9]]
    assert found < lower <= student < by_hand
    assert f"Lower bound to demand: {lower:,.2f} USD." in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"overpaid_amount": ""}, "row 2: overpaid_amount is missing; write 0"),
        ({"overpaid_amount": "$5"}, "row 2: overpaid_amount is no amount of dollars and cents; write it like 1234.50"),
        ({"overpaid_amount": "1.005"}, "row 2: overpaid_amount is no amount"),
        ({"overpaid_amount": "nan"}, "row 2: overpaid_amount is no amount"),
        ({"overpaid_amount": "Infinity"}, "row 2: overpaid_amount is no amount"),
        ({"overpaid_amount": "99999999"}, "row 2: overpaid_amount must lie between 0 and the"),
        ({"overpaid_amount": "-1"}, "row 2: overpaid_amount must lie between 0 and the"),
        ({"paid_amount": "0.01"}, "row 2: paid_amount was changed; it was"),
        ({"claim_id": "c99999"}, "row 2: the claim is not in the sample; remove the row"),
    ],
)
def test_a_bad_row_is_named_with_its_mend(book: Lake, tmp_path: Path, changes: dict[str, str], words: str) -> None:
    _draw(book, tmp_path / "s.csv")
    reviewed = _review(tmp_path / "s.csv", tmp_path / "r.csv", **changes)
    with pytest.raises(BadReview) as error:
        audit_estimate(reviewed, frame_file(tmp_path / "s.csv"))
    assert words in str(error.value)
    assert "c00" not in str(error.value).replace(str(tmp_path), "")


def test_rows_lost_doubled_or_all_blank_are_told(book: Lake, tmp_path: Path) -> None:
    _draw(book, tmp_path / "s.csv")
    frame, reviewed = frame_file(tmp_path / "s.csv"), _review(tmp_path / "s.csv", tmp_path / "r.csv")
    header, *rows = reviewed.read_text().splitlines()
    for lines, words in (
        ([header, *rows[:-2]], "2 claims of the sample have no row"),
        ([header, *rows, rows[3]], "row 42: the claim stands in the file twice"),
        (["claim_id,stratum", *rows], "lacks paid_amount, overpaid_amount"),
        ([line.replace(",", ";") for line in [header, *rows]], "lacks claim_id, .*commas"),
        ([], "lacks claim_id"),
    ):
        reviewed.write_text("\n".join(lines))
        with pytest.raises(BadReview, match=words):
            audit_estimate(reviewed, frame)
    with pytest.raises(BadReview, match="and 35 more"):
        audit_estimate(tmp_path / "s.csv", frame)
    with pytest.raises(BadReview, match="there is no file"):
        audit_estimate(tmp_path / "none.csv", frame)
    with pytest.raises(BadDelivery, match="there is no frame file"):
        audit_estimate(reviewed, tmp_path / "none.json")
    with pytest.raises(BadDelivery, match="is no frame file of audit-sample"):
        audit_estimate(reviewed, reviewed)


def test_spreadsheets_may_add_a_mark_notes_and_blank_lines(book: Lake, tmp_path: Path) -> None:
    _draw(book, tmp_path / "s.csv")
    reviewed = _review(tmp_path / "s.csv", tmp_path / "r.csv")
    header, *rows = reviewed.read_text().splitlines()
    lines = [f"{header},note", *(f"{row},seen" for row in reversed(rows)), ",,,,"]
    reviewed.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    audit_estimate(reviewed, frame_file(tmp_path / "s.csv"))


def test_a_claim_id_is_no_formula_and_is_known_again(lake: Lake, tmp_path: Path) -> None:
    _write(lake, [("=1+1", "P1", "10.00"), ("-2", "P1", "20.00"), ("c", "P1", "30.00")])
    _draw(lake, tmp_path / "s.csv")
    text = (tmp_path / "s.csv").read_text()
    assert "\n'=1+1,1,10.00,\n" in text
    assert "\n'-2,1,20.00,\n" in text
    audit_estimate(_review(tmp_path / "s.csv", tmp_path / "r.csv"), frame_file(tmp_path / "s.csv"))

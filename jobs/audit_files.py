"""The two files of an audit sample: the frame (JSON: what was drawn, from what, how) and the sample (CSV, to review).

Both are written to the byte from their content, so that a replay can be compared with them.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from catalog.errors import BadDelivery, UnderwatchError
from jobs.export import FORMULA_STARTS
from models.audit.strata import Stratum

COLUMNS = ("claim_id", "stratum", "paid_amount", "overpaid_amount")
_FORMAT = 1
_MOST_NAMED = 5


class BadReview(BadDelivery):
    """The reviewed sample is incomplete, or is not the sample that was drawn."""


class FileExists(UnderwatchError):
    """A file of that name holds something else, perhaps a review."""

    exit_code = 2


@dataclass(frozen=True)
class Plan:
    """What a draw follows from. `service_from` and `service_through` bound the first day of service, both inclusive;
    empty: no bound. `version` is that of claim_features."""

    provider_ids: list[str]
    as_of: str
    service_from: str
    service_through: str
    size: int
    confidence: float
    seed: int
    version: int


@dataclass(frozen=True)
class Sample:
    """A drawn sample. `claim_ids`, `number` and `cents` [drawn] go together; `left_out` are claims paid nothing."""

    plan: Plan
    frame_sha256: str
    strata: list[Stratum]
    left_out: int
    left_out_cents: int
    claim_ids: list[str]
    number: list[int]
    cents: list[int]

    def frame_text(self) -> str:
        plan = asdict(self.plan)
        described = {
            "format": _FORMAT,
            "lake_versions": {"claim_features": plan.pop("version")},
            "plan": plan,
            "frame": {
                "claims": sum(one.claims for one in self.strata),
                "paid_cents": sum(one.paid_cents for one in self.strata),
                "sha256": self.frame_sha256,
            },
            "left_out": {"claims": self.left_out, "paid_cents": self.left_out_cents},
            "strata": [asdict(one) | {"certainty": one.certainty} for one in self.strata],
            "sample": [list(row) for row in zip(self.claim_ids, self.number, self.cents, strict=True)],
        }
        return json.dumps(described, indent=1) + "\n"

    def sample_text(self) -> str:
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(COLUMNS)
        for claim, number, cents in zip(self.claim_ids, self.number, self.cents, strict=True):
            writer.writerow([_cell(claim), number, dollars(cents), ""])
        return written.getvalue()


def frame_file(sample_file: Path) -> Path:
    """Where the frame of a sample lies: beside it, `june.csv` -> `june.frame.json`."""
    return sample_file.with_name(f"{sample_file.stem}.frame.json")


def read_frame(file: Path) -> Sample:
    """The sample as drawn. Raises BadDelivery for a file that `audit-sample` did not write."""
    try:
        held = json.loads(file.read_text())
        plan = Plan(**held["plan"], version=held["lake_versions"]["claim_features"])
        strata = [Stratum(**{key: value for key, value in one.items() if key != "certainty"}) for one in held["strata"]]
        claims, number, cents = (list(part) for part in zip(*held["sample"], strict=True))
        left = held["left_out"]
        return Sample(plan, held["frame"]["sha256"], strata, left["claims"], left["paid_cents"], claims, number, cents)
    except FileNotFoundError:
        raise BadDelivery(f"there is no frame file {file}; audit-sample wrote it beside the sample") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDelivery(f"{file} is no frame file of audit-sample, or was changed; draw it again") from error


def read_review(file: Path, sample: Sample) -> np.ndarray:
    """Overpaid cents [drawn] of each claim of the sample, in its order. Raises BadReview, naming rows, not claims."""
    place = {_cell(claim): at for at, claim in enumerate(sample.claim_ids)}
    found = np.full(len(place), -1, dtype=np.int64)
    wrong = []
    for row, cells in _rows(file):
        at = place.get(cells["claim_id"].strip())
        try:
            if at is None:
                raise BadReview(
                    "the claim is not in the sample; remove the row, and keep claim_id as text in a spreadsheet"
                )
            if found[at] >= 0:
                raise BadReview("the claim stands in the file twice; keep one row")
            found[at] = _overpaid(cells, sample.cents[at])
        except BadReview as error:
            wrong.append(f"row {row}: {error}")
    missing = int((found < 0).sum()) - len(wrong)
    if not wrong and missing > 0:
        wrong.append(f"{missing} claims of the sample have no row; review the file that audit-sample wrote, whole")
    if wrong:
        more = f"\nand {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
        raise BadReview(f"{file} cannot be used:\n" + "\n".join(wrong[:_MOST_NAMED]) + more)
    return found


def write(file: Path, text: str) -> None:
    """Write the file, or leave it where it already holds the same. Raises FileExists where it holds anything else."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.read_bytes() != text.encode():
        raise FileExists(f"{file} exists and holds something else, perhaps a review; give --out another name")
    file.write_bytes(text.encode())


def dollars(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Number in the file (the header being 1) and cells of each row that is not empty."""
    try:
        # Spreadsheets put a byte-order mark first.
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadReview(f"there is no file {file}; give the reviewed sample") from None
    except UnicodeDecodeError:
        raise BadReview(f"{file} is not UTF-8; save it as CSV UTF-8") from None
    header, *lines = csv.reader(io.StringIO(text)) if text.strip() else [[]]
    names = [name.strip() for name in header]
    lacking = [name for name in COLUMNS if name not in names]
    if lacking:
        raise BadReview(f"{file} lacks {', '.join(lacking)}; keep the header of audit-sample and commas between cells")
    padded = [(row, [*cells, *[""] * (len(names) - len(cells))]) for row, cells in enumerate(lines, 2) if any(cells)]
    return [(row, dict(zip(names, cells, strict=False))) for row, cells in padded]


def _overpaid(cells: dict[str, str], paid_cents: int) -> int:
    if _cents(cells["paid_amount"], "paid_amount") != paid_cents:
        raise BadReview(f"paid_amount was changed; it was {dollars(paid_cents)} when drawn")
    if not cells["overpaid_amount"].strip():
        raise BadReview("overpaid_amount is missing; write 0 where the claim is right")
    overpaid = _cents(cells["overpaid_amount"], "overpaid_amount")
    if not 0 <= overpaid <= paid_cents:
        raise BadReview(f"overpaid_amount must lie between 0 and the {dollars(paid_cents)} paid")
    return overpaid


def _cents(text: str, column: str) -> int:
    try:
        cents = Decimal(text.strip()).scaleb(2)
        if cents == int(cents):
            return int(cents)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise BadReview(f"{column} is no amount of dollars and cents; write it like 1234.50")


def _cell(text: str) -> str:
    """As `underwatch export` writes it: no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text

"""The manifest of a delivery: which files its sender says it holds, with their hashes, rows and dollars.

A file `manifest.csv` with the columns file_name and, each where the sender knows it, sha256, rows, charge_amount,
allowed_amount, paid_amount and batch_id. What it says is held against what was read; a difference stops the delivery.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from catalog.errors import BadDelivery

MANIFESTS = ("manifest.csv",)
_FIGURES = {"rows": "rows", "charge_amount": "charge", "allowed_amount": "allowed", "paid_amount": "paid"}
"""Column of the manifest -> part of a file's totals."""
_COLUMNS = {"file_name", "sha256", "batch_id", *_FIGURES}


@dataclass(frozen=True)
class Promise:
    """What the sender says of one file; None where it says nothing."""

    sha256: str | None = None
    figures: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """Promises by file name, and the batch the sender means, where it names one."""

    files: Mapping[str, Promise]
    batch_id: str | None = None

    def check_files(self, hashes: Mapping[str, str], batch_id: str) -> None:
        """Raises BadDelivery where a promised file is not there, is another one, or one was not promised."""
        if self.batch_id not in (None, batch_id):
            raise BadDelivery(
                f"the manifest says batch {self.batch_id}, the run says {batch_id}; give --batch-id {self.batch_id}, "
                "or the folder that belongs to this batch"
            )
        absent = sorted(set(self.files) - set(hashes))
        if absent:
            raise BadDelivery(f"the manifest names {', '.join(absent)}, which the delivery lacks; deliver it")
        unnamed = sorted(set(hashes) - set(self.files))
        if unnamed:
            raise BadDelivery(f"the manifest does not name {', '.join(unnamed)}; remove the file or name it")
        for name, promise in self.files.items():
            if promise.sha256 and promise.sha256 != hashes[name]:
                raise BadDelivery(f"{name} is not the file of the manifest: its sha256 differs; deliver it again")

    def check_figures(self, name: str, read: Mapping[str, Decimal]) -> None:
        """Raises BadDelivery where rows or dollars read (rows, charge, allowed, paid) are not those promised."""
        promised = self.files[name].figures
        wrong = [f"{part} {read[part]} instead of {said}" for part, said in promised.items() if read[part] != said]
        if wrong:
            raise BadDelivery(
                f"{name} holds {', '.join(wrong)} as the manifest says; nothing was committed. Deliver it again"
            )


def read_manifest(found: Mapping[str, Path]) -> Manifest | None:
    """The manifest among the files of a delivery, None where there is none. Raises BadDelivery for a broken one."""
    names = [name for name in MANIFESTS if name in found]
    if not names:
        return None
    try:
        with found[names[0]].open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadDelivery(f"{names[0]} is no CSV in UTF-8; deliver it again") from error
    if not rows or "file_name" not in rows[0] or not set(rows[0]) <= _COLUMNS:
        raise BadDelivery(f"{names[0]} needs the column file_name and may have {', '.join(sorted(_COLUMNS))}")
    batches = {row["batch_id"] for row in rows if row.get("batch_id")}
    if len(batches) > 1 or len({row["file_name"] for row in rows}) < len(rows):
        raise BadDelivery(f"{names[0]} names two batches, or one file twice; it describes one delivery")
    return Manifest({row["file_name"]: _promise(names[0], row) for row in rows}, next(iter(batches), None))


def _promise(name: str, row: Mapping[str, str]) -> Promise:
    try:
        figures = {part: Decimal(row[column]) for column, part in _FIGURES.items() if row.get(column)}
    except InvalidOperation as error:
        raise BadDelivery(f"{name} has a figure that is not a number; deliver it again") from error
    return Promise((row.get("sha256") or "").lower() or None, figures)

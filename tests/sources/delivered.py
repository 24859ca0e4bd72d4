"""Deliveries as small ASCII tables: written to CSV files as an insurer or CMS would send them, and read back."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from sources import all_sources, source_named
from sources.delivery import Delivery, open_delivery
from sources.intake import Earlier, Intake, take_in
from sources.tokens import TokenKey

Row = dict[str, Any]


def cells(spec: str) -> list[dict[str, str]]:
    """Rows of a header line and one line per row; `-` is an empty cell."""
    names, *lines = [line.split() for line in spec.strip().splitlines() if line.strip()]
    return [{name: "" if cell == "-" else cell for name, cell in zip(names, line, strict=True)} for line in lines]


def csv_text(columns: Sequence[str], rows: list[dict[str, str]], newline: str = "\n") -> str:
    """A CSV of all `columns`; cells a row does not name are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def zipped(archive: Path, files: dict[str, str | bytes]) -> Path:
    """A zip of names and contents."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return archive


def opened(source: str, folder: Path, scratch: Path, batch: str = "b1") -> Delivery:
    """The delivery in `folder`, as the ingest opens it."""
    own = source_named(source)
    return open_delivery(own, [s for s in all_sources() if s.kinds != own.kinds], folder, batch, scratch)


@dataclass(frozen=True)
class Taken:
    """What a delivery became: rows of each canonical table and of rejected_rows, as plain dicts."""

    intake: Intake
    frames: dict[str, DataFrame]
    tables: dict[str, list[Row]]

    def reasons(self, file_name: str) -> dict[int, str]:
        """Row number -> reason, of the rejected rows of one file."""
        rejected = self.tables["rejected_rows"]
        return {row["row_number"]: row["reason"] for row in rejected if row["file_name"] == file_name}

    def close(self) -> None:
        """Free what Spark keeps of it."""
        self.intake.close()
        for frame in self.frames.values():
            frame.unpersist()


def taken(spark: SparkSession, delivery: Delivery, members: Sequence[str] = (), key: TokenKey | None = None) -> Taken:
    """Read a delivery into a lake where earlier batches described `members`; without a key identifiers stay."""
    known = spark.createDataFrame([(member,) for member in members], "member_id string")
    intake = take_in(spark, delivery, Earlier(known, {}), key)
    frames = {name: frame.persist() for name, frame in intake.tables().items()}
    more = intake.derived(frames) | {"rejected_rows": intake.rejected_rows()}
    frames |= {name: frame.persist() for name, frame in more.items()}
    tables = {name: [row.asDict() for row in frame.collect()] for name, frame in frames.items()}
    return Taken(intake, frames, tables)

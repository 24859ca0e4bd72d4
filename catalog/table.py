"""What a table is: its grain, its key and its columns, as plain data every room can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["key", "attribute", "feature", "label", "lineage", "provenance"]
Layer = Literal["canonical", "policy", "feature", "audit", "published", "identity"]


@dataclass(frozen=True)
class Column:
    """One column. `type` is Spark DDL (`decimal(14,2)`, `date`, `array<string>`).

    `unit` is free text such as "USD", "days" or "share 0..1". A column with role "feature" is read by
    models; its `reason` is the sentence shown to a reader when the feature drives a score, with the
    fields {value} and {expected}, and `code` the stable reason code that goes with it.
    """

    name: str
    type: str
    description: str
    role: Role = "attribute"
    unit: str = ""
    nullable: bool = True
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `grain` reads "One row per ..."; `key` is unique within one committed version.

    `partition` names the column whose values are replaced as a whole by a commit. `filters` names what readers filter
    and sort by beside the key, a tuple of columns each: a database that the table is published to indexes them.
    """

    name: str
    layer: Layer
    grain: str
    key: tuple[str, ...]
    partition: str
    columns: tuple[Column, ...]
    readers: str
    filters: tuple[tuple[str, ...], ...] = ()

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def feature_names(self) -> list[str]:
        """Columns that models may read, in declared order."""
        return [column.name for column in self.columns if column.role == "feature"]

    @property
    def ddl(self) -> str:
        """Spark DDL of the whole table. All columns are declared nullable: Parquet readers drop the
        constraint anyway, and `expectations/` checks it on the values."""
        return ", ".join(f"`{column.name}` {column.type}" for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


PROVENANCE = (
    Column("source", "string", "Source format that delivered the row", "provenance", nullable=False),
    Column("batch_id", "string", "Delivery that brought the row", "provenance", nullable=False),
    Column("file_name", "string", "File of the delivery that held the row", "provenance", nullable=False),
    Column(
        "row_number",
        "bigint",
        "Physical row of that file, the header being row 1",
        "provenance",
        nullable=False,
    ),
)
"""Where a canonical row came from. Every canonical table ends with these columns."""

LINEAGE = (
    Column("model_name", "string", "Registered model that made the score", "lineage", nullable=False),
    Column("model_version", "string", "Version of that model", "lineage", nullable=False),
    Column("run_id", "string", "MLflow run that trained that version", "lineage", nullable=False),
    Column("scored_at", "timestamp", "When the score was made (UTC)", "lineage", nullable=False),
)
"""Which model made a published row. Every scored table ends with these columns."""

REASONS_TYPE = (
    "array<struct<code:string,text:string,value:double,expected:double,contribution:double,evidence:array<string>>>"
)
"""Reasons of a score, strongest first. `evidence` holds `claim_line_id`s."""

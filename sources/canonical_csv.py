"""Our own layout: one CSV per canonical table, columns as the catalog names them, without provenance.

Files are `members.csv`, `eligibility.csv`, `providers.csv`, `claim_lines.csv`, `pharmacy_claims.csv` and
`investigations.csv`, each also in parts (`claim_lines_2023.csv`). Dates are YYYY-MM-DD, amounts dollars and cents
with a point, booleans true or false, `diagnosis_codes` joined by '|', nothing between two commas is null.
The generator writes this layout (source `synthetic`); any insurer may (source `canonical`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.table import Table
from sources.delivery import Delivery
from sources.fields import Field, Type, failed, first_failure, whole_row_only
from sources.source import FileKind, Layout, Parse, Source

_TYPES: dict[str, Type] = {
    "string": "text",
    "int": "int",
    "double": "double",
    "date": "date",
    "boolean": "boolean",
    "decimal(14,2)": "money",
    "array<string>": "list",
}
_SPANS = (
    ("service_from", "service_through"),
    ("enrollment_start_date", "enrollment_end_date"),
    ("birth_date", "death_date"),
    ("admission_date", "discharge_date"),
    ("opened_date", "decided_date"),
)
_CLAIMS = ("claim_lines", "pharmacy_claims")
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
_ADDED = {"providers": ("npi", "tax_id", "provider_name", "zip_code")}
"""Columns that a file of this layout may lack: not every insurer has them."""
_IDENTITY = {name: name for name in ("name", "ssn", "street", "phone", "card")} | {"email": "e-mail"}
"""Columns that a members file may have -> kind of identifier. They are dropped, or kept apart where asked."""
_TABLES = ("members", "eligibility", "providers", "claim_lines", "pharmacy_claims", "investigations")


def _fields(table: Table) -> list[Field]:
    columns = [column for column in table.columns if column.role != "provenance"]
    return [Field(column.name, _TYPES[column.type], required=not column.nullable) for column in columns]


def _parse(table: Table) -> Parse:
    fields = _fields(table)
    names = [field.name for field in fields]
    key = [column for column in table.key if column != "batch_id"]

    def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
        """Typed rows of one canonical table; see FileKind."""
        typed = rows.select(
            "file_name",
            "row_number",
            "broken",
            first_failure(fields).alias("failure"),
            *[(whole_row_only(f.value) if f.type == "money" else f.value).alias(f.name) for f in fields],
        )
        backwards = [
            F.when(F.col(end) < F.col(start), failed("bad_date", f"{end} lies before {start}"))
            for start, end in _SPANS
            if start in names and end in names
        ]
        absent = {
            **{name: F.lit(None).cast("decimal(14,2)") for name in _AMOUNTS if name not in names},
            **({} if "member_id" in names else {"member_id": F.lit(None).cast("string")}),
        }
        return typed.withColumns(
            {
                "failure": F.coalesce("failure", *backwards),
                "key": F.concat_ws("|", *key),
                "preference": F.lit(0),
                **absent,
            }
        ).drop("broken")

    return parse


def _kind(name: str) -> FileKind:
    table = TABLES[name]
    own = tuple(_IDENTITY) if name == "members" else ()
    identity = {"member_id": "member_id"} if "member_id" in table.column_names else {}
    return FileKind(
        name=name,
        pattern=re.compile(rf"{name}(?:_[0-9][0-9A-Za-z_-]*)?\.(?:csv|parquet)", re.IGNORECASE),
        columns=(*[field.name for field in _fields(table)], *own),
        table=name,
        parse=_parse(table),
        example=f"{name}.csv",
        duplicate_reason="duplicate_claim_line" if name in _CLAIMS else "duplicate_row",
        required=name != "investigations",
        may_be_empty=name == "investigations",
        names_members=name == "members",
        needs_known_member=name in ("eligibility", *_CLAIMS),
        layout=Layout(optional=(*_ADDED.get(name, ()), *own)),
        embedding_columns=("claim_id", "claim_line_id") if name in _CLAIMS else (),
        identifier_columns=own,
        identity=identity | (_IDENTITY if own else {}),
    )


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return dict(rows)


_KINDS = tuple(_kind(name) for name in _TABLES)
_EXPECTS = (
    ", ".join(kind.example for kind in _KINDS) + " (investigations may be absent; parts like claim_lines_2023.csv)"
)

SYNTHETIC = Source(
    name="synthetic",
    expects=_EXPECTS,
    example="underwatch ingest-claims --source synthetic --delivery var/deliveries/synthetic",
    kinds=_KINDS,
    tables=_TABLES,
    canonical=_canonical,
)
CANONICAL = Source(
    name="canonical",
    expects=_EXPECTS,
    example="underwatch ingest-claims --source canonical --delivery deliveries/2024-06",
    kinds=_KINDS,
    tables=_TABLES,
    canonical=_canonical,
)

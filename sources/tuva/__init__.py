"""The Tuva Project's input layer: `medical_claim`, `pharmacy_claim` and `eligibility`, as CSV or Parquet.

Column names are those of the input layer's data dictionary; the older ones (`patient_id`, `ms_drg_code`) are read too,
and columns that Underwatch has no use for are left alone. Tuva gives claims as finally adjudicated: one version each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from sources.delivery import Delivery
from sources.named_providers import named_providers
from sources.source import FileKind, Layout, Parse, Source
from sources.tuva import eligibility, medical_claim, pharmacy_claim

_ALIASES = {"patient_id": "person_id", "ms_drg_code": "drg_code"}


def _kind(name: str, table: str, columns: tuple[str, ...], required: tuple[str, ...], parse: Parse) -> FileKind:
    return FileKind(
        name=name,
        pattern=re.compile(rf"{name}s?(?:[_-][0-9A-Za-z_-]+)?\.(?:csv|parquet)", re.IGNORECASE),
        columns=columns,
        table=table,
        parse=parse,
        example=f"{name}.csv",
        duplicate_reason="duplicate_row" if name == "eligibility" else "duplicate_claim_line",
        required=name != "pharmacy_claim",
        names_members=name == "eligibility",
        needs_known_member=name != "eligibility",
        layout=Layout(
            optional=tuple(column for column in columns if column not in required),
            aliases=_ALIASES,
            unknown_columns="ignore",
        ),
        member_columns=("person_id", "member_id"),
        embedding_columns=("claim_id",),
        identifier_columns=tuple(eligibility.IDENTITY) if name == "eligibility" else (),
        identity={"person_id": "member_id", "member_id": "member_id"}
        | (eligibility.IDENTITY if name == "eligibility" else {}),
    )


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    built = {
        "members": eligibility.members(rows["eligibility"]),
        "eligibility": eligibility.spans(rows["eligibility"]),
        "claim_lines": medical_claim.lines(rows["medical_claim"]),
    }
    return built | ({"pharmacy_claims": rows["pharmacy_claim"]} if "pharmacy_claim" in rows else {})


def _derive(staged: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {"providers": named_providers(staged["claim_lines"], F.lit(None).cast("string"), npi=True)}


TUVA = Source(
    name="tuva",
    expects="medical_claim, eligibility and, where there are any, pharmacy_claim of the Tuva layer, CSV or Parquet",
    example="underwatch ingest-claims --source tuva --delivery exports/tuva",
    kinds=(
        _kind("eligibility", "eligibility", eligibility.COLUMNS, eligibility.REQUIRED, eligibility.parse),
        _kind("medical_claim", "claim_lines", medical_claim.COLUMNS, medical_claim.REQUIRED, medical_claim.parse),
        _kind(
            "pharmacy_claim", "pharmacy_claims", pharmacy_claim.COLUMNS, pharmacy_claim.REQUIRED, pharmacy_claim.parse
        ),
    ),
    tables=("members", "eligibility", "providers", "claim_lines", "pharmacy_claims"),
    canonical=_canonical,
    derive=_derive,
)

"""CMS Research Identifiable Files: pipe-separated claim lines by kind of claim, and beneficiaries by year.

`layout` holds names and columns, `fields` what the claim files have in common, the other files one kind each.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from sources.delivery import Delivery
from sources.rif import beneficiaries, drug_events, institutional, layout, professional
from sources.rif.providers import providers
from sources.source import FileKind, Parse, Source


def _claims(
    name: str, columns: tuple[str, ...], required: tuple[str, ...], parse: Parse, table: str = "claim_lines"
) -> FileKind:
    return FileKind(
        name=name,
        pattern=layout.pattern(name),
        columns=columns,
        table=table,
        parse=parse,
        example=f"{name}.csv",
        duplicate_reason="duplicate_claim_line",
        required=False,
        may_be_empty=True,  # an extract has every kind of claim, also those that nobody of the cohort had
        needs_known_member=True,
        layout=layout.layout(columns, required),
        member_columns=("BENE_ID",),
        identity={"BENE_ID": "member_id"},
    )


_INSTITUTIONAL = tuple(
    _claims(kind, layout.INSTITUTIONAL, layout.INSTITUTIONAL_REQUIRED, institutional.parser(kind))
    for kind in institutional.CLAIM_TYPES
)
_PROFESSIONAL = tuple(
    _claims(kind, layout.PROFESSIONAL, layout.PROFESSIONAL_REQUIRED, professional.parser(kind))
    for kind in ("carrier", "dme")
)


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    claims = {kind: frame for kind, frame in rows.items() if kind != "beneficiary"}
    built = {
        "members": beneficiaries.members(rows["beneficiary"]),
        "eligibility": beneficiaries.eligibility(rows["beneficiary"]),
    }
    if claims:
        built["providers"] = providers(claims)
    lines = [_conformed(frame) for kind, frame in claims.items() if kind != "pde"]
    if lines:
        built["claim_lines"] = reduce(DataFrame.union, lines)
    if "pde" in claims:
        built["pharmacy_claims"] = claims["pde"]
    return built


def _conformed(lines: DataFrame) -> DataFrame:
    """All columns of claim_lines but the batch; what a kind of claim does not know is null."""
    columns = [column for column in TABLES["claim_lines"].columns if column.name not in ("source", "batch_id")]
    return lines.select(
        *[(F.col(c.name) if c.name in lines.columns else F.lit(None)).cast(c.type).alias(c.name) for c in columns]
    )


RIF = Source(
    name="rif",
    expects=(
        "CMS Research Identifiable Files, pipe-separated: beneficiary_YYYY and, where there are any, inpatient, snf, "
        "hospice, hha, outpatient, carrier, dme and pde"
    ),
    example="underwatch ingest-claims --source rif --delivery extracts/rif",
    kinds=(
        FileKind(
            name="beneficiary",
            pattern=layout.pattern("beneficiary", r"(?:[_-][0-9]+)*"),
            columns=layout.BENEFICIARY,
            table="members",
            parse=beneficiaries.parse,
            example="beneficiary_2020.csv",
            duplicate_reason="duplicate_beneficiary",
            names_members=True,
            merged=True,
            layout=layout.BENEFICIARY_LAYOUT,
            member_columns=("BENE_ID",),
            identifier_columns=layout.IDENTIFIERS,
            identity={"BENE_ID": "member_id"} | layout.IDENTITY,
        ),
        *_INSTITUTIONAL,
        *_PROFESSIONAL,
        _claims("pde", layout.DRUG_EVENTS, layout.DRUG_EVENT_REQUIRED, drug_events.parse, "pharmacy_claims"),
    ),
    tables=("members", "eligibility", "providers", "claim_lines", "pharmacy_claims"),
    canonical=_canonical,
    continues=("claim_lines", "pharmacy_claims"),
)

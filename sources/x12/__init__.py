"""X12 interchanges of health insurance: claims (837), remittance advices (835) and enrolments (834).

`interchange` and `envelope` take a file apart, `claims`, `remittances` and `enrolments` read one kind of transaction
each, and the rest turns what they found into canonical tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from sources.delivery import Delivery
from sources.source import FileKind, Source
from sources.x12 import claim_lines, payments, people
from sources.x12.adjudication import adjudicated
from sources.x12.party import IDENTITY
from sources.x12.records import kind_of
from sources.x12.submissions import submissions

_ANY = re.compile(r"[^.]+|.+\.(?:txt|edi|x12|837|835|834)", re.IGNORECASE)
_IDENTITY = {"member_id": "member_id"} | IDENTITY


def _is(kind: str, path: Path) -> bool:
    return kind_of(path) == kind


def _accepts(kind: str) -> Callable[[Path], bool]:
    return partial(_is, kind)


def _canonical(rows: Mapping[str, DataFrame], delivery: Delivery) -> dict[str, DataFrame]:
    claims, paid, enrolled = rows.get("claims"), rows.get("remittances"), rows.get("enrolments")
    built: dict[str, DataFrame] = {}
    if enrolled is not None or claims is not None:
        built["members"] = people.members(enrolled, claims)
    if enrolled is not None:
        built["eligibility"] = people.eligibility(enrolled)
    earlier = delivery.earlier
    if claims is not None:
        built["claim_submissions"] = submissions(claims)
        built["claim_lines"] = _conformed(claim_lines.lines(claims))
        built["providers"] = people.providers(claims, built["claim_lines"])
    if paid is not None:
        built["remittances"] = payments.remittances(paid, claims, earlier.get("claim_submissions"))
    lines = built.get("claim_lines", _none_of(earlier, "claim_lines"))
    advices = built.get("remittances", _none_of(earlier, "remittances"))
    if lines is not None and advices is not None:
        built["claim_lines"] = lines.unionByName(adjudicated(lines, advices, earlier))
    return built


def _none_of(earlier: Mapping[str, DataFrame], table: str) -> DataFrame | None:
    """No rows, in the columns of a table that an earlier batch holds: what this delivery says nothing of."""
    return earlier[table].where(F.lit(False)).drop("source", "batch_id") if table in earlier else None


def _conformed(lines: DataFrame) -> DataFrame:
    """The columns of claim_lines but the batch."""
    columns = [column for column in TABLES["claim_lines"].columns if column.name not in ("source", "batch_id")]
    return lines.select(*[F.col(column.name).cast(column.type).alias(column.name) for column in columns])


X12 = Source(
    name="x12",
    expects=(
        "X12 interchanges in files named .txt, .edi, .x12, .837, .835, .834 or without extension: claims "
        "(837P and 837I), remittance advices (835) and enrolments (834), one kind to a file"
    ),
    example="underwatch ingest-claims --source x12 --delivery downloads/x12",
    kinds=(
        FileKind(
            name="claims",
            pattern=_ANY,
            columns=(),
            table="claim_lines",
            parse=claim_lines.parse,
            example="claims.837",
            duplicate_reason="duplicate_claim_line",
            required=False,
            may_be_empty=True,
            names_members=True,
            read=claim_lines.read,
            accepts=_accepts("claims"),
            member_columns=("subscriber_id", "member_id", "match_number", "original_match", "provider_person"),
            embedding_columns=("claim_number", "original_number"),
            identifier_columns=tuple(IDENTITY),
            identity=_IDENTITY,
        ),
        FileKind(
            name="remittances",
            pattern=_ANY,
            columns=(),
            table="remittances",
            parse=payments.parse,
            example="payments.835",
            required=False,
            may_be_empty=True,
            read=payments.read,
            accepts=_accepts("remittances"),
            member_columns=("subscriber_id", "match_number", "payee_person"),
            embedding_columns=("patient_control_number", "payer_control_number"),
        ),
        FileKind(
            name="enrolments",
            pattern=_ANY,
            columns=(),
            table="members",
            parse=people.parse,
            example="members.834",
            required=False,
            may_be_empty=True,
            names_members=True,
            merged=True,
            read=people.read,
            accepts=_accepts("enrolments"),
            member_columns=("subscriber_id", "member_id", "policy_number"),
            identifier_columns=tuple(IDENTITY),
            identity=_IDENTITY,
        ),
    ),
    tables=("members", "eligibility", "providers", "claim_lines", "claim_submissions", "remittances"),
    canonical=_canonical,
    continues=("claim_lines", "claim_submissions", "remittances"),
    independent_files=True,
)

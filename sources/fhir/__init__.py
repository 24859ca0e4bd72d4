"""FHIR ExplanationOfBenefit, as CARIN Blue Button payers and the CMS Blue Button (R4 and STU3) write it: single
resources, Bundles, and NDJSON as bulk exports give it. Patients in the same files describe members.
"""

from __future__ import annotations

import re

from sources.fhir.reader import read_files, read_ndjson
from sources.fhir.rows import canonical, parse
from sources.source import FileKind, Read, Source


def _kind(name: str, endings: str, read: Read, example: str) -> FileKind:
    return FileKind(
        name=name,
        pattern=re.compile(rf".+\.(?:{endings})", re.IGNORECASE),
        columns=(),
        table="claim_lines",
        more_tables=("pharmacy_claims", "members"),
        parse=parse,
        example=example,
        duplicate_reason="duplicate_claim_line",
        required=False,
        names_members=True,
        read=read,
        embedding_columns=("claim_id", "resource_id"),
    )


FHIR = Source(
    name="fhir",
    expects="ExplanationOfBenefit resources as .json (one resource or a Bundle), .ndjson or .jsonl (one a line)",
    example="underwatch ingest-claims --source fhir --delivery exports/fhir",
    kinds=(
        _kind("json", "json", read_files, "explanation_of_benefit.json"),
        _kind("ndjson", "ndjson|jsonl", read_ndjson, "ExplanationOfBenefit.ndjson"),
    ),
    tables=("members", "providers", "claim_lines", "pharmacy_claims"),
    canonical=canonical,
    independent_files=True,
)

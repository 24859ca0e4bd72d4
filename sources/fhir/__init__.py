"""FHIR ExplanationOfBenefit, as CARIN Blue Button payers and the CMS Blue Button (R4 and STU3) write it: single
resources, Bundles, and NDJSON as bulk exports give it. Patients in the same files describe members.
"""

from __future__ import annotations

import re

from sources.fhir.patient import IDENTITY
from sources.fhir.reader import read
from sources.fhir.rows import canonical, parse
from sources.source import FileKind, Source

FHIR = Source(
    name="fhir",
    expects="ExplanationOfBenefit resources as .json (one resource or a Bundle), .ndjson or .jsonl (one a line)",
    example="underwatch ingest-claims --source fhir --delivery exports/fhir",
    kinds=(
        FileKind(
            name="resources",
            pattern=re.compile(r".+\.(?:json|ndjson|jsonl)", re.IGNORECASE),
            columns=(),
            table="claim_lines",
            more_tables=("pharmacy_claims", "members"),
            parse=parse,
            example="ExplanationOfBenefit.ndjson",
            duplicate_reason="duplicate_claim_line",
            names_members=True,
            read=read,
            embedding_columns=("claim_id", "resource_id"),
            identifier_columns=tuple(IDENTITY),
            identity={"member_id": "member_id"} | IDENTITY,
        ),
    ),
    tables=("members", "providers", "claim_lines", "pharmacy_claims"),
    canonical=canonical,
    continues=("claim_lines", "pharmacy_claims"),
    independent_files=True,
)

"""CMS DE-SynPUF 2008-2010: the public synthetic Medicare files, as they are downloaded (plain or zipped).

A delivery is a folder with the files of one sample or several. `layout` holds names and columns, `samples` what
belongs together, the other files one kind of claim each.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from catalog import TABLES
from sources.delivery import Delivery
from sources.desynpuf import beneficiaries, carrier, drug_events, institutional, layout
from sources.desynpuf.providers import providers
from sources.desynpuf.samples import check_samples
from sources.source import FileKind, Parse, Source


def _claims(name: str, part: str, columns: tuple[str, ...], parse: Parse, table: str = "claim_lines") -> FileKind:
    return FileKind(
        name=name,
        pattern=layout.pattern(f"2008_to_2010_{part}"),
        columns=columns,
        table=table,
        parse=parse,
        example=f"DE1_0_2008_to_2010_{part}_Sample_1.csv",
        duplicate_reason="duplicate_claim_line",
        required=False,  # a sample may describe members only; check_samples asks for what belongs together
        needs_known_member=True,
        member_columns=("DESYNPUF_ID",),
        identity={"DESYNPUF_ID": "member_id"},
    )


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    built = {
        "members": beneficiaries.members(rows["beneficiaries"]),
        "eligibility": beneficiaries.eligibility(rows["beneficiaries"]),
    }
    lines = [institutional.lines(rows[kind], kind) for kind in ("inpatient", "outpatient") if kind in rows]
    lines += [carrier.lines(rows["carrier"])] if "carrier" in rows else []
    if lines:
        built["claim_lines"] = reduce(DataFrame.union, [_conformed(part) for part in lines])
    if "drug_events" in rows:
        built["pharmacy_claims"] = drug_events.fills(rows["drug_events"])
    return built


def _conformed(lines: DataFrame) -> DataFrame:
    """All columns of claim_lines but the batch; what a kind of claim does not know is null."""
    columns = [column for column in TABLES["claim_lines"].columns if column.name not in ("source", "batch_id")]
    return lines.select(
        *[(F.col(c.name) if c.name in lines.columns else F.lit(None)).cast(c.type).alias(c.name) for c in columns]
    )


def _derive(staged: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    return {"providers": providers(staged["claim_lines"])} if "claim_lines" in staged else {}


DESYNPUF = Source(
    name="desynpuf",
    expects=(
        "the CMS DE-SynPUF files of a sample under their own names, plain or zipped: three beneficiary summaries, "
        "inpatient, outpatient and carrier claims, prescription drug events"
    ),
    example="underwatch ingest-claims --source desynpuf --delivery downloads/desynpuf",
    kinds=(
        FileKind(
            name="beneficiaries",
            pattern=layout.pattern(r"20\d\d_Beneficiary_Summary_File"),
            columns=layout.BENEFICIARY,
            table="members",
            parse=beneficiaries.parse,
            example="DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv",
            duplicate_reason="duplicate_beneficiary",
            names_members=True,
            merged=True,
            member_columns=("DESYNPUF_ID",),
            identity={"DESYNPUF_ID": "member_id"},
        ),
        _claims("inpatient", "Inpatient_Claims", layout.INPATIENT, institutional.parse_inpatient),
        _claims("outpatient", "Outpatient_Claims", layout.OUTPATIENT, institutional.parse_outpatient),
        _claims("carrier", "Carrier_Claims", layout.CARRIER, carrier.parse),
        _claims("drug_events", "Prescription_Drug_Events", layout.DRUG_EVENTS, drug_events.parse, "pharmacy_claims"),
    ),
    tables=("members", "eligibility", "providers", "claim_lines", "pharmacy_claims"),
    canonical=_canonical,
    derive=_derive,
    check=check_samples,
)

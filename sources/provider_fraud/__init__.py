"""The public "Healthcare Provider Fraud Detection Analysis" files: claims of 2009 with a label for some providers.

A delivery is a folder with the train files, the test files or both, under their own names (`Train-1542865627584.csv`,
`Train_Inpatientdata-...`, `Test_Beneficiarydata-...`). The claims are DE-SynPUF claims re-keyed; who decided the
labels, when and why is unknown. They are the benchmark everyone uses, not evidence about real fraud.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame

from catalog.errors import BadDelivery
from sources.delivery import Delivery
from sources.named_providers import named_providers
from sources.provider_fraud import beneficiaries, claims, labels
from sources.source import FileKind, Layout, Parse, Source

_NA = ("NA",)


def _kind(name: str, part: str, table: str, columns: tuple[str, ...], parse: Parse, **more: object) -> FileKind:
    return FileKind(
        name=name,
        pattern=re.compile(rf"{part}-\d+\.csv", re.IGNORECASE),
        columns=columns,
        table=table,
        parse=parse,
        example=f"{part.replace('(?:Train|Test)', 'Train')}-1542865627584.csv",
        member_columns=("BeneID",),
        identity={"BeneID": "member_id"},
        **more,  # type: ignore[arg-type]
    )


def _claims(name: str, part: str, columns: tuple[str, ...], parse: Parse) -> FileKind:
    return _kind(
        name,
        part,
        "claim_lines",
        columns,
        parse,
        layout=Layout(nulls=_NA, unknown_columns="ignore"),
        duplicate_reason="duplicate_claim_line",
        required=False,
        needs_known_member=True,
    )


def _canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    built = {
        "members": beneficiaries.members(rows["beneficiaries"]),
        "eligibility": beneficiaries.eligibility(rows["beneficiaries"]),
    }
    lines = [claims.lines(rows[kind], kind) for kind in ("inpatient", "outpatient") if kind in rows]
    built["claim_lines"] = reduce(DataFrame.unionByName, lines)
    built["providers"] = named_providers(built["claim_lines"])
    if "listed" in rows:
        built["providers"] = labels.with_listed(built["providers"], rows["listed"])
    if "labels" in rows:
        built["investigations"] = labels.investigations(rows["labels"])
    return built


def _check(delivery: Delivery) -> None:
    if not delivery.of_kind("inpatient") and not delivery.of_kind("outpatient"):
        raise BadDelivery(
            f"the delivery {delivery.batch_id} holds no claims; add Train_Inpatientdata-... or Test_Outpatientdata-..."
        )


PROVIDER_FRAUD = Source(
    name="provider_fraud",
    expects=(
        "the Train and Test files of the public provider-fraud data under their own names: providers with or without "
        "PotentialFraud, beneficiaries, inpatient and outpatient claims"
    ),
    example="underwatch ingest-claims --source provider_fraud --delivery downloads/provider_fraud",
    kinds=(
        _kind(
            "beneficiaries",
            "(?:Train|Test)_Beneficiarydata",
            "members",
            beneficiaries.COLUMNS,
            beneficiaries.parse,
            layout=Layout(nulls=_NA, unknown_columns="ignore"),
            names_members=True,
            merged=True,
        ),
        _claims("inpatient", "(?:Train|Test)_Inpatientdata", claims.INPATIENT, claims.parse_inpatient),
        _claims("outpatient", "(?:Train|Test)_Outpatientdata", claims.OUTPATIENT, claims.parse_outpatient),
        _kind("labels", "Train", "investigations", labels.LABELLED, labels.parse_labelled, required=False),
        _kind("listed", "Test", "providers", labels.LISTED, labels.parse_listed, required=False),
    ),
    tables=("members", "eligibility", "providers", "claim_lines", "investigations"),
    canonical=_canonical,
    check=_check,
)

"""Which samples a DE-SynPUF delivery holds, and whether each is whole."""

from __future__ import annotations

from collections import defaultdict

from catalog.errors import BadDelivery
from sources.delivery import DeliveredFile, Delivery

_YEARS = ("2008", "2009", "2010")
_CLAIMS = {
    "inpatient": "DE1_0_2008_to_2010_Inpatient_Claims_Sample_{sample}.csv",
    "outpatient": "DE1_0_2008_to_2010_Outpatient_Claims_Sample_{sample}.csv",
    "carrier": "DE1_0_2008_to_2010_Carrier_Claims_Sample_{sample}A.csv",
    "drug_events": "DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_{sample}.csv",
}


def sample_of(file: DeliveredFile) -> str:
    """Suffix of the sample; carrier claims come in parts A and B of a sample."""
    suffix = _suffix(file)
    return suffix[:-1] if _part(file) else suffix


def check_samples(delivery: Delivery) -> None:
    """A sample with claims must have all its claim files and its three beneficiary summaries; a sample without any
    claim file describes members only. Raises BadDelivery naming the file that is not there."""
    for sample, names in _names(delivery).items():
        wanted = [text.format(sample=sample) for text in _CLAIMS.values()]
        wanted += [f"DE1_0_{year}_Beneficiary_Summary_File_Sample_{sample}.csv" for year in _YEARS]
        if any(_part(file) == "A" for file in names):
            wanted.append(f"DE1_0_2008_to_2010_Carrier_Claims_Sample_{sample}B.csv")
        present = {_base(file).lower().replace(" - copy", "") for file in names}
        if not any(file.kind.name in _CLAIMS for file in names):
            continue
        whole_carrier = f"DE1_0_2008_to_2010_Carrier_Claims_Sample_{sample}.csv".lower() in present
        missing = [name for name in wanted if name.lower() not in present and not (whole_carrier and "Carrier" in name)]
        if missing:
            raise BadDelivery(
                f"sample {sample} of the delivery lacks {', '.join(missing)}; download the file (or its zip) from CMS "
                "and put it into the folder"
            )


def beneficiary_files_with_claims(delivery: Delivery) -> list[str]:
    """Names of the beneficiary files whose sample brings its claims."""
    return [
        file.name
        for names in _names(delivery).values()
        if any(file.kind.name in _CLAIMS for file in names)
        for file in names
        if file.kind.name == "beneficiaries"
    ]


def _names(delivery: Delivery) -> dict[str, list[DeliveredFile]]:
    samples: dict[str, list[DeliveredFile]] = defaultdict(list)
    for file in delivery.files:
        samples[sample_of(file)].append(file)
    return dict(sorted(samples.items()))


def _suffix(file: DeliveredFile) -> str:
    match = file.kind.pattern.fullmatch(_base(file))
    return match.group("sample") if match else ""


def _part(file: DeliveredFile) -> str:
    """A or B for a part of the carrier claims, else nothing."""
    last = _suffix(file)[-1:].upper()
    return last if file.kind.name == "carrier" and last in ("A", "B") else ""


def _base(file: DeliveredFile) -> str:
    return file.name.rsplit("/", 1)[-1]

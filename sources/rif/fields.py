"""What the claim files have in common: dates as 17-Jan-1942, a header repeated on every line, groups of versions."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sources.claim_versions import ORIGINAL, REPLACEMENT, VOID
from sources.delivery import Delivery
from sources.desynpuf.ssa_states import FACILITY_STATES, state_of
from sources.fields import Field
from sources.rif.layout import numbered

LINES = 9_999
_ICD_10_FROM = "2015-10-01"


def day(name: str, required: bool = False) -> Field:
    return Field(name, "date", required, date_format="dd-MMM-yyyy")


def money(name: str, required: bool = False) -> Field:
    return Field(name, "money", required)


def no_amount() -> Column:
    return F.lit(None).cast("decimal(14,2)")


def dollars(name: str) -> Column:
    """An amount, 0 where the file gives none."""
    return F.coalesce(money(name).value, F.lit(0).cast("decimal(14,2)"))


def claim_id(kind: str, own: str) -> Column:
    """The claim, the same for all versions: the kind of file and the group of versions, or the claim's own id where the
    file has no groups. Ids of different files may coincide, so the kind is part of it."""
    return F.concat(F.lit(f"{kind}-"), F.coalesce("CLM_GRP_ID", own))


def earlier_of(delivery: Delivery, table: str) -> list[DataFrame]:
    """What other batches hold of a table, where they hold any of it."""
    return [delivery.earlier[table]] if table in delivery.earlier else []


def frequency(voids: Column, replaces: Column) -> Column:
    """1, 7 or 8, of what the kind of file says about voids and replacements and of DML_IND, what became of the record
    since the last extract."""
    changed = F.upper("DML_IND")
    return (
        F.when(F.coalesce(voids, F.lit(False)) | (F.coalesce(changed, F.lit("")) == "DELETE"), VOID)
        .when(F.coalesce(replaces, F.lit(False)) | (F.coalesce(changed, F.lit("")) == "UPDATE"), REPLACEMENT)
        .otherwise(ORIGINAL)
    )


def diagnoses(count: int) -> Column:
    """Diagnoses of the claim, principal first, each once, without dots."""
    codes = F.array(*[F.col(name) for name in ("PRNCPAL_DGNS_CD", *numbered("ICD_DGNS_CD", count))])
    plain = F.transform(codes, lambda code: F.upper(F.regexp_replace(code, r"[.\s]", "")))
    return F.array_distinct(F.filter(plain, lambda code: code.isNotNull()))


def diagnosis_code_type(through: Column) -> Column:
    """By the version code (9 is ICD-9-CM, 0 ICD-10-CM); without one by the day ICD-10-CM came into force."""
    version = F.coalesce("PRNCPAL_DGNS_VRSN_CD", "ICD_DGNS_VRSN_CD1")
    by_date = F.when(through < F.lit(_ICD_10_FROM).cast("date"), "icd-9-cm").otherwise("icd-10-cm")
    return F.when(version == "9", "icd-9-cm").when(version == "0", "icd-10-cm").otherwise(by_date)


def within(text: Column, start: Column, end: Column, otherwise: Column) -> Column:
    """A date of a line where it lies within its claim."""
    return F.when(text.between(start, end), text).otherwise(otherwise)


def provider_state() -> Column:
    return state_of(F.lpad("PRVDR_STATE_CD", 2, "0"), FACILITY_STATES)


def once_per_claim(rows: DataFrame, *amounts: str) -> DataFrame:
    """Amounts of a whole claim, which every line repeats, on its first usable line and 0 on the others. A claim none
    of whose lines can be used is rejected with its dollars, so they stand on the first line that tells them."""
    usable = F.col("failure").isNull()
    lines = Window.partitionBy("file_name", "record_id", F.when(usable, F.col("processed")), usable)
    order = (F.col("paid_amount").isNull(), F.col("claim_line_number"), F.col("row_number"))
    has_usable = F.max(usable).over(Window.partitionBy("file_name", "record_id"))
    bears = (F.row_number().over(lines.orderBy(*order)) == 1) & (usable | ~has_usable)
    zero = F.lit(0).cast("decimal(14,2)")
    return rows.withColumns(
        {name: F.when(~bears & F.col(name).isNotNull(), zero).otherwise(F.col(name)) for name in amounts}
    )

"""Names of claims and numbers of their submissions, within a delivery and on from those of other batches.

- claim_id is billing provider, patient control number (CLM01), first day and a part of the member's token. Providers
  number independently of each other, many use one number per patient for every month's bill, and a claim sent again
  for another member is another claim. An original of the same claim_id with other services or charges is kept as a
  claim of its own (`-2` follows its id), as who bills twice should be seen; one with the same is a duplicate.
- A replacement (7) or void (8) is one of the claim that was paid under the payer's number REF*F8 gives, where an
  earlier batch holds one such payment. Else it keeps the first day of its original where exactly one original of that
  provider, number and member was known; a correction may move the day. Else, under another number, it is one of the
  original that REF*F8 names by its patient control number.
- claim_version is 1 for the original, 11 for the first replacement or void, 21 for the second. The numbers between are
  the payments of each (see adjudication).
- Of other batches only what was known on the claim's own day is looked at: a batch read again gives the same names.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sources.claim_versions import ORIGINAL, continued

STEP = 10
"""Versions from one submission of a claim to the next."""

_SAME = ("provider_id", "match_number", "member_id")
_SERVICE = (
    *("service_from", "service_through", "revenue_center_code", "hcpcs_code", "hcpcs_modifier_1"),
    *("service_unit_quantity", "charge_amount"),
)
"""What makes two lines the same service."""


def with_claim_ids(rows: DataFrame, earlier: Mapping[str, DataFrame]) -> DataFrame:
    """Adds `claim_id` to claims as read."""
    originals = _originals(rows, earlier.get("claim_submissions"))
    referred = originals.withColumnsRenamed({"match_number": "original_match", "originals": "referred"})
    paid = _paid(earlier)
    known = rows.join(originals, list(_SAME), "left").join(
        referred, ["provider_id", "original_match", "member_id"], "left"
    )
    if paid is not None:
        known = known.join(paid, ["provider_id", "original_number", "member_id"], "left")
    own, reference = _day("originals"), _day("referred")
    moved = F.when(F.col("frequency") != ORIGINAL, F.coalesce(own, reference))
    by_reference = (F.col("frequency") != ORIGINAL) & own.isNull() & reference.isNotNull()
    named = F.concat_ws(
        "-",
        "provider_id",
        F.when(by_reference, F.col("original_number")).otherwise(F.col("claim_number")),
        F.date_format(F.coalesce(moved, "first_day"), "yyyyMMdd"),
        F.right("member_id", F.lit(6)),
    )
    claim = named if paid is None else F.coalesce(_by_payer_number(), named)
    return known.withColumn("claim_id", claim).drop("originals", "referred", "paid_claims")


def _originals(rows: DataFrame, submissions: DataFrame | None) -> DataFrame:
    """By provider, number and member the first days of the originals, with the day they were known: null for those of
    the delivery itself, which count whenever they were received."""
    usable = F.col("broken").isNull() & (F.col("frequency") == ORIGINAL)
    told = rows.where(usable).select(*_SAME, F.lit(None).cast("date").alias("known"), F.col("first_day").alias("day"))
    if submissions is not None:
        theirs = submissions.where(F.col("claim_frequency_code") == ORIGINAL)
        number = F.col("claim_number_token").alias("match_number")
        told = told.union(theirs.select("provider_id", number, "member_id", "known_date", "first_day"))
    return told.groupBy(*_SAME).agg(F.collect_set(F.struct("known", "day")).alias("originals"))


def _day(originals: str) -> Column:
    """The own first day where an original has it, else that of the only original; null where there are several."""
    until = F.filter(originals, lambda told: told["known"].isNull() | (told["known"] <= F.col("known_date")))
    days = F.array_distinct(F.transform(until, lambda told: told["day"]))
    own = F.when(F.array_contains(days, F.col("first_day")), F.col("first_day"))
    return F.coalesce(own, F.when(F.size(days) == 1, days[0]))


def _paid(earlier: Mapping[str, DataFrame]) -> DataFrame | None:
    """By provider, member and the payer's number the claims that other batches paid under it, and when."""
    if not {"remittances", "claim_submissions"} <= set(earlier):
        return None
    paid = earlier["remittances"].where("matched and payer_control_number is not null")
    claims = earlier["claim_submissions"].groupBy("claim_id")
    whose = claims.agg(F.max("provider_id").alias("provider_id"), F.max("member_id").alias("member_id"))
    number = F.col("payer_control_number").alias("original_number")
    return (
        paid.select(number, "claim_id", "paid_date")
        .join(whose, "claim_id")
        .groupBy("provider_id", "original_number", "member_id")
        .agg(F.collect_set(F.struct("paid_date", "claim_id")).alias("paid_claims"))
    )


def _by_payer_number() -> Column:
    until = F.filter("paid_claims", lambda paid: paid["paid_date"] <= F.col("known_date"))
    claims = F.array_distinct(F.transform(until, lambda paid: paid["claim_id"]))
    return F.when((F.col("frequency") != ORIGINAL) & (F.size(claims) == 1), claims[0])


def with_submissions(rows: DataFrame, earlier: DataFrame | None) -> DataFrame:
    """Adds `submission`: 0 for an original, then 1, 2, ... by day received, and `is_late` (see continued). The same
    replacement twice has one number, so that its second copy is a duplicate and not a further version. An original of
    other services than the first one of its claim_id gets a claim_id of its own; `shared_id` is the one before.
    `content` is a hash of what makes two submissions the same."""
    original = F.col("frequency") == ORIGINAL
    services = F.transform("lines", lambda line: F.struct(*[line[name] for name in _SERVICE]))
    content = F.when(original, F.xxhash64(services)).otherwise(F.xxhash64("frequency", "lines", "diagnosis_codes"))
    rows = rows.withColumns(
        {
            "shared_id": F.col("claim_id"),
            "content": content,
            "is_original": original,
            "is_usable": F.col("broken").isNull(),
        }
    )
    claim = ["claim_id", "is_original", "is_usable"]
    sent = F.min("known_date").over(Window.partitionBy(*claim, "content"))
    order = Window.partitionBy(*claim).orderBy("sent", "frequency", "content")
    placed = rows.withColumn("sent", sent).withColumn("place", F.dense_rank().over(order).cast("int"))
    place, late = F.col("place"), F.lit(False)
    if earlier is not None:
        placed = placed.join(_numbers(placed, earlier), [*claim, "content"], "left")
        place, late = F.coalesce("number", "place"), F.col("is_late")
    apart = F.when(original & (place > 1), F.concat_ws("-", "claim_id", place)).otherwise(F.col("claim_id"))
    submission = F.when(original, 0).otherwise(place)
    made = ("sent", "place", "number", "is_original", "is_usable")
    return placed.withColumns({"is_late": late, "submission": submission, "claim_id": apart}).drop(*made)


def _numbers(placed: DataFrame, earlier: DataFrame) -> DataFrame:
    """number and is_late by claim_id, is_original, is_usable and content. Originals that share an id, and what replaces
    or voids a claim, are two series of numbers."""

    def series(claim: str, original: Column) -> Column:
        return F.concat(claim, F.when(original, "/originals").otherwise("/changes"))

    own = placed.where("is_usable").groupBy("claim_id", "is_original", "content")
    own_versions = own.agg(
        F.min("sent").alias("known_date"), F.min("frequency").alias("frequency"), F.lit(0).alias("first")
    ).withColumnRenamed("claim_id", "named")
    is_original = F.col("claim_frequency_code") == ORIGINAL
    after = F.expr("try_cast(substring(claim_id, length(shared_id) + 2) as int)")
    theirs = earlier.select(
        F.when(is_original, series("shared_id", is_original))
        .otherwise(series("claim_id", is_original))
        .alias("claim_id"),
        "known_date",
        F.col("claim_frequency_code").alias("frequency"),
        "content",
        F.when(is_original, F.coalesce(after, F.lit(1))).otherwise((F.col("claim_version") - 1) / STEP).alias("number"),
    )
    numbered = continued(
        own_versions.withColumn("claim_id", series("named", F.col("is_original"))),
        theirs, ["content"], ["known_date", "frequency", "content"],
    )  # fmt: skip
    return numbered.select(
        F.col("named").alias("claim_id"), "is_original", F.lit(True).alias("is_usable"), "content", "number", "is_late"
    )


def submissions(claims: DataFrame) -> DataFrame:
    """The table claim_submissions of accepted claims."""
    return claims.select(
        "claim_id", "claim_version", F.col("frequency").alias("claim_frequency_code"), "shared_id", "content",
        F.col("claim_number").alias("patient_control_number"), F.col("match_number").alias("claim_number_token"),
        "provider_id", "provider_tax_id", F.col("provider_person").alias("provider_person_token"),
        F.col("subscriber_id").alias("subscriber_id"), "member_id", "first_day",
        F.array_min("lines.service_from").cast("date").alias("first_service_date"),
        F.transform("lines", lambda line: line["hcpcs_code"]).alias("hcpcs_codes"),
        "known_date", "file_name", "row_number",
    )  # fmt: skip

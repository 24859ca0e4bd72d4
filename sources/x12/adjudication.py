"""What payments make of claims: further versions of their lines, each known from the day it was paid.

As of a day before, the claim still stands as submitted and unpaid. A reversal makes a version in which what it takes
back is gone; a correction paid on the same day makes one version with it, as a day is the finest that anyone asks for.
A replacement does not take back what was paid for its original: until it is paid itself it has a version with that.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sources.x12.submissions import STEP

VOID = "8"
"""CLM05-3."""


def adjudicated(
    claim_lines: DataFrame, remittances: DataFrame, earlier: Mapping[str, DataFrame] | None = None
) -> DataFrame:
    """Further versions of `claim_lines` (columns as given), one for each day on which `remittances` paid the claim, and
    one for a replacement received after a payment (paid_date null: it is not adjudicated).

    A version restates the latest submission received by its day, with everything paid for the claim up to it: the sum
    over payments and reversals. Payments of the claim as a whole, or of a line that the submission lacks, stand on its
    first line, so that the lines add up to what was paid. Allowed is what the last payment that was not reversed said.
    As of any day the latest version of a claim is paid what was paid for it up to that day, unless it was voided.

    `earlier` are claim_lines and remittances of other batches: claims and payments that meet across batches make their
    versions in the batch that brings the later of the two, see `_after_others`.
    """
    lines = claim_lines.withColumn("is_own", F.lit(True))
    # Days of payment, narrow and few beside the lines, are looked at many times below: Spark would find the claim of
    # each payment again every time, and plans of plans grow faster than the data.
    paid = _payments(remittances, F.lit(True)).localCheckpoint()
    told = None
    if earlier and "claim_lines" in earlier:
        touched = claim_lines.select("claim_id").union(paid.select("claim_id")).distinct()
        theirs = earlier["claim_lines"].join(touched, "claim_id", "left_semi")
        told = theirs.where(~_is_submission())
        submitted = theirs.where(_is_submission()).select(*claim_lines.columns, F.lit(False).alias("is_own"))
        lines = lines.unionByName(submitted)
        if "remittances" in earlier:
            # A row made of a payment in another batch names that batch: this one has no such file.
            where = F.concat_ws("/", "batch_id", "file_name")
            others = earlier["remittances"].join(touched, "claim_id", "left_semi").withColumn("file_name", where)
            paid = paid.unionByName(_payments(others, F.lit(False)))
    restated = _restated(lines, paid).localCheckpoint()
    if told is not None:
        restated = _after_others(restated, told, paid).localCheckpoint()
    return _versions(lines, restated, paid).select(*claim_lines.columns)


def _is_submission() -> Column:
    return F.col("claim_version") % STEP == 1


def _payments(remittances: DataFrame, is_own: Column) -> DataFrame:
    return remittances.where("matched").select(
        "claim_id",
        F.col("paid_date").alias("event_date"),
        F.coalesce("claim_line_number", F.lit(0)).alias("number"),
        F.col("paid_amount").alias("event_paid"),
        F.when(F.col("is_reversal"), F.lit(0)).otherwise(F.col("allowed_amount")).alias("event_allowed"),
        "is_reversal",
        F.struct("file_name", "row_number").alias("event_where"),
        is_own.alias("is_own"),
    )


def _versions(claim_lines: DataFrame, restated: DataFrame, paid: DataFrame) -> DataFrame:
    lines = claim_lines.drop("paid_date", "paid_amount", "allowed_amount", "file_name", "row_number", "is_own")
    return (
        lines.join(restated.drop("numbers"), ["claim_id", "claim_version"])
        .join(_states(restated, paid), ["claim_id", "version", "claim_line_number"], "left")
        .withColumns(
            {
                "claim_version": F.col("version"),
                "claim_line_id": F.concat_ws("-", "claim_id", "claim_line_number", "version"),
                "paid_amount": F.coalesce("paid", F.lit(0)).cast("decimal(14,2)"),
                "allowed_amount": F.col("allowed").cast("decimal(14,2)"),
                "paid_date": F.when(F.col("is_payment"), F.col("restated_date")),
                "known_date": F.greatest("known_date", "until"),
                "file_name": F.col("event_where.file_name"),
                "row_number": F.col("event_where.row_number"),
            }
        )
    )


def _restated(claim_lines: DataFrame, paid: DataFrame) -> DataFrame:
    """One row per claim and day of this delivery that restates it: claim_version of the submission it restates, the
    `version` that makes, the day `until` which payments count, and the line numbers there."""
    submissions = claim_lines.groupBy("claim_id", "claim_version").agg(
        F.min("known_date").alias("submitted"),
        F.collect_set("claim_line_number").alias("numbers"),
        F.first("claim_frequency_code").alias("code"),
        F.max("is_own").alias("is_own"),
    )
    was_there = F.col("submitted") <= F.col("restated_date")
    # A payment dated before any submission can only be of the first one.
    latest = F.struct(was_there, F.when(was_there, F.col("claim_version")).otherwise(-F.col("claim_version")))
    attached = (
        _days(submissions, paid)
        .join(submissions.drop("is_own"), "claim_id")
        .groupBy("claim_id", "restated_date")
        .agg(
            F.max_by(F.struct("claim_version", "submitted", "numbers"), latest).alias("of"),
            *[F.first(name).alias(name) for name in ("event_where", "is_payment", "is_own")],
        )
        .select("claim_id", "restated_date", "event_where", "is_payment", "is_own", "of.*")
    )
    of_submission = Window.partitionBy("claim_id", "claim_version")
    place = F.row_number().over(of_submission.orderBy("restated_date"))
    own_days = F.when(F.col("is_own"), F.col("restated_date"))
    last = F.col("restated_date") == F.max(own_days).over(of_submission)
    # Nine numbers lie between two submissions; of more payments than that the last is told, with the sum of all.
    numbered = attached.withColumns({"place": place, "last": last}).where("is_own")
    version = F.col("claim_version") + F.least("place", F.lit(STEP - 1))
    return (
        numbered.where((F.col("place") < STEP - 1) | F.col("last"))
        .withColumns({"version": version.cast("int"), "until": F.col("restated_date")})
        .drop("place", "last", "is_own")
    )


def _days(submissions: DataFrame, paid: DataFrame) -> DataFrame:
    """One row per claim and day on which it is paid (`is_payment`), or on which a replacement of it is received after a
    payment. `event_where` is the latest payment up to that day. `is_own`: this delivery brings a part of it."""
    own_first = F.max(F.struct("is_own", "event_where"))
    payments = paid.groupBy("claim_id", F.col("event_date").alias("restated_date")).agg(
        own_first["event_where"].alias("event_where"), F.lit(True).alias("is_payment"), F.max("is_own").alias("is_own")
    )
    first = F.min("claim_version").over(Window.partitionBy("claim_id"))
    is_replacement = (F.col("claim_version") > F.col("first")) & (F.col("code") != VOID)
    replacements = submissions.withColumn("first", first).where(is_replacement)
    before = (
        replacements.withColumnRenamed("is_own", "own_claim")
        .join(paid, "claim_id")
        .where("event_date < submitted")
        .groupBy("claim_id", F.col("submitted").alias("restated_date"))
        .agg(
            F.max_by("event_where", F.struct("is_own", "event_date", "event_where")).alias("event_where"),
            F.lit(False).alias("is_payment"),
            F.max(F.col("is_own") | F.col("own_claim")).alias("is_own"),
        )
    )
    return (
        payments.union(before)
        .groupBy("claim_id", "restated_date")
        .agg(
            F.max_by("event_where", "is_payment").alias("event_where"),
            F.max("is_payment").alias("is_payment"),
            F.max("is_own").alias("is_own"),
        )
    )


def _after_others(restated: DataFrame, told: DataFrame, paid: DataFrame) -> DataFrame:
    """`restated` without what another batch tells already, and what comes too late numbered after what is told.

    `told` are the restated lines of other batches. In the order in which things happened every version finds its number
    free. Where another batch has it, with the same day and sum, the day needs no telling. Else this delivery tells of
    an earlier day than one that was told before: its versions follow the last one told, and are known no earlier.
    """
    own = told.withColumn("of", F.col("claim_version") - (F.col("claim_version") - 1) % STEP)
    theirs = own.groupBy("claim_id", "of", F.col("claim_version").alias("version")).agg(
        F.sum("paid_amount").alias("told_paid"), F.max("known_date").alias("told_date")
    )
    highest = theirs.groupBy("claim_id", F.col("of").alias("claim_version")).agg(
        F.max("version").alias("highest"), F.max("told_date").alias("latest")
    )
    sums = restated.select("claim_id", "version", "until").join(paid, "claim_id").where("event_date <= until")
    compared = (
        restated.join(theirs.drop("of"), ["claim_id", "version"], "left")
        .join(
            sums.groupBy("claim_id", "version").agg(F.sum("event_paid").alias("total")), ["claim_id", "version"], "left"
        )
        .join(highest, ["claim_id", "claim_version"], "left")
    )
    known = F.greatest("submitted", "restated_date")
    is_told = (F.col("told_date") == known) & (F.col("told_paid") == F.coalesce("total", F.lit(0)))
    left = compared.where(~F.coalesce(is_told, F.lit(False)))
    of_submission = Window.partitionBy("claim_id", "claim_version")
    first_late = F.min(F.when(F.col("told_date").isNotNull(), F.col("restated_date"))).over(of_submission)
    late = F.coalesce(F.col("restated_date") >= first_late, F.lit(False))
    marked = left.withColumn("late", late)
    each = Window.partitionBy("claim_id", "claim_version", "late")
    rank = F.row_number().over(each.orderBy("restated_date"))
    last = F.col("restated_date") == F.max("restated_date").over(each)
    after = F.col("highest") + F.col("rank")
    most = F.col("claim_version") + STEP - 1
    ranked = marked.withColumns({"rank": rank, "last": last}).where(~F.col("late") | (after < most) | F.col("last"))
    return ranked.withColumns(
        {
            "version": F.when(F.col("late"), F.least(after, most)).otherwise(F.col("version")).cast("int"),
            "until": F.when(F.col("late"), F.greatest("until", "latest")).otherwise(F.col("until")),
        }
    ).select(*restated.columns)


def _states(restated: DataFrame, paid: DataFrame) -> DataFrame:
    """Paid and allowed per claim, version and line of the submission, over everything paid up to the day."""
    until = restated.select("claim_id", "version", "until", "numbers").join(paid, "claim_id")
    own = F.array_contains("numbers", F.col("number"))
    target = F.when(own, F.col("number")).otherwise(F.array_min("numbers"))
    return (
        until.where("event_date <= until")
        .groupBy("claim_id", "version", target.alias("claim_line_number"))
        .agg(F.sum("event_paid").alias("paid"), F.max_by("event_allowed", _order()).alias("allowed"))
    )


def _order() -> Column:
    """Of what was said about a line the latest counts, on one day a payment after a reversal; silence does not."""
    return F.when(F.col("event_allowed").isNotNull(), F.struct(F.col("event_date"), ~F.col("is_reversal")))

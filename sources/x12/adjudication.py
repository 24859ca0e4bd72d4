"""What payments make of claims: further versions of their lines, each known from the day it was paid.

As of a day before, the claim still stands as submitted and unpaid. A reversal makes a version in which what it takes
back is gone; a correction paid on the same day makes one version with it, as a day is the finest that anyone asks for.
A replacement does not take back what was paid for its original: until it is paid itself it has a version with that.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from sources.x12.claim_lines import STEP

VOID = "8"
"""CLM05-3."""


def adjudicated(claim_lines: DataFrame, remittances: DataFrame) -> DataFrame:
    """Further versions of `claim_lines` (columns as given), one for each day on which `remittances` paid the claim, and
    one for a replacement received after a payment (paid_date null: it is not adjudicated).

    A version restates the latest submission received by its day, with everything paid for the claim up to it: the sum
    over payments and reversals. Payments of the claim as a whole, or of a line that the submission lacks, stand on its
    first line, so that the lines add up to what was paid. Allowed is what the last payment that was not reversed said.
    As of any day the latest version of a claim is paid what was paid for it up to that day, unless it was voided.
    """
    paid = remittances.where("matched").select(
        "claim_id",
        F.col("paid_date").alias("event_date"),
        F.coalesce("claim_line_number", F.lit(0)).alias("number"),
        F.col("paid_amount").alias("event_paid"),
        F.when(F.col("is_reversal"), F.lit(0)).otherwise(F.col("allowed_amount")).alias("event_allowed"),
        "is_reversal",
        F.struct("file_name", "row_number").alias("event_where"),
    )
    restated = _restated(claim_lines, paid)
    lines = claim_lines.drop("paid_date", "paid_amount", "allowed_amount", "file_name", "row_number")
    states = _states(restated, paid)
    version = (F.col("claim_version") + F.col("payment")).cast("int")
    return (
        lines.join(restated.drop("numbers"), ["claim_id", "claim_version"])
        .join(states, ["claim_id", "restated_date", "claim_line_number"], "left")
        .withColumns(
            {
                "claim_version": version,
                "claim_line_id": F.concat_ws("-", "claim_id", "claim_line_number", version),
                "paid_amount": F.coalesce("paid", F.lit(0)).cast("decimal(14,2)"),
                "allowed_amount": F.col("allowed").cast("decimal(14,2)"),
                "paid_date": F.when(F.col("is_payment"), F.col("restated_date")),
                "known_date": F.greatest("known_date", "restated_date"),
                "file_name": F.col("event_where.file_name"),
                "row_number": F.col("event_where.row_number"),
            }
        )
        .select(*claim_lines.columns)
    )


def _restated(claim_lines: DataFrame, paid: DataFrame) -> DataFrame:
    """One row per claim and day that restates it: claim_version of the submission it restates, `payment` (its place
    among those of that submission) and the line numbers there."""
    submissions = claim_lines.groupBy("claim_id", "claim_version").agg(
        F.min("known_date").alias("submitted"),
        F.collect_set("claim_line_number").alias("numbers"),
        F.first("claim_frequency_code").alias("code"),
    )
    days = _days(submissions, paid)
    was_there = F.col("submitted") <= F.col("restated_date")
    # A payment dated before any submission can only be of the first one.
    latest = F.struct(was_there, F.when(was_there, F.col("claim_version")).otherwise(-F.col("claim_version")))
    attached = (
        days.join(submissions, "claim_id")
        .groupBy("claim_id", "restated_date")
        .agg(
            F.max_by(F.struct("claim_version", "numbers"), latest).alias("of"),
            F.first("event_where").alias("event_where"),
            F.first("is_payment").alias("is_payment"),
        )
        .select("claim_id", "restated_date", "event_where", "is_payment", "of.*")
    )
    of_submission = Window.partitionBy("claim_id", "claim_version")
    place = F.row_number().over(of_submission.orderBy("restated_date"))
    last = F.col("restated_date") == F.max("restated_date").over(of_submission)
    # Nine numbers lie between two submissions; of more payments than that the last is told, with the sum of all.
    numbered = attached.withColumns({"place": place, "last": last})
    payment = F.least("place", F.lit(STEP - 1))
    return (
        numbered.where((F.col("place") < STEP - 1) | F.col("last")).withColumn("payment", payment).drop("place", "last")
    )


def _days(submissions: DataFrame, paid: DataFrame) -> DataFrame:
    """One row per claim and day on which it is paid (`is_payment`), or on which a replacement of it is received after a
    payment. `event_where` is the latest payment up to that day."""
    payments = paid.groupBy("claim_id", F.col("event_date").alias("restated_date")).agg(
        F.max("event_where").alias("event_where"), F.lit(True).alias("is_payment")
    )
    first = F.min("claim_version").over(Window.partitionBy("claim_id"))
    is_replacement = (F.col("claim_version") > F.col("first")) & (F.col("code") != VOID)
    replacements = submissions.withColumn("first", first).where(is_replacement)
    before = (
        replacements.join(paid, "claim_id")
        .where("event_date < submitted")
        .groupBy("claim_id", F.col("submitted").alias("restated_date"))
        .agg(
            F.max_by("event_where", F.struct("event_date", "event_where")).alias("event_where"),
            F.lit(False).alias("is_payment"),
        )
    )
    return (
        payments.union(before)
        .groupBy("claim_id", "restated_date")
        .agg(F.max_by("event_where", "is_payment").alias("event_where"), F.max("is_payment").alias("is_payment"))
    )


def _states(restated: DataFrame, paid: DataFrame) -> DataFrame:
    """Paid and allowed per claim, day and line of the submission, over everything paid up to the day."""
    until = restated.select("claim_id", "restated_date", "numbers").join(paid, "claim_id")
    own = F.array_contains("numbers", F.col("number"))
    target = F.when(own, F.col("number")).otherwise(F.array_min("numbers"))
    return (
        until.where("event_date <= restated_date")
        .groupBy("claim_id", "restated_date", target.alias("claim_line_number"))
        .agg(F.sum("event_paid").alias("paid"), F.max_by("event_allowed", _order()).alias("allowed"))
    )


def _order() -> Column:
    """Of what was said about a line the latest counts, on one day a payment after a reversal; silence does not."""
    return F.when(F.col("event_allowed").isNotNull(), F.struct(F.col("event_date"), ~F.col("is_reversal")))

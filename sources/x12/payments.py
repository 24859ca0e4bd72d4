"""Claim payments of 835 files, as read -> remittances, each with the claim and line it pays.

A payment meets its claim by patient control number and payee (NPI or tax number), on the first day of service. Where
the advice gives no day, or the number stands for several claims of a day, it meets a claim only if one alone remains.
Claims of the same delivery and of other batches are looked at. A payment that meets none stays in remittances,
unmatched.

Numbers are compared as tokens (match_number): a claim number may hold the member's, which a payment need not name. It
is shown where the payment names the member, whose number in it then is a token, or as its claim shows it; else as a
token.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from sources.csv_rows import Rows
from sources.delivery import DeliveredFile, Delivery
from sources.fields import no_failure
from sources.records import read_records
from sources.verdicts import WHERE
from sources.x12.records import read_remittances

_ADJUSTMENTS = "array<struct<group_code:string,reason_code:string,amount:string>>"
_CLAIM_LINES = "array<struct<control_number:string,hcpcs_code:string>>"
_LINE = (
    "order:int, hcpcs_code:string, control_number:string, charge_amount:string, paid_amount:string, "
    f"allowed_amount:string, adjustments:{_ADJUSTMENTS}"
)
_TEXTS = (
    *(
        "subscriber_id",
        "patient_control_number",
        "match_number",
        "status_code",
        "payer_control_number",
        "paid_date",
        "trace_number",
    ),
    *("payer", "part", "first_day", "payee_npi", "payee_tax_id", "payee_person"),
    *("charge_amount", "paid_amount", "allowed_amount"),
)
COLUMNS = f"{', '.join(f'{name} string' for name in _TEXTS)}, lines array<struct<{_LINE}>>"
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
_MONEY = "decimal(14,2)"


def read(spark: SparkSession, files: list[DeliveredFile]) -> Rows:
    """Claim payments of the files, one row per CLP."""
    return read_records(spark, files, COLUMNS, read_remittances)


def parse(rows: DataFrame, _delivery: Delivery) -> DataFrame:
    """Typed claim payments with their lines; see FileKind."""
    parts = ("payer", "trace_number", "match_number", "payer_control_number", "status_code", "paid_date")
    same = [F.coalesce(F.col(name), F.lit("")) for name in (*parts, "charge_amount", "paid_amount", "part")]
    return rows.withColumns(
        {
            "failure": F.coalesce(F.col("broken"), no_failure()),
            "key": F.left(F.sha2(F.concat_ws("|", *same), 256), F.lit(24)),
            "member_id": F.lit(None).cast("string"),
            "preference": F.lit(0),
            "paid_date": F.col("paid_date").cast("date"),
            "first_day": F.col("first_day").cast("date"),
            **{name: F.col(name).cast(_MONEY) for name in _AMOUNTS},
        }
    ).drop("broken")


def remittances(rows: DataFrame, claims: DataFrame | None, earlier: DataFrame | None) -> DataFrame:
    """One row per line of a claim payment. `claims` are those of the delivery, `earlier` the submissions of others."""
    told = ([] if claims is None else [_delivered(claims)]) + ([] if earlier is None else [_before(earlier)])
    unmet = {
        "claim_id": F.lit(None).cast("string"),
        "claim_number": F.lit(None).cast("string"),
        "billed_by": F.lit(None).cast("string"),
        "claim_lines": F.array().cast(_CLAIM_LINES),
    }
    met = _met(rows, reduce(DataFrame.unionByName, told)) if told else rows.withColumns(unmet)
    each = met.drop(*_AMOUNTS).select("*", F.explode("lines").alias("line"))
    shown = F.col("patient_control_number")
    return each.withColumns(
        {
            "remittance_line_id": F.concat_ws("-", "key", "line.order"),
            "claim_line_number": F.coalesce(_by_control_number(), _by_code()).cast("int"),
            "patient_control_number": F.coalesce(
                F.when(F.col("subscriber_id").isNotNull(), shown), "claim_number", "match_number"
            ),
            "matched": F.col("claim_id").isNotNull(),
            # The claim before the tax number: of a practitioner without an NPI that may be a social security number.
            "provider_id": F.coalesce("payee_npi", "billed_by", "payee_tax_id"),
            "is_reversal": F.col("status_code") == "22",
            "hcpcs_code": F.col("line.hcpcs_code"),
            "known_date": F.col("paid_date"),
            "adjustments": F.col("line.adjustments").cast(_ADJUSTMENTS.replace("amount:string", f"amount:{_MONEY}")),
            **{name: F.col(f"line.{name}").cast(_MONEY) for name in _AMOUNTS},
        }
    )


def _met(rows: DataFrame, claims: DataFrame) -> DataFrame:
    """Adds claim_id, claim_number, billed_by and claim_lines (control_number, hcpcs_code, in order) of the claim a row
    pays: as last submitted by the day it was paid.

    Of several claims those of the same insured are preferred, and of these the ones submitted by that day, so that a
    claim delivered later does not make an earlier payment doubtful.
    """
    known = claims.groupBy("claim_id").agg(
        F.collect_set(F.struct("number", "claim_number")).alias("numbers"),
        F.max("billed_by").alias("billed_by"),
        F.max("billed_tax_id").alias("billed_tax_id"),
        F.max("billed_person").alias("billed_person"),
        F.max("insured").alias("insured"),
        F.array_distinct(F.flatten(F.collect_list("days"))).alias("days"),
        F.collect_list(F.struct("claim_version", "claim_lines", "known_date")).alias("told"),
    )
    # A replacement may have a number of its own; either is the claim's.
    known = known.withColumn("named", F.explode("numbers")).select("*", "named.*").drop("numbers", "named")
    payee = (
        (F.col("payee_npi") == F.col("billed_by"))
        | (F.col("payee_tax_id") == F.col("billed_tax_id"))
        | (F.col("payee_person") == F.col("billed_person"))
    )
    day = F.col("first_day").isNull() | F.array_contains("days", F.col("first_day"))
    same_insured = F.coalesce(F.col("subscriber_id") == F.col("insured"), F.lit(False))
    by_then = F.filter("told", lambda each: each["known_date"] <= F.col("paid_date"))
    paid_as = F.coalesce(F.array_max(by_then), F.array_min("told"))
    row = Window.partitionBy(*WHERE)
    payment = ("match_number", "payee_npi", "payee_tax_id", "payee_person", "first_day", "subscriber_id", "paid_date")
    found = (
        rows.select(*WHERE, *payment)
        .join(known, (F.col("match_number") == F.col("number")) & payee & day)
        .withColumn("fit", F.struct(same_insured, F.size(by_then) > 0))
        .withColumn("best", F.max("fit").over(row))
        .where("fit = best")
        .withColumn("candidates", F.count(F.lit(1)).over(row))
        .where("candidates = 1")
        .select(*WHERE, "claim_id", "claim_number", "billed_by", paid_as["claim_lines"].alias("claim_lines"))
    )
    return rows.join(found, list(WHERE), "left")


def _delivered(claims: DataFrame) -> DataFrame:
    """Submissions of the same delivery, one row each: by what payments find their claim."""
    return claims.select(
        "claim_id", "claim_version", "known_date", "claim_number", F.col("match_number").alias("number"),
        F.col("provider_id").alias("billed_by"), F.col("provider_tax_id").alias("billed_tax_id"),
        F.col("provider_person").alias("billed_person"), F.col("subscriber_id").alias("insured"),
        F.array("first_day", F.array_min("lines.service_from").cast("date")).alias("days"),
        F.transform("lines", lambda line: F.struct(line["control_number"], line["hcpcs_code"]))
        .cast(_CLAIM_LINES).alias("claim_lines"),
    )  # fmt: skip


def _before(submissions: DataFrame) -> DataFrame:
    """The same of other batches, whose control numbers of lines are not kept: they may hold a person's number."""
    return submissions.select(
        "claim_id", "claim_version", "known_date", F.col("patient_control_number").alias("claim_number"),
        F.col("claim_number_token").alias("number"), F.col("provider_id").alias("billed_by"),
        F.col("provider_tax_id").alias("billed_tax_id"), F.col("provider_person_token").alias("billed_person"),
        F.col("subscriber_id").alias("insured"), F.array("first_day", "first_service_date").alias("days"),
        F.transform("hcpcs_codes", lambda code: F.struct(F.lit(None).cast("string"), code))
        .cast(_CLAIM_LINES).alias("claim_lines"),
    )  # fmt: skip


def _by_control_number() -> Column:
    """The line that alone has the control number (REF*6R) the provider gave it."""
    same = F.transform(
        "claim_lines", lambda line: F.coalesce(line["control_number"] == F.col("line.control_number"), F.lit(False))
    )
    alone = F.size(F.filter(same, lambda is_same: is_same)) == 1
    return F.when(alone, F.array_position(same, True))


def _by_code() -> Column:
    """The line with the same procedure: of several the one in the same place among them."""
    code = F.col("line.hcpcs_code")
    before = F.filter("lines", lambda line: (line["hcpcs_code"] == code) & (line["order"] <= F.col("line.order")))
    numbered = F.transform("claim_lines", lambda line, at: F.when(line["hcpcs_code"] == code, at + 1))
    places = F.filter(numbered, lambda at: at.isNotNull())
    return F.when(code.isNotNull(), F.get(places, F.size(before) - 1))

"""Payments restate claims: held against a model of a few lines of Python, over many made-up histories at once."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from sources.x12.adjudication import adjudicated

pytestmark = pytest.mark.slow

_LINE = """claim_id string, claim_line_number int, claim_version int, claim_frequency_code string, claim_line_id string,
 known_date date, paid_date date, paid_amount decimal(14,2), allowed_amount decimal(14,2), charge_amount decimal(14,2),
 file_name string, row_number long"""
_PAID = """claim_id string, matched boolean, paid_date date, claim_line_number int, paid_amount decimal(14,2),
 allowed_amount decimal(14,2), is_reversal boolean, file_name string, row_number long"""
START = date(2024, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def histories(count: int, seed: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Claims of one to three lines, some replaced or voided; payments and reversals of known and unknown lines."""
    rng = random.Random(seed)
    lines: list[tuple[object, ...]] = []
    paid: list[tuple[object, ...]] = []
    for number in range(count):
        claim, sent = f"c{number}", rng.randrange(30)
        for version, code in ((1, "1"), (11, rng.choice("178")), (21, rng.choice("178"))):
            if version > 1 and code == "1":
                break
            for line in range(1, rng.randint(1, 3) + 1):
                name, amount = f"{claim}-{line}-{version}", Decimal(rng.randrange(10_000)) / 100
                lines.append((claim, line, version, code, name, day(sent), None, Decimal("0.00"), None, amount, "f", 1))
            sent += rng.randrange(1, 40)
        for place in range(rng.choice([0, 1, 2, 3, 14])):
            amount = Decimal(rng.randrange(-5_000, 10_000)) / 100
            on, line = day(rng.randrange(30, 120)), rng.choice([None, 1, 1, 2, 9])
            paid.append((claim, True, on, line, amount, None, amount < 0, "p", len(paid) * 100 + place))
    paid.append((None, False, day(40), None, Decimal("999.00"), None, False, "p", 1_000_000))
    return lines, paid


def test_as_of_every_day_a_claim_is_paid_what_was_paid_for_it(spark: SparkSession) -> None:
    lines, paid = histories(150, seed=7)
    submitted = spark.createDataFrame(lines, _LINE)
    more = adjudicated(submitted, spark.createDataFrame(paid, _PAID))
    rows = [row.asDict() for row in submitted.unionByName(more).collect()]
    assert len({row["claim_line_id"] for row in rows}) == len(rows)
    assert not [row for row in rows if row["paid_amount"] is None or row["claim_version"] > 99]
    by_claim = defaultdict(list)
    for row in rows:
        by_claim[row["claim_id"]].append(row)
    for claim, states in by_claim.items():
        events = [(on, amount) for owner, _, on, _, amount, *_ in paid if owner == claim]
        few = len({on for on, _ in events}) < 8  # of more days the last alone is told
        for as_of in {day(number) for number in range(0, 130, 9)} | {on for on, _ in events} if few else {day(200)}:
            known = [row for row in states if row["known_date"] <= as_of]
            if not known:
                continue
            last = max(row["claim_version"] for row in known)
            final = [row for row in known if row["claim_version"] == last]
            if final[0]["claim_frequency_code"] == "8":
                continue
            total = sum((amount for on, amount in events if on <= as_of), Decimal(0))
            assert sum(row["paid_amount"] for row in final) == total, (claim, as_of)


def test_a_version_repeats_every_line_of_its_submission(spark: SparkSession) -> None:
    lines, paid = histories(60, seed=11)
    submitted = spark.createDataFrame(lines, _LINE)
    more = adjudicated(submitted, spark.createDataFrame(paid, _PAID))
    charged = submitted.unionByName(more).groupBy("claim_id", "claim_version").agg(
        F.sum("charge_amount").alias("charge"), F.count(F.lit(1)).alias("lines")
    )  # fmt: skip
    found = {(row["claim_id"], row["claim_version"]): (row["charge"], row["lines"]) for row in charged.collect()}
    for (claim, version), told in found.items():
        assert told == found[(claim, (version - 1) // 10 * 10 + 1)]

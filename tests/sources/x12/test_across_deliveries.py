"""Claims in one delivery, their payment, replacement and reversal in later ones: each day keeps the state it had."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from features.known import line_history, stands
from sources.intake import Earlier, take_in
from sources.reconcile import reconcile
from sources.tokens import TokenKey
from sources.x12 import X12
from tests.sources.delivered import Row, opened
from tests.sources.x12.made import claim, claims_837, interchange, line, payments_835

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

KEY = TokenKey(b"k" * 32)
DAYS = [date(2024, 4, 14), date(2024, 4, 15), date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 10), date(2024, 5, 25)]
_KEPT = (*X12.continues, "rejected_rows")


@dataclass
class Shelf:
    """A lake of a few rows: what each batch became."""

    spark: SparkSession
    root: Path
    batches: dict[str, dict[str, DataFrame]] = field(default_factory=dict)

    def read(self, batch: str) -> dict[str, Counter[str]]:
        """Read a delivery beside the others, and reconcile it; its rows by table."""
        others = [tables for name, tables in self.batches.items() if name != batch]
        earlier = {
            table: reduce(DataFrame.unionByName, [tables[table] for tables in others if table in tables])
            for table in X12.continues
            if any(table in tables for tables in others)
        }
        keys = {"claim_lines": earlier["claim_lines"].select("claim_line_id", "batch_id")} if earlier else {}
        members = self.spark.createDataFrame([], "member_id string")
        delivery = opened("x12", self.root / batch, self.root / "scratch", batch)
        intake = take_in(self.spark, delivery, Earlier(members, keys, earlier), KEY)
        frames = {name: frame for name, frame in intake.tables().items() if name in _KEPT}
        frames["rejected_rows"] = intake.rejected_rows()
        # Collected: what is committed does not remember how it came about.
        kept = {name: self.spark.createDataFrame(frame.collect(), frame.schema) for name, frame in frames.items()}
        for audit in reconcile(intake, kept):
            assert audit.read == audit.accepted + audit.rejected
        intake.close()
        self.batches[batch] = kept
        return {name: Counter(map(str, frame.collect())) for name, frame in kept.items()}

    def rows(self, table: str) -> list[Row]:
        parts = [tables[table].collect() for tables in self.batches.values() if table in tables]
        return [row.asDict() for part in parts for row in part]

    def states(self) -> dict[date, dict[str, tuple[str, str]]]:
        """What every claim charges and is paid, as of each day, by its number."""
        lines = reduce(DataFrame.unionByName, [tables["claim_lines"] for tables in self.batches.values()])
        history = line_history(lines).select("*", *[stands(day).alias(f"on_{day}") for day in DAYS]).collect()
        found: dict[date, dict[str, tuple[str, str]]] = {}
        for day in DAYS:
            of = {row["claim_id"].split("-")[1] for row in history if row[f"on_{day}"]}
            found[day] = {}
            for number in sorted(of):
                rows = [row for row in history if row[f"on_{day}"] and row["claim_id"].split("-")[1] == number]
                charge, paid = (sum(row[name] for row in rows) for name in ("charge_amount", "paid_amount"))
                found[day][number] = (str(charge), str(paid))
        return found


def written(folder: Path) -> None:
    visits = claims_837(
        *(*claim("A1", "125"), *line(1, "99213", "100"), *line(2, "85025", "25")), *claim("B1"), *line()
    )
    first = payments_835(
        *("CLP*A1*1*125*90**12*P1", "DTM*232*20240301", "SVC*HC:99213*100*70", "SVC*HC:85025*25*20"),
        *("CLP*B1*1*100*60**12*P2", "DTM*232*20240301", "SVC*HC:99213*100*60"),
        *("CLP*ELSEWHERE*1*70*50**12*P4",),
        day="20240415",
    )  # fmt: skip
    # Replaced under a number and on a day of its own: the payer's number alone says of which claim.
    changes = claims_837(
        *claim("A9", "80", "11:B:7", "REF*F8*P1", "HI*ABK:E119"), *line(1, "99213", "80", "20240302"),
        *claim("B1", "100", "11:B:8"), *line(),
    )  # fmt: skip
    second = payments_835(
        *("CLP*A1*22*-125*-90**12*P1", "DTM*232*20240301", "SVC*HC:99213*-100*-70", "SVC*HC:85025*-25*-20"),
        *("CLP*A9*1*80*55**12*P3", "DTM*232*20240302", "SVC*HC:99213*80*55"),
        day="20240510", trace="T2",
    )  # fmt: skip
    back = payments_835(
        *("CLP*A9*22*-80*-55**12*P3", "SVC*HC:99213*-80*-55", "CLP*B1*22*-100*-60**12*P2", "SVC*HC:99213*-100*-60"),
        day="20240525", trace="T3",
    )  # fmt: skip
    files = {
        "claims/week.txt": interchange(visits),
        "payment/week.txt": interchange(first, set_id="835"),
        "change/week.txt": interchange(changes, day="20240502"),
        "change/paid.835": interchange(second, set_id="835"),
        "reversal/week.835": interchange(back, set_id="835"),
        "again/week.txt": interchange(changes, day="20240509"),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


A, B = ("A1", "B1")
UNPAID = {A: ("125.00", "0.00"), B: ("100.00", "0.00")}
PAID = {A: ("125.00", "90.00"), B: ("100.00", "60.00")}
CHANGED = {A: ("80.00", "90.00")}  # what was paid for the original, until its replacement is paid
CORRECTED = {A: ("80.00", "55.00")}
REVERSED = {A: ("80.00", "0.00")}


def expected(*states: dict[str, tuple[str, str]]) -> dict[date, dict[str, tuple[str, str]]]:
    return dict(zip(DAYS, states, strict=True))


def test_every_day_keeps_its_state_as_deliveries_come_in(spark: SparkSession, tmp_path: Path) -> None:
    written(tmp_path)
    shelf = Shelf(spark, tmp_path)
    first = {"claims": shelf.read("claims")}
    assert shelf.states() == expected(*[UNPAID] * 6)
    first["payment"] = shelf.read("payment")
    assert shelf.states() == expected(UNPAID, *[PAID] * 5)
    first["change"] = shelf.read("change")
    assert shelf.states() == expected(UNPAID, PAID, PAID, CHANGED, CORRECTED, CORRECTED)
    first["reversal"] = shelf.read("reversal")
    final = expected(UNPAID, PAID, PAID, CHANGED, CORRECTED, REVERSED)
    assert shelf.states() == final
    assert {
        row["claim_line_id"].split("-", 4)[-1] for row in shelf.rows("claim_lines") if "-A1-" in row["claim_id"]
    } == {*("1-1", "2-1", "1-2", "2-2", "1-11", "1-12", "1-13", "1-14")}
    advices = shelf.rows("remittances")
    assert {row["patient_control_number"] for row in advices if not row["matched"]} == {KEY.token("ELSEWHERE")}
    assert len({row["claim_id"] for row in advices if row["matched"]}) == 2

    for batch in ("payment", "claims"):  # read once more, after the later ones
        assert shelf.read(batch) == first[batch], batch
    assert shelf.states() == final
    again = shelf.read("again")
    assert not again["claim_lines"]
    reasons = [row["reason"] for row in shelf.rows("rejected_rows")]
    assert reasons == ["duplicate_claim_line"] * 2

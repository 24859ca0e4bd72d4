"""A corrected delivery takes the place of its predecessor, file by file, to the row and the dollar."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sources.reconcile import FileAudit, Totals, check, superseding

DOLLARS = st.decimals(0, 10_000, places=2)
TOTALS = st.builds(Totals, st.integers(0, 50), DOLLARS, DOLLARS, DOLLARS)


def _audit(name: str, accepted: Totals, rejected: Totals = Totals()) -> FileAudit:  # noqa: B008 - it is frozen
    return FileAudit(name, "0" * 64, "claim_lines", accepted + rejected, accepted, rejected, accepted.rows)


DELIVERY = st.dictionaries(st.sampled_from(["a.csv", "b.csv", "c.csv", "d.csv"]), st.tuples(TOTALS, TOTALS)).map(
    lambda files: [_audit(name, *totals) for name, totals in files.items()]
)


@given(DELIVERY, DELIVERY)
def test_all_that_was_accepted_before_is_superseded_once(earlier: list[FileAudit], audits: list[FileAudit]) -> None:
    found = superseding(audits, earlier)
    total = sum((audit.superseded for audit in found), Totals())
    # A file of which nothing was accepted and which is gone leaves no trace: it had brought nothing.
    assert total == sum((audit.accepted for audit in earlier if audit.accepted.rows or _is_in(audit, audits)), Totals())
    assert len({audit.file_name for audit in found}) == len(found)
    for audit in found:
        check(audit)  # rows and dollars read are still those accepted and rejected


def test_a_file_that_is_no_longer_delivered_has_a_row_of_its_own() -> None:
    ten = Totals(10, Decimal("1.00"), Decimal("1.00"), Decimal("1.00"))
    kept, gone = superseding([_audit("a.csv", Totals(3))], [_audit("a.csv", Totals(2)), _audit("b.csv", ten)])
    assert (kept.file_name, kept.read.rows, kept.superseded.rows) == ("a.csv", 3, 2)
    assert (gone.file_name, gone.read, gone.records_written, gone.superseded) == ("b.csv", Totals(), 0, ten)


def _is_in(audit: FileAudit, audits: list[FileAudit]) -> bool:
    return audit.file_name in {other.file_name for other in audits}

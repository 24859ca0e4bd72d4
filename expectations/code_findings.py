"""Findings never stop a batch: what a payer paid under an odd code was paid. A column full of them is told."""

from catalog import TABLES
from catalog.codes import EARLY, EXPIRED, FINDINGS, INCOMPLETE, SYSTEMS, UNKNOWN, WRONG
from expectations.check import WARN, Check, between, holds, one_of
from expectations.standard import standard

_MOST = {UNKNOWN: 0.01, INCOMPLETE: 0.02, EARLY: 0.01, EXPIRED: 0.02, WRONG: 0.005}
"""Share of a column's codes above which a finding is told as a warning of its own."""

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["code_findings"], may_be_empty=True),
    one_of("table_name", "claim_lines", "pharmacy_claims"),
    one_of("code_system", *SYSTEMS),
    one_of("finding", *FINDINGS),
    between("row_count", 1, None),
    between("finding_share", 0, 1),
    holds("a claim has at least one row", "claim_count between 1 and row_count"),
    holds("first_service is on or before last_service", "first_service <= last_service"),
    *(
        holds(
            f"at most {most:g} of the codes of a column are {finding}",
            f"finding <> '{finding}' or finding_share <= {most}",
            WARN,
        )
        for finding, most in _MOST.items()
    ),
)

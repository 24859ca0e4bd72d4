"""Checks that follow from a table's description in the catalog, so that none is forgotten."""

from __future__ import annotations

from catalog.table import Column, Table
from expectations.check import STOP, WARN, Check, OnFail, between, filled, has_rows, holds, one_of, unique

# Features by unit: what a value can be. Any other unit: a finite number.
_RANGES = {"share 0..1": (0.0, 1.0), "0 or 1": (0.0, 1.0), "level 1..5": (1.0, 5.0)}
_FINITE = 1e15
_ROUNDING = 1e-9


def standard(table: Table, may_be_empty: bool = False) -> tuple[Check, ...]:
    """The table has rows, its key is unique, what must be filled is, and features are finite numbers in their range.

    `may_be_empty`: a source may lack such rows, such as drugs, labels or a register of providers.
    """
    checks = [] if may_be_empty else [has_rows()]
    checks.append(unique(*table.key))
    checks.extend(filled(column.name) for column in table.columns if not column.nullable)
    checks.extend(_feature(column) for column in table.columns if column.role == "feature")
    return tuple(checks)


def claim_versions() -> tuple[Check, ...]:
    """Checks that medical and pharmacy claims share: versions, money and dates of knowledge."""
    paid_cap = 5_000_000
    return (
        one_of("claim_frequency_code", "1", "7", "8"),
        between("claim_version", 1, 99),
        between("paid_amount", -paid_cap, paid_cap),
        between("allowed_amount", -paid_cap, paid_cap),
        between("charge_amount", -paid_cap * 4, paid_cap * 4),
        holds("received_date is on or before paid_date", "received_date <= paid_date", WARN, 0.99),
        holds("paid_amount is at most allowed_amount", "paid_amount <= allowed_amount", WARN, 0.95),
        holds("allowed_amount is at most charge_amount", "allowed_amount <= charge_amount", WARN, 0.95),
        holds("paid_amount is not negative", "paid_amount >= 0 or claim_frequency_code = '8'", WARN, 0.99),
    )


def scores() -> tuple[Check, ...]:
    """Checks that scored claims and scored providers share."""
    return (
        unique("fraud_rank"),
        between("fraud_rank", 1, None),
        between("fraud_probability", 0, 1),
        one_of("score_basis", "supervised", "unsupervised"),
        holds(
            "a supervised score has a probability and an unsupervised one has none",
            "(fraud_probability is not null) = (score_basis = 'supervised')",
        ),
        holds(
            "expected_recovery goes with a probability",
            "(expected_recovery is not null) = (fraud_probability is not null)",
        ),
        holds("recovery_rank goes with a probability", "(recovery_rank is not null) = (fraud_probability is not null)"),
        unique("recovery_rank"),
        between("recovery_rank", 1, None),
        between("recovery_share", 0, 1),
        one_of("recovery_basis", "investigations", "assumed"),
        holds("an assumed recovery_share is the whole", "recovery_basis = 'investigations' or recovery_share = 1"),
        one_of("review_lane", "patient_harm", "money"),
        *reasons(),
    )


def reasons() -> tuple[Check, ...]:
    """A score never goes without its reasons, and each reason can be read."""
    readable = "r.code is not null and length(r.text) > 0 and not isnan(coalesce(r.contribution, 0))"
    return (
        holds("every score has a reason", "size(reasons) > 0"),
        holds("every reason has a code and a sentence", f"forall(reasons, r -> {readable})"),
        holds("no sentence has an unfilled place", "not exists(reasons, r -> r.text rlike '[{}]|\\\\bnan\\\\b')"),
    )


def _feature(column: Column) -> Check:
    low, high = _RANGES.get(column.unit, (-_FINITE, _FINITE))
    # A share of paid dollars leaves 0..1 where refunds are negative amounts: worth a look, not a stop.
    on_fail: OnFail = WARN if column.unit == "share 0..1" and "paid" in column.name else STOP
    return between(column.name, low - _ROUNDING, high + _ROUNDING, on_fail)


__all__ = ["claim_versions", "reasons", "scores", "standard"]

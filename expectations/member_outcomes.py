from catalog import TABLES
from expectations.check import Check, between, holds
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["member_outcomes"], may_be_empty=True),
    between("horizon_months", 1, 60),
    between("months_covered", 0, 60),
    holds("a member is covered for at most the horizon", "months_covered <= horizon_months"),
    holds(
        "the service categories make up the allowed amount",
        "allowed_inpatient + allowed_outpatient + allowed_professional + allowed_pharmacy = allowed_amount",
    ),
    holds("the horizon starts before known_by", "as_of < known_by"),
    holds(
        "a complete horizon ends on or before known_by", "not complete or add_months(as_of, horizon_months) <= known_by"
    ),
)

from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["lag_triangle"], may_be_empty=True),
    one_of("claim_type", "inpatient", "outpatient", "professional", "pharmacy"),
    between("lag_months", 0, 35),
    holds("a service month has ended", "service_month_end <= as_of"),
    holds("nothing became known after as_of", "add_months(service_month_end, lag_months) <= as_of"),
)
"""What became known of each service month, and when."""

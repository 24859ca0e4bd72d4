from catalog import TABLES
from expectations.check import STOP, WARN, Check, holds, one_of, refers
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["eligibility"]),
    one_of("market", "individual", "small_group", "large_group", "self_funded", "medicare", "medicaid"),
    holds("a span starts on or before its end", "enrollment_start_date <= enrollment_end_date"),
    holds("a span lies between 1980 and 2100", "enrollment_start_date >= date'1980-01-01' and "
          "enrollment_end_date < date'2100-01-01'", WARN),
    holds("a span covers medical or pharmacy claims", "medical_coverage or pharmacy_coverage", WARN, 0.95),
    refers("member_id", "members", "member_id", STOP, 0.99),
)  # fmt: skip

from catalog import TABLES
from expectations.check import Check, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["claim_submissions"], may_be_empty=True),
    one_of("claim_frequency_code", "1", "7", "8"),
    holds("a submission has a version that is one", "claim_version between 1 and 91 and claim_version % 10 = 1"),
    holds("an original has version 1", "(claim_frequency_code = '1') = (claim_version = 1)"),
)

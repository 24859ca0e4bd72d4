from catalog import TABLES
from expectations.check import WARN, Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["investigations"], may_be_empty=True),
    one_of("target_type", "provider", "claim"),
    one_of("outcome", "confirmed", "unfounded"),
    one_of("selection", "tip", "rule", "referral", "random", "unknown"),
    holds("opened_date is on or before decided_date", "opened_date <= decided_date"),
    holds("a label is not known before the decision", "decided_date <= known_date"),
    holds("an unfounded investigation found no scheme", "outcome = 'confirmed' or scheme is null"),
    holds("a confirmed investigation names its scheme", "outcome = 'unfounded' or scheme is not null", WARN, 0.9),
    between("recovered_amount", 0, None, WARN),
)

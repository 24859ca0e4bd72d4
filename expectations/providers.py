from catalog import TABLES
from expectations.check import WARN, Check, holds, matches, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["providers"], may_be_empty=True),
    one_of("provider_kind", "facility", "practice", "supplier", "laboratory", "pharmacy", "physician"),
    matches("state", "^[A-Z]{2}$", "has two letters", mostly=0.99),
    holds("effective_date is on or before known_date", "effective_date <= known_date", WARN, 0.99),
    holds("specialty is not empty", "length(trim(specialty)) > 0"),
)

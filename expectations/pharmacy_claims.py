from catalog import TABLES
from expectations.check import STOP, WARN, Check, between, holds, matches, refers
from expectations.standard import claim_versions, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["pharmacy_claims"], may_be_empty=True),
    *claim_versions(),
    holds(
        "dispensing_date lies between 1980 and known_date", "dispensing_date between date'1980-01-01' and known_date"
    ),
    refers("member_id", "members", "member_id", STOP, 0.99),
    matches("ndc_code", "^[0-9]{11}$", "has eleven digits", mostly=0.95),
    between("quantity", 0, 100_000, WARN, 0.999),
    between("days_supply", 0, 366, WARN, 0.99),
)

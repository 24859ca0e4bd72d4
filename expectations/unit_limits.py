from catalog import TABLES
from expectations.check import STOP, Check, between, holds, matches, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["unit_limits"]),
    one_of("setting", "practitioner", "outpatient_hospital", "dme"),
    one_of("adjudication_indicator", "1", "2", "3"),
    matches("hcpcs_code", "^[A-Z0-9]{5}$", "is a procedure code", STOP),
    between("max_units", 0, 1_000_000),
    holds("valid_from is on or before valid_until", "valid_from <= valid_until"),
)

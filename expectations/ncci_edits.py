from catalog import TABLES
from expectations.check import STOP, WARN, Check, holds, matches, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["ncci_edits"]),
    one_of("setting", "practitioner", "outpatient_hospital"),
    one_of("modifier_indicator", "0", "1", "9"),
    matches("column_1", "^[A-Z0-9]{5}$", "is a procedure code", STOP),
    matches("column_2", "^[A-Z0-9]{5}$", "is a procedure code", STOP),
    holds("a code is no part of itself", "column_1 <> column_2", WARN, 0.999),
    holds("effective_date is on or before deletion_date", "effective_date <= deletion_date", WARN, 0.999),
)

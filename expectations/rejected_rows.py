from catalog import TABLES
from expectations.check import Check, between, matches, one_of
from expectations.standard import standard

CANONICAL = [name for name, table in TABLES.items() if table.layer == "canonical" and name != "rejected_rows"]

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["rejected_rows"], may_be_empty=True),
    one_of("table_name", *CANONICAL),
    matches("reason", "^[a-z][a-z0-9_]*$", "is one stable word", "STOP"),
    between("row_number", 1, None),
)

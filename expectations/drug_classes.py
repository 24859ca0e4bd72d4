from catalog import TABLES
from expectations.check import STOP, WARN, Check, holds, matches
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["drug_classes"]),
    matches("product_code", "^[0-9]{9}$", "is nine digits", STOP),
    holds("a product has a class", "drug_class <> 'none'", WARN, 0.05),
)

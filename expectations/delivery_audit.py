from catalog import TABLES
from expectations.check import STOP, WARN, Check, holds
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["delivery_audit"]),
    holds("rows read are accepted or rejected", "rows_read = rows_accepted + rows_rejected"),
    *(
        holds(f"{money} dollars read are accepted or rejected", f"{money}_read = {money}_accepted + {money}_rejected")
        for money in ("charge", "allowed", "paid")
    ),
    holds("every file has rows", "rows_read + rows_superseded > 0", WARN),
    holds("less than half of a file is rejected", "rows_rejected <= 0.5 * rows_read", STOP),
    holds("less than a hundredth of a file is rejected", "rows_rejected <= 0.01 * rows_read", WARN),
)

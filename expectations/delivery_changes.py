from catalog import TABLES
from expectations.check import Check, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["delivery_changes"], may_be_empty=True),
    one_of("change", "added", "removed", "changed", "unchanged"),
    holds("what was added was not there before", "change <> 'added' or paid_before = 0"),
    holds("what was removed is not there now", "change <> 'removed' or paid_after = 0"),
    holds("what is unchanged pays the same", "change <> 'unchanged' or paid_before = paid_after"),
)

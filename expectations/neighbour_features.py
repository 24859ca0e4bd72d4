from catalog import TABLES
from expectations.check import STOP, Check, as_many_rows_as, between, refers
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["neighbour_features"]),
    as_many_rows_as("provider_features"),
    refers("provider_id", "provider_features", "provider_id", STOP),
    between("co_provider_count", 0, None),
)

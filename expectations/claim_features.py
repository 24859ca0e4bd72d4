from catalog import TABLES
from expectations.check import WARN, Check, between, filled, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["claim_features"]),
    one_of("claim_type", "inpatient", "outpatient", "professional", "pharmacy"),
    holds("service_from is on or before service_through", "service_from <= service_through"),
    holds("a claim has between one and twenty lines as evidence", "size(claim_line_ids) between 1 and 20"),
    between("line_count", 1, None),
    holds("total_paid is paid_amount", "abs(total_paid - paid_amount) < 0.01"),
    filled("provider_id", WARN, 0.5),
    filled("paid_vs_code_max", WARN, 0.9),
)

from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["provider_features"]),
    one_of("provider_kind", "facility", "practice", "supplier", "laboratory", "pharmacy", "unknown"),
    between("claim_count", 1, None),
    between("member_volume", 1, None),
    holds("claim_volume is claim_count", "claim_volume = claim_count"),
    holds("total_paid is paid_amount", "abs(total_paid - paid_amount) < 0.01"),
    holds("a provider has at most as many members as claims", "member_volume <= claim_volume"),
)

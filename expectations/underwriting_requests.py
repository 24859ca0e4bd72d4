from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["underwriting_requests"]),
    one_of("verdict", "permitted", "refused", "failed"),
    between("member_count", 0, None),
    holds("only a permitted request read a feature", "verdict = 'permitted' or size(features_read) = 0"),
    holds("digests are SHA-256", "members_digest rlike '^[0-9a-f]{64}$' and policy rlike '^[0-9a-f]{64}$'"),
)

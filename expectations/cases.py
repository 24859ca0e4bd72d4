from catalog import TABLES
from expectations.check import STOP, Check, between, holds, one_of, refers, unique
from expectations.standard import reasons, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["cases"], may_be_empty=True),
    unique("strongest_provider_id"),
    unique("fraud_rank"),
    between("fraud_rank", 1, None),
    between("fraud_probability", 0, 1),
    one_of("score_basis", "supervised", "unsupervised"),
    one_of("bound_by", "members", "physicians", "members,physicians"),
    holds(
        "a supervised score has a probability and an unsupervised one has none",
        "(fraud_probability is not null) = (score_basis = 'supervised')",
    ),
    between("provider_count", 3, 12),
    holds("provider_count counts provider_ids", "provider_count = size(array_distinct(provider_ids))"),
    holds("the strongest provider is one of the case", "array_contains(provider_ids, strongest_provider_id)"),
    refers("strongest_provider_id", "provider_features", "provider_id", STOP),
    between("claim_count", 1, None),
    between("shared_member_count", 0, None),
    between("shared_member_share", 0, 1),
    holds(
        "shared_member_count counts shared_member_ids", "shared_member_count = size(array_distinct(shared_member_ids))"
    ),
    holds("its pairs share more than chance", "pair_shared > pair_expected and pair_expected >= 0"),
    holds(
        "a case is bound by what it says",
        "(bound_by not like '%members%' or shared_member_count > 0) "
        "and (bound_by not like '%physicians%' or size(shared_physician_ids) > 0)",
    ),
    *reasons(),
)

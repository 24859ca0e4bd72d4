from catalog import TABLES
from expectations.check import STOP, Check, as_many_rows_as, between, holds, refers
from expectations.standard import scores, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["scored_providers"]),
    *scores(),
    as_many_rows_as("provider_features"),
    refers("provider_id", "provider_features", "provider_id", STOP),
    between("claim_count", 1, None),
    between("tree_score", -100, 100),
    between("graph_score", -100, 100),
    holds("a supervised score has a tree score", "score_basis = 'unsupervised' or tree_score is not null"),
)

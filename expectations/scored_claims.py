from catalog import TABLES
from expectations.check import STOP, WARN, Check, as_many_rows_as, holds, one_of, refers
from expectations.standard import scores, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["scored_claims"]),
    *scores(),
    as_many_rows_as("claim_features"),
    refers("claim_id", "claim_features", "claim_id", STOP),
    one_of("claim_type", "inpatient", "outpatient", "professional", "pharmacy"),
    holds("service_from is on or before service_through", "service_from <= service_through"),
    holds("the first hundred claims have claim lines as evidence",
          "fraud_rank > 100 or exists(reasons, r -> size(r.evidence) > 0)", WARN),
)  # fmt: skip

from catalog import TABLES
from expectations.check import STOP, Check, as_many_rows_as, between, holds, refers
from expectations.standard import reasons, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["risk_predictions"]),
    as_many_rows_as("member_features"),
    refers("member_id", "member_features", "member_id", STOP),
    between("expected_cost", 0, 10_000_000),
    between("relative_risk", 0, 10_000),
    between("horizon_months", 1, 60),
    between("months_observed", 0, 60),
    holds("the interval starts at or above zero", "expected_cost_lower >= 0"),
    holds("the expected cost lies in its interval", "expected_cost_lower <= expected_cost and "
        "expected_cost <= expected_cost_upper"),
    holds("the service categories sum to the expected cost",
        "expected_inpatient is null or "
        "expected_inpatient + expected_outpatient + expected_professional + expected_pharmacy = expected_cost"),
    holds("there is a probability for an attachment point", "size(high_cost_probability) > 0"),
    holds("probabilities of high cost lie in 0..1",
          "forall(map_values(high_cost_probability), p -> p >= 0 and p <= 1)"),
    *reasons(),
)  # fmt: skip

from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["underwriting_members"], may_be_empty=True),
    one_of("status", "known", "no_history", "unknown"),
    between("expected_cost", 0, 10_000_000),
    between("relative_risk", 0, 10_000),
    holds("the expected cost lies in its interval", "0 <= expected_cost_lower and expected_cost_lower <= expected_cost "
          "and expected_cost <= expected_cost_upper"),
    holds("probabilities of high cost lie in 0..1",
          "forall(map_values(high_cost_probability), p -> p >= 0 and p <= 1)"),
    holds("only known members meet an adverse decision", "adverse_notice is null or status = 'known'"),
)  # fmt: skip

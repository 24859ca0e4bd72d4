from catalog import TABLES
from expectations.check import STOP, WARN, Check, between, filled, holds, one_of, refers
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["member_features"]),
    one_of("market", "individual", "small_group", "large_group", "self_funded", "medicare"),
    one_of("age_band", "0-17", "18-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85+", "unknown"),
    between("months_observed", 0, 12),
    between("age", 0, 130, WARN, 0.999),
    filled("age", WARN, 0.95),
    holds("the kinds of cost add up to cost_12m", "abs(cost_12m - cost_inpatient_12m - cost_outpatient_12m - "
          "cost_professional_12m - cost_pharmacy_12m) < 0.01 + 1e-6 * abs(cost_12m)"),
    holds("readmissions are episodes", "readmissions <= inpatient_episodes"),
    between("hcc_score", 0, 50, WARN),
    holds("no disease counts without a category", "hcc_count > 0 or hcc_disease_score = 0"),
    refers("member_id", "members", "member_id", STOP),
)  # fmt: skip

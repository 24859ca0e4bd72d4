from catalog import TABLES
from expectations.check import Check, between, holds
from expectations.standard import standard

_ANSWERED = "refused_reason is not null or "

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["underwriting_quotes"]),
    between("member_count", 1, None),
    between("credibility", 0, 1),
    between("expected_pmpm", 0, 1_000_000),
    between("relative_risk", 0, 10_000),
    holds("a quote has its numbers, a refusal none", "(refused_reason is null) = (expected_pmpm is not null)"),
    holds("the expected PMPM lies in its interval",
          _ANSWERED + "(0 <= lower and lower <= expected_pmpm and expected_pmpm <= upper)"),
    holds("unknown members and those without history are some of the members",
          "unknown_member_count + no_history_member_count <= member_count"),
    holds("experience goes with member months", "(experience_pmpm is not null) = (coalesce(experience_months, 0) > 0)"),
    holds("a group with experience is rated between it and the manual rate, or near them",
          "experience_pmpm is null or expected_pmpm between 0.5 * least(manual_pmpm, experience_pmpm) and "
          "2 * greatest(manual_pmpm, experience_pmpm)"),
    holds("a higher attachment point recovers less",
          _ANSWERED + "specific_stop_loss['50000'] >= specific_stop_loss['250000']"),
    holds("a quote has a reason", _ANSWERED + "size(reasons) > 0"),
)  # fmt: skip

from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["monitoring"]),
    one_of("alert", "ok", "breach", "not_measured"),
    one_of(
        "check_name",
        *(
            "feature_drift",
            "missing",
            "volume",
            "mix",
            "score_drift",
            "calibration",
            "precision",
            "fairness",
            "freshness",
        ),
    ),
    between("cases", 0, None),
    holds("what was measured has a value", "alert = 'not_measured' or value is not null"),
    holds("a version is of a model", "model_version is null or model_name <> 'data'"),
)

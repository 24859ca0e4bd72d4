from catalog import TABLES
from expectations.check import Check, between, holds, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["holdout_predictions"]),
    one_of("target_type", "provider", "claim", "member"),
    between("weight", 0, 1),
    between("actual", 0, None),
    holds("the version's name is its model and number", "version_id = concat(model_name, '-', model_version)"),
    holds("an investigated case was confirmed or not", "target_type = 'member' or actual in (0, 1)"),
    holds("a probability lies in 0..1", "target_type = 'member' or predicted is null or predicted between 0 and 1"),
    holds("an interval has its ends in order", "lower <= upper"),
)

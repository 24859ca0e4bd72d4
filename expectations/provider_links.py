from catalog import TABLES
from expectations.check import STOP, Check, between, holds, refers
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["provider_links"], may_be_empty=True),
    between("match_probability", 0, 1),
    between("threshold", 0, 1),
    holds("left_provider_id comes before right_provider_id", "left_provider_id < right_provider_id"),
    holds(
        "a pair is linked if it is at or above the threshold and no NPI conflicts",
        "linked = (match_probability >= threshold and not npi_conflict)",
    ),
    holds("only a likely pair conflicts", "match_probability >= threshold or not npi_conflict"),
    holds("linked ids belong to one provider", "not linked or provider_entity_id is not null"),
    holds("a withheld pair does not", "not npi_conflict or provider_entity_id is null"),
    holds("a provider is named by its smallest id", "provider_entity_id <= left_provider_id"),
    refers("left_provider_id", "providers", "provider_id", STOP),
    refers("right_provider_id", "providers", "provider_id", STOP),
)

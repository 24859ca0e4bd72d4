from catalog import TABLES
from expectations.check import WARN, Check, holds, matches, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["exclusions"]),
    one_of("event", "excluded", "reinstated"),
    one_of("match_basis", "npi", "none"),
    matches("npi", "^[12][0-9]{9}$", "is an NPI"),
    matches("exclusion_type", "^11(28|56)", "is a section of the Act", mostly=0.99),
    holds("a reinstatement has its day", "event = 'excluded' or reinstatement_date is not null"),
    holds("exclusion_date is on or before reinstatement_date", "exclusion_date <= reinstatement_date"),
    holds("an exclusion was known near its day", "exclusion_date <= date_add(known_date, 62)", WARN, 0.95),
)

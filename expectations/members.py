from catalog import TABLES
from expectations.check import WARN, Check, holds, matches, one_of
from expectations.standard import standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["members"]),
    one_of("gender", "female", "male", "unknown"),
    holds("birth_date is on or before death_date", "birth_date <= death_date"),
    holds("birth_date is after 1880 and on or before known_date", "birth_date between date'1880-01-01' and known_date"),
    matches("state", "^[A-Z]{2}$", "has two letters", mostly=0.99),
    holds("gender is known", "gender <> 'unknown'", WARN, 0.95),
)

"""How much each agreement says: a Fellegi-Sunter model with stated, not learnt, probabilities.

m is how often two ids of one provider look so, u how often two ids of different providers do; log2(m/u) is what the
pair gains or loses (Fellegi and Sunter 1969). They are assumptions, written down so that a person can argue with them,
and the same for every insurer: registers of a few dozen providers could not teach them, and a link that a reviewer
acted on must not change because other providers were delivered. Why not learnt: docs/adr/0007.
Change a number, and MODEL_VERSION with it.
"""

from __future__ import annotations

from dataclasses import dataclass

MODEL_VERSION = "provider-links-1"
PRIOR = 1e-4
"""Of two provider ids taken at random, how often they are one provider."""

DEFAULT_THRESHOLD = 0.95


@dataclass(frozen=True)
class Level:
    """One way in which two values can look. `sql` is over columns ending in _l and _r; the first that holds counts."""

    label: str
    sql: str
    m: float
    u: float
    agrees: bool = False


@dataclass(frozen=True)
class Comparison:
    """One field. `missing` is the SQL that says that nothing can be said, which weighs nothing."""

    field: str
    missing: str
    levels: tuple[Level, ...]


_BOTH_VERIFIED = "verified_npi_l is not null and verified_npi_r is not null"
_MARKS_DIFFER = "len(marks_l) > 0 and len(marks_r) > 0 and marks_l <> marks_r"
_FEW_EDITS = "damerau_levenshtein(name_l, name_r) <= if(least(len(name_l), len(name_r)) < 16, 1, 2)"
_CONTAINED = "least(len(words_l), len(words_r)) >= 2 and (list_has_all(words_l, words_r) or list_has_all(words_r, words_l))"  # fmt: skip # noqa: E501


def _missing(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


# Two levels are rules and no frequencies: a right NPI is one provider whatever else it is called or bills under
# (organisations have several tax numbers and places), and two right NPIs are two. De-identified files carry made-up
# NPIs whose check digit is wrong: the same ten digits, placeholders apart, still are hardly chance.
NPI = Comparison(
    "npi",
    _missing("npi"),
    (
        Level("the same", "npi_l = npi_r and verified_npi_l is not null", 0.93, 1e-11, agrees=True),
        Level("the same, with a wrong check digit", "npi_l = npi_r", 0.04, 1e-7, agrees=True),
        Level("two right NPIs", _BOTH_VERIFIED, 1e-6, 0.9),
        Level("one digit or a swap apart, one of them wrong", "damerau_levenshtein(npi_l, npi_r) <= 1", 0.029, 1e-4),
        Level("different, one of them wrong", "", 0.0008, 0.1),
    ),
)
TAX_ID = Comparison(
    "tax_id",
    _missing("tax_id"),
    # Many bill under a group's number: alone it says little, with one name much.
    (Level("the same", "tax_id_l = tax_id_r", 0.8, 0.0095, agrees=True), Level("different", "", 0.2, 0.99)),
)
NAME = Comparison(
    "name",
    _missing("name"),
    (
        Level("initials or numbers differ", _MARKS_DIFFER, 0.02, 0.4),
        Level("the same", "name_l = name_r and marks_l = marks_r", 0.7, 5e-5, agrees=True),
        Level("the same but for an initial or a number", "name_l = name_r", 0.08, 1e-4, agrees=True),
        Level("one or two letters apart", f"len(name_l) >= 6 and {_FEW_EDITS}", 0.1, 1e-4, agrees=True),
        Level("one within the other", _CONTAINED, 0.06, 0.004),
        Level("different", "", 0.04, 0.6),
    ),
)
# A rule more than a frequency: branches share name and tax number, so that without an NPI another place is another
# provider. Who really moved is found by its NPI, or not at all.
ZIP_CODE = Comparison(
    "zip_code",
    _missing("zip_code"),
    (Level("the same", "zip_code_l = zip_code_r", 0.99, 0.01, agrees=True), Level("different", "", 0.01, 0.99)),
)
SPECIALTY = Comparison(
    "specialty",
    _missing("specialty"),
    (Level("the same", "specialty_l = specialty_r", 0.85, 0.1, agrees=True), Level("different", "", 0.15, 0.9)),
)
COMPARISONS = (NPI, TAX_ID, NAME, ZIP_CODE, SPECIALTY)

BLOCKS = (
    ("npi",),
    ("tax_id", "name_head"),
    ("tax_id", "name_tail"),
    ("zip_code", "name_head"),
    ("zip_code", "name_tail"),
)
"""Two ids are judged where they share all columns of a block. A tax number alone makes no block: a hospital's staff
would be millions of pairs, and without a name no more than a group."""

"""Two-letter codes of states and territories (USPS Publication 28, appendix B) by code or name."""

from __future__ import annotations

from itertools import chain

from pyspark.sql import Column
from pyspark.sql import functions as F

STATE_NAMES: dict[str, str] = dict(
    pair.split(":")
    for pair in (
        "Alabama:AL,Alaska:AK,Arizona:AZ,Arkansas:AR,California:CA,Colorado:CO,Connecticut:CT,Delaware:DE,"
        "District of Columbia:DC,Florida:FL,Georgia:GA,Guam:GU,Hawaii:HI,Idaho:ID,Illinois:IL,Indiana:IN,Iowa:IA,"
        "Kansas:KS,Kentucky:KY,Louisiana:LA,Maine:ME,Maryland:MD,Massachusetts:MA,Michigan:MI,Minnesota:MN,"
        "Mississippi:MS,Missouri:MO,Montana:MT,Nebraska:NE,Nevada:NV,New Hampshire:NH,New Jersey:NJ,New Mexico:NM,"
        "New York:NY,North Carolina:NC,North Dakota:ND,Ohio:OH,Oklahoma:OK,Oregon:OR,Pennsylvania:PA,Puerto Rico:PR,"
        "Rhode Island:RI,South Carolina:SC,South Dakota:SD,Tennessee:TN,Texas:TX,Utah:UT,Vermont:VT,Virginia:VA,"
        "Virgin Islands:VI,Washington:WA,West Virginia:WV,Wisconsin:WI,Wyoming:WY"
    ).split(",")
)


def us_state(text: Column) -> Column:
    """Two-letter code of a state given by code or by name in any case; null for anything else."""
    codes = {code: code for code in STATE_NAMES.values()} | {name.upper(): code for name, code in STATE_NAMES.items()}
    pairs = [F.lit(word) for word in chain.from_iterable(codes.items())]
    return F.try_element_at(F.create_map(*pairs), F.upper(F.trim(text)))

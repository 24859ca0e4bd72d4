"""SSA state codes (Social Security Administration, not FIPS), as CMS files give them.

Source: CMS "SSA to FIPS State and County Crosswalk" and, for facilities, the first two characters of the CMS
Certification Number (State Operations Manual, chapter 2, section 2779A), which adds codes of states that ran out
of numbers. Code 54 is "others" in DE-SynPUF and has no state.
"""

from __future__ import annotations

from itertools import chain

from pyspark.sql import Column
from pyspark.sql import functions as F

BENEFICIARY_STATES: dict[str, str] = dict(
    pair.split(":")
    for pair in (
        "01:AL 02:AK 03:AZ 04:AR 05:CA 06:CO 07:CT 08:DE 09:DC 10:FL 11:GA 12:HI 13:ID 14:IL 15:IN 16:IA 17:KS "
        "18:KY 19:LA 20:ME 21:MD 22:MA 23:MI 24:MN 25:MS 26:MO 27:MT 28:NE 29:NV 30:NH 31:NJ 32:NM 33:NY 34:NC "
        "35:ND 36:OH 37:OK 38:OR 39:PA 40:PR 41:RI 42:SC 43:SD 44:TN 45:TX 46:UT 47:VT 48:VI 49:VA 50:WA 51:WV "
        "52:WI 53:WY"
    ).split()
)

FACILITY_STATES: dict[str, str] = BENEFICIARY_STATES | {
    "55": "CA", "67": "TX", "68": "FL", "69": "FL", "70": "KS", "71": "LA", "72": "OH", "73": "PA", "74": "TX",
    "75": "CA", "76": "IA", "77": "MN", "78": "IL", "79": "IN", "80": "MD",
}  # fmt: skip


def state_of(code: Column, states: dict[str, str]) -> Column:
    """Two-letter state of a code, null where the list has none."""
    return F.try_element_at(F.create_map(*[F.lit(text) for text in chain.from_iterable(states.items())]), code)

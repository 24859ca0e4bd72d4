"""What a visit of each kind bills: lists of possible lines with their probability. Visit levels are set in `visits`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sources.synthetic import claims, codes


@dataclass(frozen=True)
class Item:
    """One possible line: appears with `probability`, bills one of `choices` evenly, `units` from lowest to highest."""

    choices: str
    probability: float = 1.0
    units: tuple[int, int] = (1, 1)
    revenue: str = ""
    modifier: str = ""


VISIT = Item("99213")  # replaced by the level that fits the visit

RECIPES: dict[str, tuple[Item, ...]] = {
    "family medicine": (
        VISIT,
        Item("36415", 0.22),
        Item("80053 85025 80061 83036", 0.14),
        Item("90471", 0.10),
        Item("90686", 0.10),
        Item("87880 81001", 0.12),
        Item("93000", 0.05),
        Item("99396 G0439 99395", 0.12),
    ),
    "pediatrics": (VISIT, Item("99393", 0.22), Item("90471", 0.3), Item("87880", 0.18)),
    "cardiology": (VISIT, Item("93000", 0.55), Item("93306", 0.18)),
    "orthopedics": (VISIT, Item("73560", 0.4), Item("20610", 0.22), Item("J3301", 0.2, (1, 4))),
    "dermatology": (VISIT, Item("17000", 0.3), Item("11102", 0.22)),
    "gastroenterology": (VISIT, Item("45378", 0.15), Item("76700", 0.08)),
    "endocrinology": (VISIT, Item("83036", 0.5), Item("E0784", 0.012)),
    "pulmonology": (VISIT, Item("94010", 0.45), Item("95810", 0.08)),
    "neurology": (VISIT, Item("95816", 0.12)),
    "oncology": (VISIT, Item("85025", 0.6), Item("36415", 0.5)),
    "nephrology": (VISIT, Item("80048", 0.5)),
    "rheumatology": (VISIT, Item("20610", 0.12), Item("85025", 0.3)),
    "ophthalmology": (Item("92014"), Item("92134", 0.4), Item("J0178", 0.03)),
    "obstetrics and gynecology": (VISIT, Item("59425", 0.12), Item("76805", 0.22), Item("81001", 0.4)),
    "pain management": (VISIT, Item("64483 62323", 0.25), Item("80307", 0.3)),
    "behavioral health": (Item("90834 90837"), Item("90791", 0.08), Item("H0020", 0.05, (5, 20))),
    "physical therapy": (
        Item("97110", 0.95, (1, 3)),
        Item("97140", 0.7, (1, 2)),
        Item("97530", 0.4, (1, 2)),
        Item("97161", 0.12),
    ),
    "telehealth": (VISIT,),
    "laboratory": (
        Item("80053 80048", 0.62),
        Item("85025", 0.55),
        Item("80061", 0.38),
        Item("83036", 0.3),
        Item("84443", 0.22),
        Item("82306 82607", 0.14),
        Item("81001", 0.18),
        Item("88305", 0.05),
    ),
    "emergency facility": (
        Item("99283", 1, (1, 1), "0450"),
        Item("71046 70450 74177", 0.42, (1, 1), "0350"),
        Item("80053 85025", 0.6, (1, 1), "0300"),
        Item("96361", 0.25, (1, 2), "0450"),
    ),
    "emergency": (Item("99283"),),
    "equipment": (Item("E0143"),),
    "imaging": (
        Item("71046 73560 77067 76700 70450 74177 72148", 1, (1, 1), "0320"),
        Item("70553 78815", 0.05, (1, 1), "0610"),
    ),
    "surgery": (
        Item("45385 43239 66984 29881 47562 93458 49505 45385 43239 66984", 1, (1, 1), "0490"),
        Item("88305", 0.3, (1, 1), "0300"),
        Item("J1100", 0.4, (1, 4), "0250"),
    ),
    "infusion": (
        Item("96413", 1, (1, 3)),
        Item("J1100", 0.5, (4, 10)),
    ),
    "dialysis": (Item("90999", 1, (11, 14), "0821"), Item("J1100", 0.4, (1, 6), "0636")),
    "home_health": (Item("G0299", 1, (2, 7), "0551"), Item("G0151", 0.55, (2, 6), "0551")),
    "hospice": (Item("Q5001", 1, (8, 30), "0651"),),
    "hospital medicine": (Item("99223"), Item("99238", 0.9)),
}
RECIPES["internal medicine"] = RECIPES["family medicine"]

INFUSION_DRUGS = {
    "cancer": "J9271 J9035 J9355 J1442",
    "rheumatoid_arthritis": "J1745",
    "psoriasis_or_bowel": "J1745",
    "multiple_sclerosis": "J2350",
    "bleeding_disorder": "J7192",
}


def bill(
    recipe: tuple[Item, ...], count: int, rng: np.random.Generator, scale: np.ndarray | None = None
) -> pd.DataFrame:
    """Lines of `count` claims of one recipe, in order of claim. A claim never stays empty: its first item is billed.

    `scale` multiplies the probability of the items after the first, per claim.
    """
    parts = []
    drawn_any = np.zeros(count, bool)
    factor = np.ones(count) if scale is None else scale
    for position, item in enumerate(recipe):
        billed = rng.random(count) < (item.probability if position == 0 else item.probability * factor)
        drawn_any |= billed
        parts.append((item, billed))
    parts[0] = (parts[0][0], parts[0][1] | ~drawn_any)
    frames = []
    for item, billed in parts:
        rows = np.flatnonzero(billed)
        frames.append(
            claims.lines(
                len(rows),
                claim=rows,
                code=rng.choice(codes.hcpcs(*item.choices.split()), len(rows)),
                revenue=codes.revenue(item.revenue),
                units=rng.integers(item.units[0], item.units[1] + 1, len(rows)),
                modifier=codes.modifier(item.modifier) if item.modifier else -1,
            )
        )
    return pd.concat(frames, ignore_index=True).sort_values("claim", kind="stable", ignore_index=True)

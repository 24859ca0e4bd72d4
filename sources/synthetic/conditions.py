"""Chronic conditions and long episodes: how common they are, and what care and drugs they need in a year.

Prevalences at ages 20, 45 and 70 follow the order of magnitude of CDC and CMS Chronic Conditions Warehouse figures.
Rates are events per person-year while the condition is active, before the person's own severity.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SERVICES = (
    "primary",
    "specialist",
    "laboratory",
    "emergency",
    "imaging",
    "surgery",
    "inpatient",
    "therapy",
    "behavioural",
    "equipment",
    "infusion",
    "dialysis",
    "home_health",
    "telehealth",
)
"""Kinds of care; the columns of every rate matrix."""


@dataclass(frozen=True)
class Drug:
    """`price` is the allowed amount of a 30-day fill in USD, `share` of patients who take it."""

    ndc: str
    price: float
    share: float
    quantity: int = 30


@dataclass(frozen=True)
class Condition:
    name: str
    diagnoses: tuple[str, ...]
    specialty: str
    prevalence: tuple[float, float, float]
    rates: dict[str, float]
    drgs: tuple[str, ...] = ()
    drugs: tuple[Drug, ...] = ()
    months: tuple[int, int] | None = None
    """Shortest and longest duration of an episode; None is for life. Prevalence is then yearly incidence."""
    mortality: float = 1.0
    equipment: tuple[str, ...] = field(default=())
    women_only: bool = False


def _rates(text: str) -> dict[str, float]:
    pairs = (item.split("=") for item in text.split())
    return {name: float(value) for name, value in pairs}


CONDITIONS = (
    Condition(
        "hypertension",
        ("I10",),
        "internal medicine",
        (0.03, 0.26, 0.60),
        _rates("primary=.9 specialist=.06 laboratory=.45 emergency=.02 inpatient=.004 telehealth=.1"),
        ("310",),
        (Drug("00071015523", 9, 0.85), Drug("00093111301", 11, 0.55), Drug("68180051301", 8, 0.25)),
    ),
    Condition(
        "hyperlipidaemia",
        ("E785", "E7800"),
        "internal medicine",
        (0.02, 0.22, 0.45),
        _rates("primary=.4 specialist=.04 laboratory=.5 telehealth=.05"),
        (),
        (Drug("00378395077", 12, 0.85), Drug("55111019890", 260, 0.03)),
    ),
    Condition(
        "diabetes",
        ("E119", "E1165"),
        "endocrinology",
        (0.008, 0.085, 0.22),
        _rates("primary=1.3 specialist=.6 laboratory=1.6 emergency=.06 inpatient=.03 equipment=.9 telehealth=.2"),
        ("638", "603"),
        (
            Drug("00093721401", 10, 0.7, 60),
            Drug("00169413212", 820, 0.3, 3),
            Drug("00088221905", 240, 0.2, 15),
            Drug("00597015230", 480, 0.12),
            Drug("00378395079", 10, 0.4),
        ),
        equipment=("A4253", "A4259", "A9276"),
        mortality=1.5,
    ),
    Condition(
        "asthma",
        ("J45909", "J4540"),
        "pulmonology",
        (0.08, 0.075, 0.06),
        _rates("primary=.5 specialist=.25 laboratory=.1 emergency=.12 inpatient=.01"),
        ("190",),
        (Drug("59310057922", 45, 0.7, 1), Drug("00173068220", 310, 0.32, 1), Drug("00310173030", 3300, 0.012, 1)),
    ),
    Condition(
        "copd",
        ("J449", "J441"),
        "pulmonology",
        (0.001, 0.03, 0.11),
        _rates(
            "primary=1.1 specialist=.7 laboratory=.4 emergency=.25 imaging=.3 inpatient=.13 equipment=1.2"
            " home_health=.1"
        ),
        ("190", "193"),
        (Drug("00597007541", 420, 0.6, 1), Drug("59310057923", 48, 0.6, 1)),
        equipment=("E1390", "A7030"),
        mortality=2.2,
    ),
    Condition(
        "heart_failure",
        ("I509", "I5022"),
        "cardiology",
        (0.0005, 0.008, 0.08),
        _rates(
            "primary=1.6 specialist=1.8 laboratory=1.6 emergency=.35 imaging=.4 inpatient=.32 equipment=.4"
            " home_health=.5"
        ),
        ("291",),
        (Drug("00078065920", 560, 0.4, 60), Drug("00054329725", 8, 0.8)),
        equipment=("E1390", "E0260", "K0001"),
        mortality=4.0,
    ),
    Condition(
        "coronary_disease",
        ("I2510", "I25119"),
        "cardiology",
        (0.001, 0.03, 0.15),
        _rates("primary=.8 specialist=1.4 laboratory=.9 emergency=.2 imaging=.3 surgery=.07 inpatient=.11"),
        ("247", "310"),
        (Drug("00378395078", 13, 0.8), Drug("00003089421", 540, 0.2, 60), Drug("63629440501", 9, 0.6)),
        mortality=1.9,
    ),
    Condition(
        "kidney_disease",
        ("N183", "N184"),
        "nephrology",
        (0.001, 0.02, 0.12),
        _rates("primary=1.1 specialist=1.1 laboratory=1.9 emergency=.12 inpatient=.08"),
        ("683",),
        (Drug("00310621030", 560, 0.2),),
        mortality=1.9,
    ),
    Condition(
        "dialysis",
        ("N186",),
        "nephrology",
        (0.0002, 0.0011, 0.0045),
        _rates("primary=1.5 specialist=4 laboratory=5 emergency=.8 inpatient=1.0 dialysis=12 surgery=.3"),
        ("683", "291"),
        (Drug("58468002101", 680, 0.6, 270),),
        mortality=8.0,
    ),
    Condition(
        "cancer",
        ("C50911", "C3490", "C189", "C61"),
        "oncology",
        (0.0008, 0.0045, 0.019),
        _rates(
            "primary=2 specialist=9 laboratory=7 emergency=.6 imaging=3 surgery=.7 inpatient=.45 infusion=6.5"
            " home_health=.4"
        ),
        ("847", "330"),
        (Drug("00003052411", 13500, 0.10, 21), Drug("00173044700", 45, 0.5)),
        months=(4, 11),
        mortality=9.0,
    ),
    Condition(
        "depression",
        ("F329", "F331"),
        "behavioral health",
        (0.11, 0.11, 0.09),
        _rates("primary=.6 behavioural=3.4 telehealth=.5 laboratory=.15 emergency=.07 inpatient=.012"),
        ("885",),
        (Drug("00378418793", 11, 0.65), Drug("59148000713", 1250, 0.03)),
    ),
    Condition(
        "anxiety",
        ("F411",),
        "behavioral health",
        (0.10, 0.09, 0.06),
        _rates("primary=.4 behavioural=2.6 telehealth=.4 emergency=.05"),
        (),
        (Drug("16729016910", 10, 0.55),),
    ),
    Condition(
        "rheumatoid_arthritis",
        ("M069",),
        "rheumatology",
        (0.002, 0.011, 0.024),
        _rates("primary=.8 specialist=2.4 laboratory=2.4 infusion=.4 imaging=.3 inpatient=.03"),
        ("603",),
        (Drug("00074055402", 4900, 0.15, 2), Drug("67877021701", 28, 0.6, 20)),
    ),
    Condition(
        "psoriasis_or_bowel",
        ("L400", "K5090"),
        "gastroenterology",
        (0.005, 0.011, 0.011),
        _rates("primary=.5 specialist=1.5 laboratory=1.2 imaging=.2 surgery=.12 infusion=.2 inpatient=.05"),
        ("392", "330"),
        (Drug("57894006103", 5900, 0.08, 1), Drug("00074055403", 4900, 0.10, 2)),
    ),
    Condition(
        "multiple_sclerosis",
        ("G35",),
        "neurology",
        (0.0008, 0.003, 0.002),
        _rates("primary=1 specialist=2.6 laboratory=1.5 imaging=1 therapy=3 infusion=.12 inpatient=.06"),
        ("065",),
        (Drug("64406000602", 6100, 0.35, 60),),
    ),
    Condition(
        "back_or_joint",
        ("M545", "M1711", "M5416"),
        "orthopedics",
        (0.05, 0.16, 0.36),
        _rates("primary=.6 specialist=.8 imaging=.3 therapy=3.2 surgery=.06 inpatient=.013 equipment=.08"),
        ("470", "481"),
        (Drug("00378058801", 14, 0.35, 60),),
        equipment=("E0143", "L1833", "L0650"),
    ),
    Condition(
        "sleep_apnoea",
        ("G4733",),
        "pulmonology",
        (0.01, 0.06, 0.10),
        _rates("specialist=.4 equipment=2.8"),
        (),
        (),
        equipment=("E0601", "A7030", "A7038"),
    ),
    Condition(
        "dementia",
        ("G309", "F0390"),
        "neurology",
        (0.0, 0.0004, 0.05),
        _rates("primary=1.8 specialist=.6 emergency=.35 inpatient=.17 home_health=1.6 equipment=.4"),
        ("871", "193"),
        (Drug("47335032183", 16, 0.6),),
        mortality=3.5,
        equipment=("E0260", "K0001"),
    ),
    Condition(
        "pregnancy",
        ("Z3490", "O0990"),
        "obstetrics and gynecology",
        (0.11, 0.004, 0.0),
        _rates("specialist=10 laboratory=5 emergency=.3 imaging=1.5"),
        ("807", "788"),
        (Drug("00642747030", 21, 0.4),),
        months=(9, 9),
        women_only=True,
    ),
    Condition(
        "opioid_use",
        ("F1120",),
        "behavioral health",
        (0.007, 0.010, 0.004),
        _rates("primary=1 behavioural=7 laboratory=5 emergency=.5 inpatient=.14"),
        ("897",),
        (Drug("12496120803", 210, 0.6),),
        mortality=3.0,
    ),
    Condition(
        "bleeding_disorder",
        ("D66",),
        "oncology",
        (0.0001, 0.0001, 0.00005),
        _rates("primary=1 specialist=4 laboratory=3 emergency=.4 infusion=11"),
        (),
        (),
    ),
)
"""Adding a condition here gives its people visits, drugs and cost everywhere."""
ACUTE_DRUGS = (
    Drug("00781185220", 12, 0.4, 21),
    Drug("00093310905", 15, 0.25, 10),
    Drug("00406036501", 18, 0.15, 20),
    Drug("59762306001", 9, 0.2, 6),
)

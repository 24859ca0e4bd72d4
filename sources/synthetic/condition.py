"""What a chronic condition or long episode is made of: prevalence, care, drugs and equipment."""

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


def rates(text: str) -> dict[str, float]:
    """Rates written as `primary=.9 specialist=.06`."""
    pairs = (item.split("=") for item in text.split())
    return {name: float(value) for name, value in pairs}

"""Events become claims: who treats, where, which diagnosis, which lines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sources.synthetic import claims, codes, lag
from sources.synthetic.claims import OUTPATIENT, PROFESSIONAL, Claims
from sources.synthetic.conditions import CONDITIONS
from sources.synthetic.diagnoses import acute, of_condition, screening
from sources.synthetic.network import Network
from sources.synthetic.providers import NAMES, specialty
from sources.synthetic.recipes import INFUSION_DRUGS, RECIPES, bill
from sources.synthetic.settings import Settings
from sources.synthetic.visit_levels import with_levels

_ANY_SPECIALIST = (
    "dermatology",
    "orthopedics",
    "ophthalmology",
    "gastroenterology",
    "cardiology",
    "pain management",
    "obstetrics and gynecology",
    "endocrinology",
    "pulmonology",
    "neurology",
)
_ANY_SHARE = (0.22, 0.18, 0.18, 0.10, 0.07, 0.06, 0.10, 0.03, 0.03, 0.03)
_OF_CONDITION = np.array([specialty(condition.specialty) for condition in CONDITIONS])


class Clinic:
    """Makes the claims of every kind of office or outpatient event in one book."""

    def __init__(
        self, people: pd.DataFrame, billing: pd.DataFrame, network: Network, sick: np.ndarray, settings: Settings
    ) -> None:
        self.age = -people["birth_day"].to_numpy() / 365.25
        self.female = people["female"].to_numpy()
        self.style = billing["style"].to_numpy()
        self.special = billing["specialty"].to_numpy()
        self.network, self.sick, self.settings = network, sick, settings

    def make(self, service: str, events: pd.DataFrame) -> list[Claims]:
        """Claims of the events of one service."""
        rng = self.settings.stream(f"visits {service}")
        makers: dict[str, Callable[[pd.DataFrame, np.random.Generator], list[Claims]]] = {
            "primary": self._primary,
            "specialist": self._specialist,
            "emergency": self._emergency,
            "equipment": self._equipment,
            "infusion": self._infusion,
        }
        if service in makers:
            return makers[service](events, rng)
        place = {
            "laboratory": 81,
            "imaging": 22,
            "surgery": 24,
            "therapy": 11,
            "behavioural": 11,
            "dialysis": 65,
            "home_health": 12,
            "telehealth": 10,
        }[service]
        where = {
            "laboratory": "clinical laboratory",
            "imaging": "hospital",
            "surgery": "ambulatory surgery",
            "therapy": "physical therapy",
            "behavioural": "behavioral health",
            "dialysis": "dialysis",
            "home_health": "home health",
            "telehealth": "telehealth",
        }[service]
        recipe = {"therapy": "physical therapy", "behavioural": "behavioral health"}.get(service, service)
        kind = OUTPATIENT if service in ("imaging", "surgery", "dialysis", "home_health") else PROFESSIONAL
        setting = {"home_health": lag.HOME_HEALTH}.get(service, lag.of_kind(kind))
        if service == "therapy":
            events = _course(events, self.settings, rng)
        special = np.full(len(events), specialty(where))
        if service == "telehealth":  # most virtual visits are with the usual doctor
            special = np.where(rng.random(len(events)) < 0.7, self._family(events["person"].to_numpy()), special)
        return [
            self._bill(
                events,
                special,
                recipe,
                rng,
                kind=kind,
                place=place,
                setting=setting,
                referred=service in ("laboratory", "imaging", "therapy", "home_health", "surgery"),
            )
        ]

    def _family(self, person: np.ndarray) -> np.ndarray:
        """Primary care specialty of each person, by age."""
        grown = np.where((person * 7919) % 100 < 55, specialty("family medicine"), specialty("internal medicine"))
        return np.where(self.age[person] < 17, specialty("pediatrics"), grown)

    def _primary(self, events: pd.DataFrame, rng: np.random.Generator) -> list[Claims]:
        special = self._family(events["person"].to_numpy())
        parts = []
        for name in ("family medicine", "internal medicine", "pediatrics"):
            rows = special == specialty(name)
            parts.append(self._bill(events[rows], special[rows], name, rng))
        return parts

    def _specialist(self, events: pd.DataFrame, rng: np.random.Generator) -> list[Claims]:
        condition, person = events["condition"].to_numpy(), events["person"].to_numpy()
        any_special = rng.choice([specialty(name) for name in _ANY_SPECIALIST], len(events), p=_ANY_SHARE)
        # Men and children do not see an obstetrician.
        any_special = np.where(
            (any_special == specialty("obstetrics and gynecology")) & ~(self.female[person] & (self.age[person] > 14)),
            specialty("dermatology"),
            any_special,
        )
        special = np.where(condition >= 0, _OF_CONDITION[condition], any_special)
        back = (condition >= 0) & (special == specialty("orthopedics")) & (rng.random(len(events)) < 0.3)
        special = np.where(back, specialty("pain management"), special)
        return [
            self._bill(events[special == code], special[special == code], NAMES[code], rng, referred=True)
            for code in np.unique(special)
        ]

    def _emergency(self, events: pd.DataFrame, rng: np.random.Generator) -> list[Claims]:
        """A facility claim of the hospital and a professional claim of the emergency physicians."""
        hospital, doctors = (np.full(len(events), specialty(name)) for name in ("hospital", "emergency medicine"))
        facility = self._bill(
            events, hospital, "emergency facility", rng, kind=OUTPATIENT, place=23, setting=lag.OUTPATIENT_CARE
        )
        return [facility, self._bill(events, doctors, "emergency", rng, place=23)]

    def _equipment(self, events: pd.DataFrame, rng: np.random.Generator) -> list[Claims]:
        special = np.full(len(events), specialty("durable medical equipment"))
        claim = self._bill(events, special, "equipment", rng, place=12, setting=lag.EQUIPMENT, referred=True)
        owned = [codes.hcpcs(*(condition.equipment or ("E0143",))) for condition in CONDITIONS] + [
            codes.hcpcs("E0143", "L1833", "A4351")
        ]
        condition = events["condition"].to_numpy()
        code = np.array(
            [
                owned[c][pick % len(owned[c])]
                for c, pick in zip(condition, rng.integers(0, 60, len(events)), strict=True)
            ],
            dtype="int64",
        )
        supplies = np.isin(code, codes.hcpcs("A4253", "A4259", "A4351", "A7038"))
        units = np.where(supplies, rng.integers(1, 7, len(events)), 1)
        rent = np.where(
            np.isin(code, codes.hcpcs("E0601", "E1390", "E0260", "K0001")), codes.modifier("RR"), codes.modifier("NU")
        )
        lines = claim.lines.assign(code=code.astype("int16"), units=units.astype(float), modifier=rent.astype("int8"))
        return [Claims(claim.headers, lines)]

    def _infusion(self, events: pd.DataFrame, rng: np.random.Generator) -> list[Claims]:
        """Drug lines follow the condition; the administration is billed beside them."""
        special = np.full(len(events), specialty("oncology"))
        claim = self._bill(events, special, "infusion", rng)
        condition = events["condition"].to_numpy()
        extra = []
        for position, illness in enumerate(CONDITIONS):
            rows = np.flatnonzero(condition == position)
            if illness.name in INFUSION_DRUGS and len(rows):
                options = codes.hcpcs(*INFUSION_DRUGS[illness.name].split())
                # A patient stays on one drug.
                usual = options[(events["person"].to_numpy()[rows] * 31 + position) % len(options)]
                extra.append(claims.lines(len(rows), claim=rows, code=usual))
        lines = pd.concat([claim.lines, *extra], ignore_index=True).sort_values(
            "claim", kind="stable", ignore_index=True
        )
        return [Claims(claim.headers, lines)]

    def _bill(
        self,
        events: pd.DataFrame,
        special: np.ndarray,
        recipe: str,
        rng: np.random.Generator,
        *,
        kind: int = PROFESSIONAL,
        place: int = 11,
        setting: int = lag.PROFESSIONAL,
        referred: bool = False,
    ) -> Claims:
        person, day = events["person"].to_numpy(), events["day"].to_numpy()
        provider = self.network.provider(person, special, rng)
        headers = claims.headers(
            len(events),
            person=person,
            provider=provider,
            physician=self.network.physician(person, provider, rng),
            first=day,
            kind=kind,
            place=place,
            lag=setting,
            diagnosis=self._diagnosis(events, rng),
        )
        if referred:
            doctor = self.network.provider(person, self._family(person), rng)
            headers["referring"] = self.network.physician(person, doctor, rng).astype("int32")
        lines = bill(RECIPES[recipe], len(events), rng)
        return Claims(headers, with_levels(lines, headers, self.sick, self.style, rng))

    def _diagnosis(self, events: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        condition, person = events["condition"].to_numpy(), events["person"].to_numpy()
        other = np.where(rng.random(len(events)) < 0.2, screening(len(events), rng), acute(len(events), rng))
        return np.where(condition >= 0, of_condition(condition, person), other)


def _course(events: pd.DataFrame, settings: Settings, rng: np.random.Generator) -> pd.DataFrame:
    """Therapy comes in courses: each event is followed by sessions every few days. Rates count sessions, so
    five events in six are dropped first."""
    kept = events[rng.random(len(events)) < 1 / 6]
    sessions = rng.integers(3, 10, len(kept))
    course = kept.loc[kept.index.repeat(sessions)].reset_index(drop=True)
    order = np.arange(len(course)) - np.repeat(np.cumsum(sessions) - sessions, sessions)
    course["day"] += 4 * order
    # Sessions do not run past the month's end by more than the course; the caller drops uncovered days.
    return course[course["day"] <= settings.last_day].reset_index(drop=True)

"""A generated register of providers whose truth is known: one provider under several ids, each written down anew.

Errors are drawn from what registers show (typing errors, other abbreviations, initials and nicknames, numbers missing
or changed, moves), not from what the linkage forgives: the words cut short here are cut by letters, most of them in
ways that no table of abbreviations holds. Look-alikes are honest: groups under one tax number, chains, relatives in one
practice, a hospital and its pharmacy, two people of one name.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from models.linkage.records import is_verified

Provider = dict[str, str | None]

_FIRST = (
    "JAMES MARY ROBERT PATRICIA JOHN JENNIFER MICHAEL LINDA DAVID ELIZABETH WILLIAM BARBARA RICHARD SUSAN JOSEPH "
    "JESSICA THOMAS SARAH CHRISTOPHER KAREN CHARLES LISA DANIEL NANCY MATTHEW BETTY ANTHONY SANDRA MARK ASHLEY STEVEN "
    "KIMBERLY ANDREW EMILY PAUL DONNA JOSHUA MICHELLE KENNETH CAROL KEVIN AMANDA BRIAN MELISSA PRIYA WEI JOSE OLGA "
    "AHMED FATIMA HIROSHI ANNE ANNA JEAN JOAN"
).split()
_LAST = (
    "SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS RODRIGUEZ MARTINEZ HERNANDEZ LOPEZ GONZALEZ WILSON "
    "ANDERSON THOMAS TAYLOR MOORE JACKSON MARTIN LEE PEREZ THOMPSON WHITE HARRIS SANCHEZ CLARK RAMIREZ LEWIS ROBINSON "
    "WALKER YOUNG ALLEN KING WRIGHT SCOTT TORRES NGUYEN HILL FLORES GREEN ADAMS NELSON BAKER HALL RIVERA CAMPBELL "
    "MITCHELL PATEL KIM CHEN SINGH KHAN COHEN OBRIEN KOWALSKI HANSEN ROSSI"
).split()
_PLACE = (
    "SUNRISE HARBOR LAKESIDE RIVERSIDE NORTHSIDE SUMMIT MERIDIAN EVERGREEN OAKWOOD WESTVIEW PIONEER LIBERTY HERITAGE "
    "PROVIDENCE SAINT_LUKE SAINT_MARY MOUNT_AUBURN CAPITAL COASTAL PRAIRIE GRANITE REDWOOD BAYVIEW HILLCREST KEYSTONE "
    "MAGNOLIA CARDINAL TRINITY ALPINE DESERT"
).split()
_TRADE = {
    "facility": ["REGIONAL HOSPITAL", "MEMORIAL HOSPITAL", "SURGERY CENTER", "NURSING AND REHABILITATION CENTER"],
    "practice": ["FAMILY MEDICINE", "INTERNAL MEDICINE ASSOCIATES", "ORTHOPEDIC GROUP", "PEDIATRIC CLINIC",
                 "CARDIOLOGY CONSULTANTS", "PHYSICAL THERAPY", "DERMATOLOGY", "WOMENS HEALTH SPECIALISTS"],
    "supplier": ["MEDICAL SUPPLY", "HOME MEDICAL EQUIPMENT", "MOBILITY SERVICES"],
    "laboratory": ["CLINICAL LABORATORY", "DIAGNOSTIC LABORATORIES", "IMAGING CENTER"],
    "pharmacy": ["PHARMACY", "DISCOUNT DRUGS"],
}  # fmt: skip
_NICKNAMES = {"ROBERT": "BOB", "WILLIAM": "BILL", "ELIZABETH": "LIZ", "MICHAEL": "MIKE", "PATRICIA": "PAT", "THOMAS": "TOM"}  # fmt: skip # noqa: E501
_LEGAL = ["", "", " LLC", " INC", " PC", ", P.A.", " CORP."]


@dataclass(frozen=True)
class Quality:
    """How well registers are kept: shares of ids in which a field is absent or wrong."""

    npi_absent: float = 0.3
    npi_mistyped: float = 0.03
    tax_id_absent: float = 0.1
    tax_id_changed: float = 0.1
    name_absent: float = 0.03
    name_mistyped: float = 0.25
    name_cut: float = 0.2
    zip_absent: float = 0.05
    moved: float = 0.1
    specialty_unknown: float = 0.3


def register(providers: int, quality: Quality, seed: int) -> tuple[list[Provider], dict[str, int]]:
    """About 1.8 ids per provider, in no order, and id -> number of the provider it is (the truth)."""
    dice = random.Random(seed)
    truth = _providers(dice, providers)
    written = [
        (_written(dice, provider, truth, quality), number)
        for number, provider in enumerate(truth)
        for _ in range(dice.choices((1, 2, 3, 4), (50, 30, 12, 8))[0])
    ]
    dice.shuffle(written)
    rows = [row | {"provider_id": f"p{place:07d}"} for place, (row, _) in enumerate(written)]
    return rows, {f"p{place:07d}": number for place, (_, number) in enumerate(written)}


def _providers(dice: random.Random, count: int) -> list[Provider]:
    zips = [f"{dice.randrange(10000, 10000 + 20 * max(count // 400, 1)):05d}" for _ in range(max(count // 40, 3))]
    found: list[Provider] = []
    while len(found) < count:
        kind = dice.choices([*_TRADE, "group", "chain", "namesake"], (6, 25, 8, 4, 10, 30, 8, 4))[0]
        zip_code, tax_id = dice.choice(zips), _number(dice, 9)
        if kind == "group":
            family = dice.choice(_LAST)
            trade = dice.choice(_TRADE["practice"])
            found.append(_one(dice, f"{dice.choice(_PLACE)} {trade}", tax_id, zip_code, trade))
            for _ in range(dice.choice((2, 3, 5, 8, 15))):
                last = family if dice.random() < 0.15 else dice.choice(_LAST)
                found.append(_one(dice, _person(dice, last), tax_id, zip_code, trade))
        elif kind == "chain":
            name = f"{dice.choice(_PLACE)} {dice.choice(_TRADE['pharmacy'])}"
            found += [_one(dice, name, tax_id, place, "pharmacy") for place in dice.sample(zips, min(4, len(zips)))]
        elif kind == "namesake":
            name, trade = _person(dice, dice.choice(_LAST)), dice.choice(_TRADE["practice"])
            found += [_one(dice, name, _number(dice, 9), place, trade) for place in (zip_code, dice.choice(zips))]
        else:
            trade = dice.choice(_TRADE[kind])
            name = f"{dice.choice(_PLACE)} {dice.choice(_LAST) + ' ' if dice.random() < 0.4 else ''}{trade}"
            found.append(_one(dice, name, tax_id, zip_code, trade))
            if "HOSPITAL" in trade:
                found.append(_one(dice, f"{name} PHARMACY", tax_id, zip_code, "pharmacy"))
    return found[:count]


def _one(dice: random.Random, name: str, tax_id: str, zip_code: str, specialty: str) -> Provider:
    npi = next(npi for npi in iter(lambda: "1" + _number(dice, 9), "") if is_verified(npi))
    told = {"provider_name": name.replace("_", " "), "tax_id": tax_id, "zip_code": zip_code}
    return {**told, "npi": npi, "specialty": specialty.lower()}


def _person(dice: random.Random, last: str) -> str:
    middle = f" {dice.choice('ABCDEFGJKLMRST')}" if dice.random() < 0.5 else ""
    return f"{dice.choice(_FIRST)}{middle} {last} MD"


def _written(dice: random.Random, provider: Provider, all_: list[Provider], quality: Quality) -> Provider:
    """The provider as one register writes it down."""
    happens = lambda share: dice.random() < share  # noqa: E731
    row = dict(provider)
    row["provider_name"] = None if happens(quality.name_absent) else _name(dice, str(row["provider_name"]), quality)
    if happens(quality.npi_absent):
        row["npi"] = None
    elif happens(quality.npi_mistyped):
        row["npi"] = _mistyped(dice, str(row["npi"]), "0123456789")
    if happens(quality.tax_id_changed):
        row["tax_id"] = _number(dice, 9)
    if happens(quality.tax_id_absent):
        row["tax_id"] = None
    if happens(quality.moved):
        row["zip_code"] = dice.choice(all_)["zip_code"]
    if happens(quality.zip_absent):
        row["zip_code"] = None
    if happens(quality.specialty_unknown):
        row["specialty"] = "unknown"
    return row


def _name(dice: random.Random, name: str, quality: Quality) -> str:
    words = name.split()
    if words[-1] == "MD":
        words = _person_written(dice, words[:-1])
    elif dice.random() < quality.name_cut:
        long = [place for place, word in enumerate(words) if len(word) > 5]
        at = dice.choice(long) if long else 0
        words[at] = words[at][: dice.choice((3, 4, 5))]
    text = " ".join(words)
    if dice.random() < quality.name_mistyped:
        text = _mistyped(dice, text, "ABCDEFGHIJKLMNOPRSTUVWY")
    return (text.title() if dice.random() < 0.3 else text) + (dice.choice(_LEGAL) if "MD" not in text else "")


def _person_written(dice: random.Random, words: list[str]) -> list[str]:
    first, *middle, last = words
    if dice.random() < 0.1:
        first = _NICKNAMES.get(first, first)
    elif dice.random() < 0.05:
        first = first[0]
    middle = middle if dice.random() < 0.6 else []
    title = dice.choice(([], ["MD"], ["M.D."]))
    return [f"{last},", first, *middle, *title] if dice.random() < 0.5 else [first, *middle, last, *title]


def _mistyped(dice: random.Random, text: str, letters: str) -> str:
    at = dice.randrange(len(text) - 1)
    kind = dice.choice("replace drop double swap".split())
    if kind == "replace" or (kind in ("drop", "double") and letters[0] == "0"):
        return text[:at] + dice.choice(letters) + text[at + 1 :]
    if kind == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == "drop" else text[:at] + text[at] + text[at:]


def _number(dice: random.Random, digits: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(digits))

"""Numbers as people read and write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any


def money(value: Any, cents: bool = False) -> str:
    if value is None:
        return "–"
    amount = f"{abs(value):,.2f}" if cents else f"{abs(value):,.0f}"
    return f"−${amount}" if value < 0 else f"${amount}"


def dollars(text: str) -> Decimal | None:
    """A sum of dollars as a person types it; None where nothing is typed. Raises ValueError."""
    if not text.strip():
        return None
    try:
        amount = Decimal(text.replace(",", "").replace("$", "").strip())
    except InvalidOperation:
        raise ValueError("no sum of dollars") from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise ValueError("no sum of dollars")
    return amount


def share(value: Any) -> str:
    """A share of 1 as a percentage with the digits that matter."""
    if value is None:
        return "–"
    percent = 100 * float(value)
    if 99.5 <= percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %" if percent >= 1 else "< 1 %"


def number(value: Any) -> str:
    """As many digits as matter; a dash for what is no number."""
    if value is None or not isfinite(value):
        return "–"
    value = float(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def size(value: int) -> str:
    """Bytes of a file, roughly."""
    return f"{value / 1024**2:.1f} MB" if value >= 1024**2 else f"{max(1, round(value / 1024))} kB"


def day(value: Any) -> str:
    if value is None:
        return "–"
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


def moment(value: Any) -> str:
    """A UTC time to the minute."""
    return value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else day(value)


def plain(value: Any) -> str:
    """A code word of ours as people write it."""
    return "–" if value is None else str(value).replace("_", " ")


def score(row: dict[str, Any], what: str, total: int) -> str:
    """What a score says, in a sentence or two."""
    place = f"Rank {row['fraud_rank']:,} of {total:,} {what} of this day"
    chance = row["fraud_probability"]
    if chance is None:
        return (
            f"{place}. Too few {what} were confirmed or cleared by investigators to tell a probability by: the rank "
            "says how unusual it is and which hard rules it breaks."
        )
    odds = f"about {100 * chance:.0f} in 100" if chance >= 0.02 else "fewer than 2 in 100"
    return (
        f"{place}. Held against closed investigations, {odds} {what} with such a score are confirmed. A score is a "
        "reason to look, and no finding."
    )

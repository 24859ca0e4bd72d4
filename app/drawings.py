"""Small plots as inline SVG, coloured by the style sheet (Okabe-Ito) and told in words to who does not see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from app.peers import Spread
from app.words import day, money, number

_WIDTH, _HEIGHT, _PAD = 260, 30, 8
_SQUEEZED = 8.0


def against_peers(value: float | None, expected: float | None, spread: Spread | None) -> Markup:
    """Where a value lies among its peers: a band of 90 % of them, a darker one of half, their median, and the value."""
    if value is None or (spread is None and expected is None):
        return Markup("")
    quantiles = spread.quantiles if spread else (expected or 0.0,) * 5
    low, high = min(value, quantiles[0], 0.0), max(value, quantiles[4])
    reach = max(abs(quantiles[0]), abs(quantiles[4]), 1e-9)
    squeezed = low >= 0 and value > _SQUEEZED * reach

    def at(one: float) -> float:
        if high == low:
            return _WIDTH / 2
        part = math.log1p(one - low) / math.log1p(high - low) if squeezed else (one - low) / (high - low)
        return round(_PAD + part * (_WIDTH - 2 * _PAD), 1)

    q = [at(one) for one in quantiles]
    if spread:
        told = (
            f"Value {number(value)}. Of {spread.count:,} peers half lie between {number(quantiles[1])} and "
            f"{number(quantiles[3])}, 90 % between {number(quantiles[0])} and {number(quantiles[4])}; "
            f"their median is {number(quantiles[2])}."
        )
    else:
        told = f"Value {number(value)}; {number(expected)} is typical."
    if squeezed:
        told += " The scale is squeezed towards the right."
    x = at(value)
    bands = (
        f'<rect class="p90" x="{q[0]}" y="9" width="{max(q[4] - q[0], 1):.1f}" height="12"/>'
        f'<rect class="p50" x="{q[1]}" y="9" width="{max(q[3] - q[1], 1):.1f}" height="12"/>'
        if spread
        else ""
    )
    return Markup(
        f'<svg class="peers" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(told)}">'
        f'<line class="axis" x1="{_PAD}" x2="{_WIDTH - _PAD}" y1="15" y2="15"/>{bands}'
        f'<line class="median" x1="{q[2]}" x2="{q[2]}" y1="6" y2="24"/>'
        f'<path class="value" d="M{x} 7 l6 8 l-6 8 l-6 -8 z"/></svg>'
    )


def rank_history(rows: Sequence[dict[str, Any]]) -> Markup:
    """The probability (else nothing) of each day a claim or provider was scored, oldest first."""
    points = [row for row in rows if row["fraud_probability"] is not None]
    if len(points) < 2:
        return Markup("")
    wide = (_WIDTH - 2 * _PAD) / (len(points) - 1)
    spots = [(_PAD + wide * i, 52 - 44 * row["fraud_probability"]) for i, row in enumerate(points)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    told = "; ".join(f"{day(row['as_of'])}: {row['fraud_probability']:.0%}" for row in points)
    dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in spots)
    return Markup(
        f'<svg class="history" viewBox="0 0 {_WIDTH} 60" role="img" aria-label="By day: {escape(told)}">'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="52" y2="52"/><polyline class="line" points="{line}"/>{dots}</svg>'
    )


def months(rows: Sequence[dict[str, Any]]) -> Markup:
    """Paid by month as bars; rows have `month` (its first day) and `paid`. A month without a row is an empty place."""
    if not rows:
        return Markup("")
    first, last = _month(rows[0]["month"]), _month(rows[-1]["month"])
    top = max(max(float(row["paid"]) for row in rows), 1.0)
    wide = 640 / max(last - first + 1, 12)
    bars = []
    for row in rows:
        tall, left = max(70 * max(float(row["paid"]), 0.0) / top, 0.5), wide * (_month(row["month"]) - first)
        bars.append(
            f'<rect class="bar" x="{left:.1f}" y="{76 - tall:.1f}" width="{max(wide - 2, 1):.1f}" '
            f'height="{tall:.1f}"><title>{row["month"]:%B %Y}: {money(row["paid"])}</title></rect>'
        )
    told = f"Paid by month, {rows[0]['month']:%B %Y} to {rows[-1]['month']:%B %Y}; the highest is {money(top)}."
    end = wide * (last - first + 1)
    return Markup(
        f'<svg class="months" viewBox="0 0 640 96" role="img" aria-label="{escape(told)}">{"".join(bars)}'
        f'<line class="axis" x1="0" x2="640" y1="76.5" y2="76.5"/><text x="0" y="92">{rows[0]["month"]:%b %Y}</text>'
        f'<text x="{end:.0f}" y="92" text-anchor="end">{rows[-1]["month"]:%b %Y}</text>'
        f'<text x="{end:.0f}" y="10" text-anchor="end">highest {money(top)}</text></svg>'
    )


def _month(when: date) -> int:
    return 12 * when.year + when.month


_LANES = {"inpatient": 0, "outpatient": 1, "professional": 2, "pharmacy": 3}


def time_line(rows: Sequence[dict[str, Any]], own: str) -> Markup:
    """Claims of one member around one of them, a row for each type; rows have claim_id, claim_type, service days."""
    if not rows:
        return Markup("")
    start, end = min(row["service_from"] for row in rows), max(row["service_through"] for row in rows)
    whole = max((end - start).days, 1)

    def at(when: date) -> float:
        return 92 + 540 * (when - start).days / whole

    marks = []
    for row in sorted(rows, key=lambda one: one["claim_id"] == own):
        x, y = at(row["service_from"]), 12 + 22 * _LANES.get(row["claim_type"], 3)
        wide = max(at(row["service_through"]) - x, 5)
        mine = ' class="own"' if row["claim_id"] == own else ' class="other"'
        said = f"{row['claim_type']}, {day(row['service_from'])}, {money(row['paid'])}"
        marks.append(
            f'<rect{mine} x="{x - 2.5:.1f}" y="{y - 6}" width="{wide:.1f}" height="12" rx="2">'
            f"<title>{escape(said)}</title></rect>"
        )
    names = "".join(f'<text x="0" y="{16 + 22 * lane}">{name}</text>' for name, lane in _LANES.items())
    lines = "".join(f'<line class="axis" x1="90" x2="640" y1="{12 + 22 * i}" y2="{12 + 22 * i}"/>' for i in range(4))
    told = f"{len(rows)} claims of this member from {day(start)} to {day(end)}; this claim is marked."
    return Markup(
        f'<svg class="timeline" viewBox="0 0 640 112" role="img" aria-label="{escape(told)}">{lines}{"".join(marks)}'
        f'{names}<text x="90" y="108">{day(start)}</text>'
        f'<text x="640" y="108" text-anchor="end">{day(end)}</text></svg>'
    )


def interval(low: float, middle: float, high: float, others: Sequence[tuple[str, float]]) -> Markup:
    """An expected amount in its interval, with other figures marked on the same scale."""
    top = max([high, *[one for _, one in others]]) * 1.05 or 1.0

    def at(one: float) -> float:
        return round(10 + 600 * max(one, 0.0) / top, 1)

    marks = "".join(
        f'<g><line class="median" x1="{at(one)}" x2="{at(one)}" y1="20" y2="44"/>'
        f'<text x="{at(one)}" y="{60 + 14 * (i % 2)}" text-anchor="middle">{escape(name)}</text></g>'
        for i, (name, one) in enumerate(others)
    )
    told = f"Expected {money(middle, True)}, 90 % between {money(low, True)} and {money(high, True)}."
    x = at(middle)
    return Markup(
        f'<svg class="interval" viewBox="0 0 640 80" role="img" aria-label="{escape(told)}">'
        f'<line class="axis" x1="10" x2="610" y1="32" y2="32"/>'
        f'<rect class="p90" x="{at(low)}" y="25" width="{at(high) - at(low):.1f}" height="14"/>{marks}'
        f'<path class="value" d="M{x} 22 l7 10 l-7 10 l-7 -10 z"/></svg>'
    )

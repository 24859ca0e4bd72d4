from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from catalog.codes import SYSTEMS, Span, finding
from catalog.codes.hcc import MODELS, condition_categories, label
from catalog.codes.icd_hierarchy import equivalents, levels

_LISTED = [name for name in SYSTEMS if name != "ndc"]


def codes(
    code: Annotated[list[str], typer.Argument(help="Codes, with or without dot.")],
    system: Annotated[str | None, typer.Option(help=f"Of {', '.join(SYSTEMS)}; default: all that know it.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day of service; default: today.")] = None,
) -> None:
    """Say what a code is: the days on which it is valid, where it stands, what it maps to, its CMS-HCC categories.

    CPT and dental codes are known by their shape alone, as their lists may not be shipped.

    Example: underwatch codes E11.9 J1745 --on 2024-06-01
    """
    if system is not None and system not in SYSTEMS:
        raise typer.BadParameter(f"{system} is none of {', '.join(SYSTEMS)}", param_hint="--system")
    day = (on or datetime.now(UTC)).date()
    for each in code:
        told = each.replace(".", "").upper()
        systems = [system] if system else [name for name in _LISTED if SYSTEMS[name].spans(told)]
        if not systems:
            typer.echo(f"{each}: no code of {', '.join(_LISTED)}")
        for name in systems:
            _say(name, told, day)


def _say(system: str, code: str, day: date) -> None:
    typer.secho(f"{code} ({system})", bold=True)
    spans = SYSTEMS[system].spans(code)
    _line("valid", "; ".join(_days(span) for span in spans) or "on no day")
    _line(f"on {day}", (finding(system, code, day) or "valid").replace("_", " "))
    if system == "icd-10-cm":
        for level in levels(code):
            _line(level.name, level.title)
        for version in MODELS:
            for category in condition_categories(code, version):
                _line(f"HCC {category}", f"{label(category, version)} ({MODELS[version]})")
    if system in ("icd-9-cm", "icd-10-cm"):
        other = SYSTEMS[system].other
        _line(other, ", ".join(equivalents(system, code)) or "no equivalent in the GEMs")
    typer.echo()


def _line(name: str, text: str) -> None:
    typer.echo(f"  {name:<15} {text}")


def _days(span: Span) -> str:
    first = "" if span.valid_from == date.min else f"from {span.valid_from}"
    last = "" if span.valid_until == date.max else f"until {span.valid_until}"
    return " ".join(part for part in (first, last) if part) or "always, as far as is known"

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.risk_quality.contest import contest
from benchmarks.risk_quality.panel import Panel
from benchmarks.risk_quality.section import section

_HEAD = """# Risk quality

How good the expected costs of the next twelve months are, beside every baseline, on members and years that no model learnt
from. Each part is written by the command that stands above it, which anyone can run again. All are prospective:
features end before the year that is predicted begins. R2 is the share of the cost's variance explained in dollars; capped, with
actual and expected cost cut at 250,000 USD. "Level taken out" scales a method's predictions to the year's actual
total, because how much all cost in a year yet to come is the trend's business and the same for every method.
"""


def main(
    members: Annotated[int, typer.Option(help="Members ever covered in a generated book; 0 for none.")] = 0,
    desynpuf: Annotated[Path | None, typer.Option(help="Folder of the DE-SynPUF files.")] = None,
    rand: Annotated[bool, typer.Option("--rand", help="Measure on the RAND Health Insurance Experiment.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the generated book and of all that is random.")] = 11,
    lake: Annotated[Path, typer.Option(help="Folder of the benchmark's lakes.")] = Path("var/benchmarks"),
    out: Annotated[Path, typer.Option(help="Markdown to write; plots go to a folder of its name.")] = Path(
        "docs/risk-quality.md"
    ),
) -> None:
    """Measure expected costs beside their baselines and write the parts of the document asked for.

    Example: python -m benchmarks.risk_quality --members 20000 --rand --desynpuf ../shared/data/desynpuf
    """
    console = Console()
    todo: list[tuple[str, Callable[[], Panel]]] = []
    if members:
        from benchmarks.risk_quality.generated import generated_panel

        todo.append((f"--members {members}", lambda: generated_panel(members, seed, lake, console)))
    if desynpuf is not None:
        from benchmarks.risk_quality.beneficiaries import beneficiary_panel
        from benchmarks.risk_quality.full_claims import full_claims_panel

        todo.append(("--desynpuf <folder>", lambda: beneficiary_panel(desynpuf)))
        todo.append(("--desynpuf <folder>", lambda: full_claims_panel(desynpuf, seed, lake, console)))
    if rand:
        from benchmarks.risk_quality.rand import rand_panel

        todo.append(("--rand", rand_panel))
    if not todo:
        raise typer.BadParameter("ask for a generated book (--members), --desynpuf FOLDER or --rand")
    for options, make in todo:
        started = time.perf_counter()
        panel = make()
        found = contest(panel, seed, console)
        text = section(found, seed, out.with_suffix(""), out.parent)
        took = f"{(time.perf_counter() - started) / 60:.0f} minutes on {os.cpu_count()} cores"
        said = f"`python -m benchmarks.risk_quality {options} --seed {seed}`, {datetime.now(UTC):%Y-%m-%d}, {took}."
        before = out.read_text() if out.exists() else ""
        out.write_text(with_section(before, panel.name, f"{said}\n\n{text}"))
        console.print(f"wrote {panel.name} into {out}")


def with_section(document: str, heading: str, text: str) -> str:
    """The document with one section, new or in the place of the one with its heading; the head is as it is here."""
    _, *parts = document.split("\n## ")
    sections = {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in parts}
    kept = sections | {heading: f"\n{text}"}
    return _HEAD + "".join(f"\n## {name}\n{body.rstrip()}\n" for name, body in sorted(kept.items(), key=_order))


def _order(section: tuple[str, str]) -> tuple[int, str]:
    kinds = ("Generated", "DE-SynPUF", "RAND")
    return next((at for at, kind in enumerate(kinds) if section[0].startswith(kind)), len(kinds)), section[0]


if __name__ == "__main__":
    typer.run(main)

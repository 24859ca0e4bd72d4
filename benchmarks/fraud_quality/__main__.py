from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.fraud_quality import bounds, camouflage, generated_section, provider_fraud_section
from benchmarks.fraud_quality.generated import book_and_lake, generated
from benchmarks.fraud_quality.provider_fraud import provider_fraud_book

_HEAD = """# Fraud quality

Each part is written by the command that stands above it, which anyone can run again. The public provider-fraud files
are DE-SynPUF claims under other names and nobody knows how their labels came about: what follows compares methods and
says nothing about real fraud. Neither does a generated book: it shows how the system behaves where the truth is known.

## What the protocol refuses

Before a figure is made, the harness looks for the leaks that published work has, and ends with the leak's name when it
finds one (`benchmarks/fraud_quality/leaks.py`; the tests plant each): rows resampled before the split, a provider on
both sides, features of days after a label's, an identity among the features, scores that change with the test labels
(encodings, early stopping and thresholds fitted with them), scores of one test row that change with another's features
(scaling by all rows). Networks pass features of unlabelled neighbours on and are not held to the last.
"""


def main(
    data: Annotated[Path | None, typer.Option(help="Folder of the public provider-fraud files.")] = None,
    generated_book: Annotated[bool, typer.Option("--generated", help="Measure on a generated book.")] = False,
    bounds_of_book: Annotated[
        bool, typer.Option("--bounds", help="Measure what bounds the ranking that --generated made and kept.")
    ] = False,
    disguised: Annotated[
        bool, typer.Option("--camouflage", help="Measure on books whose fraudulent claims are disguised.")
    ] = False,
    repeats: Annotated[int, typer.Option(min=1, help="Times the five folds are dealt.")] = 5,
    network_repeats: Annotated[int, typer.Option(min=0, help="Of these, how often the graph network runs.")] = 1,
    lines: Annotated[int, typer.Option(min=20_000, help="Lines of the generated book, about.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="Seed of the generated book.")] = 11,
    lake: Annotated[Path, typer.Option(help="Folder of the benchmark's lakes.")] = Path("var/benchmarks"),
    out: Annotated[Path, typer.Option(help="Markdown to write; plots go to a folder of its name.")] = Path(
        "docs/fraud-quality.md"
    ),
    processes: Annotated[int, typer.Option(min=1, help="Folds that run side by side.")] = os.cpu_count() or 1,
) -> None:
    """Measure the fraud rankings beside their baselines and write the part of the document asked for.

    Examples: python -m benchmarks.fraud_quality --data downloads/provider_fraud
    python -m benchmarks.fraud_quality --generated --bounds
    python -m benchmarks.fraud_quality --camouflage --lines 300000
    """
    console = Console()
    if data is None and not (generated_book or bounds_of_book or disguised):
        raise typer.BadParameter("name the public files (--data FOLDER) or ask for a generated book (--generated)")
    delivery, own_lake = book_and_lake(lines, seed, lake)
    if bounds_of_book and not generated_book and not Path(own_lake.root).exists():
        raise typer.BadParameter(f"there is no lake {own_lake.root}: run it with --generated first")
    if data is not None:
        started = time.perf_counter()
        book = provider_fraud_book(data, lake, console)
        console.print(
            f"{len(book.rows):,} labelled providers, {int(book.confirmed.sum())} confirmed; comparing methods ..."
        )
        text = provider_fraud_section.section(book, repeats, network_repeats, processes, out.with_suffix(""))
        options = f"--data <folder> --repeats {repeats} --network-repeats {network_repeats}"
        _write(out, provider_fraud_section.HEADING, options, text, started, console)
    if generated_book:
        started = time.perf_counter()
        text = generated_section.section(generated(lines, seed, lake, console), seed)
        _write(out, generated_section.HEADING, f"--generated --lines {lines} --seed {seed}", text, started, console)
    if bounds_of_book:
        started = time.perf_counter()
        text = bounds.section(bounds.bounds(own_lake, delivery, seed, console))
        _write(out, bounds.HEADING, f"--bounds --lines {lines} --seed {seed}", text, started, console)
    if disguised:
        started = time.perf_counter()
        text = camouflage.section(camouflage.camouflaged(lines, seed, lake, console), lines, seed)
        _write(out, camouflage.HEADING, f"--camouflage --lines {lines} --seed {seed}", text, started, console)


def _write(out: Path, heading: str, options: str, text: str, started: float, console: Console) -> None:
    took = f"{(time.perf_counter() - started) / 60:.0f} minutes on {os.cpu_count()} cores"
    said = f"`python -m benchmarks.fraud_quality {options}`, {datetime.now(UTC):%Y-%m-%d}, {took}."
    before = out.read_text() if out.exists() else ""
    out.write_text(with_section(before, heading, f"{said}\n\n{text}"))
    typer.echo(text)
    console.print(f"wrote {out}")


def with_section(document: str, heading: str, text: str) -> str:
    """The document with one section, new or in the place of the one with its heading; the head is as it is here."""
    _, *parts = document.split("\n## ")
    sections = {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in parts}
    own = {part.split("\n", 1)[0] for part in _HEAD.split("\n## ")[1:]}
    kept = {name: body for name, body in sections.items() if name not in own} | {heading: f"\n{text}"}
    return _HEAD + "".join(f"\n## {name}\n{body.rstrip()}\n" for name, body in sorted(kept.items(), reverse=True))


if __name__ == "__main__":
    typer.run(main)

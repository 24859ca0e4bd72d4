from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as TextTable

from catalog.errors import UnderwatchError
from jobs.options import Seed
from jobs.progress import log, step
from sources.synthetic.book import Book, make_book
from sources.synthetic.drug_directory import write_directory
from sources.synthetic.settings import Settings
from sources.synthetic.shape import summary
from sources.synthetic.writer import truth_folder, write_book


class BadBook(UnderwatchError):
    """The book asked for cannot be generated."""

    exit_code = 2


def generate(
    members: Annotated[int, typer.Option(help="People ever covered in the book; at least 100.")] = 6000,
    months: Annotated[int, typer.Option(help="Length of the book in months; at least 12.")] = 36,
    seed: Seed = 7,
    out: Annotated[
        Path, typer.Option(help="Folder of the delivery; <out>.truth and <out>.drugs lie beside it.")
    ] = Path("var/deliveries/synthetic"),
    start: Annotated[
        str, typer.Option(help="First day of the book, the first of a month (YYYY-MM-DD).")
    ] = "2022-01-01",
    fraud_intensity: Annotated[
        float, typer.Option(help="How much of a fraudster's billing is fraudulent; 1 as published.")
    ] = 1.0,
    camouflage: Annotated[
        float, typer.Option(min=0, max=1, help="Share of fraudulent claims that are made to look like honest ones.")
    ] = 0.0,
) -> None:
    """Write a synthetic delivery: members, eligibility, providers, claims and investigations as CSV files.

    The same options always write the same bytes. The truth about fraud is written outside the delivery, and so is what
    the drugs are, as load-drug-classes reads it.

    Example: underwatch generate --members 6000 --months 36 --seed 7 --out var/deliveries/synthetic
    """
    settings = _settings(members, months, seed, start, fraud_intensity, camouflage)
    with step("generate book", members=members, months=months, seed=seed):
        book = make_book(settings, say=lambda text: log.info(f"  {text}"))
    with step("write delivery", out=str(out)) as found:
        rows = write_book(book, out, say=lambda text: log.info(f"  {text}"))
        write_directory(out.with_name(out.name + ".drugs"))
        found["files"] = len(rows)
    _print_summary(book, rows, out)


def _settings(members: int, months: int, seed: int, start: str, fraud_intensity: float, camouflage: float) -> Settings:
    if members < 100 or months < 12:
        raise BadBook("a book needs at least 100 members and 12 months; raise --members or --months")
    if fraud_intensity < 0 or seed < 0:
        raise BadBook("--fraud-intensity and --seed must not be negative")
    try:
        first = date.fromisoformat(start)
    except ValueError:
        raise BadBook(f"--start {start!r} is not a date; write it as YYYY-MM-DD") from None
    if first.day != 1:
        raise BadBook(f"--start {start} is not the first day of a month; use {start[:8]}01")
    return Settings(members, months, seed, first, fraud_intensity, camouflage)


def _print_summary(book: Book, rows: dict[str, int], out: Path) -> None:
    table = TextTable("file", "rows", title=f"Delivery {out}")
    for name, count in rows.items():
        folder = truth_folder(out).name if name.endswith("_truth") else out.name
        table.add_row(f"{folder}/{name}.csv", f"{count:,}")
    figures = TextTable("figure", "value", title="Shape of the book")
    paid = book.lines["paid"].sum() + book.fill_versions["paid"].sum()
    figures.add_row("total paid, USD", f"{paid:,.0f}")
    for name, value in summary(book).items():
        figures.add_row(name, f"{value:,.1f}" if value > 2 else f"{value:.2%}")
    console = Console()
    console.print(table)
    console.print(figures)

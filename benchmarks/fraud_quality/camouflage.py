"""What the ranking of a generated book still finds where fraudulent claims are made to look like honest ones."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.fraud_quality import report
from benchmarks.fraud_quality.bounds import Ranking, ranking
from benchmarks.fraud_quality.generated import CAPACITY, ranked, scored
from lake import Lake
from sources.synthetic.claims import HELD_OUT
from sources.synthetic.writer import truth_folder

HEADING = "Camouflage"
SHARES = (0.0, 0.5, 1.0)
"""Of the fraudulent claims that are disguised."""


def camouflaged(lines: int, seed: int, folder: Path, console: Console) -> list[tuple[Ranking, float]]:
    """The published ranking of a book of about so many lines for each share of SHARES, and the share of its claims that
    are fraudulent. The books are written anew and not kept."""
    found = []
    for share in SHARES:
        console.print(f"{share:.0%} disguised")
        book, lake = folder / f"camouflage-{share}", Lake(str(folder / f"camouflage-lake-{share}"))
        ranked(book, lake, lines, seed, console, (f"--camouflage={share}",))
        claims = scored(lake, book)
        order = -claims["fraud_rank"].to_numpy(dtype=float)
        found.append((ranking(f"{share:.0%}", claims, order), float(np.mean(claims["is_fraud"]))))
        for place in (book, truth_folder(book), Path(lake.root)):
            shutil.rmtree(place)
    return found


def section(found: list[tuple[Ranking, float]], lines: int, seed: int) -> str:
    """The rankings side by side, in Markdown."""
    schemes = sorted({scheme for one, _ in found for scheme in one.recall}, key=lambda name: (name == HELD_OUT, name))
    rows = [
        (
            one.name,
            f"{fraudulent:.1%}",
            f"{one.precision:.3f}",
            f"{one.average_precision:.3f}",
            *(f"{one.recall[name]:.2f}" if name in one.recall else "-" for name in schemes),
        )
        for one, fraudulent in found
    ]
    head = ("disguised", "fraudulent", f"precision in the first {CAPACITY:.0%}", "average precision", *schemes)
    return f"""The same book of about {lines:,} lines (seed {seed}) three times, with no, half or all of its fraudulent claims disguised
(`underwatch generate --camouflage`): visits raised by one level only, invented visits of own patients on ordinary days, duplicates one to
three weeks later, half of a panel's parts without the modifier, the ring's people from nearby and its physicians in turn, refills when the
last is nearly used up, services within ten days of a death, calls to people nearby on any day. Models learn from the book's own
investigations each time. Recall by scheme in the first {CAPACITY:.0%}; a book of this size has few culprits of each scheme.

{report.table(head, rows)}
"""

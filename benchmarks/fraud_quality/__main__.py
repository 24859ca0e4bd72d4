from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.fraud_quality import methods, report
from benchmarks.fraud_quality.book import Book
from benchmarks.fraud_quality.cross_validation import Contest, Entry, communities, contest
from benchmarks.fraud_quality.provider_fraud import provider_fraud_book
from models.fraud.compare import Paired

BLEND, NETWORK, OFFERED = "blend", "graph network", "blend, network offered"
OWN, AROUND = "XGBoost, own features", "XGBoost, own and neighbours"
PLAIN = "XGBoost, simple aggregates"
DEALT_COLUMNS, DEALT_LINKS = "XGBoost, own and another's neighbours", "graph network, links dealt anew"
_PLOTTED = (BLEND, AROUND, "logistic regression, simple aggregates", PLAIN, "total paid alone")


def main(
    data: Annotated[Path, typer.Option(help="Folder of the public provider-fraud files.")],
    repeats: Annotated[int, typer.Option(min=1, help="Times the five folds are dealt.")] = 5,
    network_repeats: Annotated[int, typer.Option(min=0, help="Of these, how often the graph network runs.")] = 1,
    lake: Annotated[Path, typer.Option(help="Folder of the benchmark's lakes, kept between runs.")] = Path(
        "var/benchmarks"
    ),
    out: Annotated[Path, typer.Option(help="Markdown file to write; plots go to a folder of its name.")] = Path(
        "docs/fraud-quality.md"
    ),
    processes: Annotated[int, typer.Option(min=1, help="Folds that run side by side.")] = os.cpu_count() or 1,
) -> None:
    """Score labelled providers by every method in the same folds and write the document.

    Example: python -m benchmarks.fraud_quality --data downloads/provider_fraud
    """
    console = Console()
    started = time.perf_counter()
    book = provider_fraud_book(data, lake, console)
    console.print(f"{len(book.rows):,} labelled providers with inpatient claims, {int(book.confirmed.sum())} confirmed")
    found = contest(book, _entries(network_repeats), repeats, processes)
    console.print("folds of disjoint communities")
    groups = communities(book)
    stress = contest(book, [Entry(one) for one in _STRESS], repeats, processes, groups)
    text = _document(book, found, stress, len(set(groups)), repeats, network_repeats, _minutes(started))
    _plots(found, out.with_suffix(""))
    out.write_text(text)
    console.print(report.measures_table(report.lines(found)), markup=False)
    console.print(f"wrote {out}")


_STRESS = (
    methods.total_paid,
    methods.plain_logistic,
    methods.plain_xgboost,
    methods.xgboost_neighbours,
    methods.shipped,
)


def _entries(network_repeats: int) -> list[Entry]:
    entries = [
        Entry(methods.total_paid),
        Entry(methods.unsupervised),
        Entry(methods.plain_logistic),
        Entry(methods.plain_forest),
        Entry(methods.plain_xgboost),
        Entry(methods.xgboost_own),
        Entry(methods.xgboost_neighbours),
        Entry(methods.xgboost_dealt),
        Entry(methods.shipped),
    ]
    if network_repeats:
        entries += [
            Entry(methods.shipped_with_network, rows_alone=False, repeats=network_repeats),
            Entry(methods.network_dealt, rows_alone=False, repeats=network_repeats),
        ]
    return entries


def _minutes(started: float) -> str:
    return f"{(time.perf_counter() - started) / 60:.0f} minutes on {os.cpu_count()} cores"


def _document(
    book: Book, found: list[Contest], stress: list[Contest], parts: int, repeats: int, networks: int, took: str
) -> str:
    brier, ece = report.calibration(found, BLEND)
    rows = [
        (f"{first} against {second}", *_said(report.paired(found, first, second))) for first, second in _pairs(networks)
    ]
    return f"""# Fraud quality

Written by `python -m benchmarks.fraud_quality --data <folder of the public provider-fraud files>`
(`--repeats {repeats} --network-repeats {networks}`), {datetime.now(UTC):%Y-%m-%d}, {took}.

The files are DE-SynPUF claims under other names and nobody knows how their labels came about: what follows compares
methods and says nothing about real fraud.

## Provider fraud

The {len(book.rows):,} labelled providers with inpatient claims, {int(book.confirmed.sum())} of them confirmed; features
end on {book.as_of}. {repeats} times five folds of providers, stratified by outcome, the same for every method.
Everything is fitted inside the training folds, calibration and what is usual among peers too; of the providers that are
tested, links and claims are known, as they are when a book is scored. Figures are of pooled out-of-fold rankings, the
mean over the repeats, with 95 % bootstrap intervals over providers. K is the number confirmed.

{report.measures_table(report.lines(found))}

Probabilities of the blend: Brier score {brier:.3f}, expected calibration error {ece:.3f}.

Two methods are compared by average precision in the folds both ran, with the corrected paired test (Nadeau and Bengio
2003):

{report.table(("", "AP a fold", "t", "p, one-sided"), rows)}

![precision and recall](fraud-quality/precision_recall.png)
![gain by capacity](fraud-quality/gain.png)
![calibration](fraud-quality/calibration.png)

### Folds of disjoint communities

The same with the {parts} communities of the graph of shared members (Louvain) kept together, so that a tested provider
shares few members with any that was learnt from:

{report.measures_table(report.lines(stress))}

## What the protocol refuses

Before a figure is made, the harness looks for the leaks that published work has, and ends with the leak's name when it
finds one (`benchmarks/fraud_quality/leaks.py`; the tests plant each): rows resampled before the split, a provider on
both sides, features of days after a label's, an identity among the features, scores that change with the test labels
(encodings, early stopping and thresholds fitted with them), scores of one test row that change with another's features
(scaling by all rows). Networks pass features of unlabelled neighbours on and are not held to the last.
"""


def _pairs(networks: int) -> list[tuple[str, str]]:
    pairs = [(BLEND, PLAIN), (BLEND, AROUND), (BLEND, "trees of the blend"), (BLEND, "lines of the blend"),
             (BLEND, "logistic regression, simple aggregates"), (AROUND, OWN), (AROUND, DEALT_COLUMNS)]  # fmt: skip
    return pairs + ([(NETWORK, AROUND), (NETWORK, DEALT_LINKS), (OFFERED, BLEND)] if networks else [])


def _said(one: Paired) -> tuple[str, str, str]:
    return f"{one.difference:+.3f}", f"{one.t:.2f}", f"{one.p:.3f}"


def _plots(found: list[Contest], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    report.plot_precision_recall(found, _PLOTTED, folder / "precision_recall.png")
    report.plot_gain(found, _PLOTTED, folder / "gain.png")
    report.plot_calibration(found, BLEND, folder / "calibration.png")


if __name__ == "__main__":
    typer.run(main)

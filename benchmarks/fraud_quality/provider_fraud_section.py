"""The part of the document about the public provider-fraud files."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.fraud_quality import methods, report
from benchmarks.fraud_quality.book import Book
from benchmarks.fraud_quality.cross_validation import Contest, Entry, communities, contest
from models.fraud.compare import Paired

HEADING = "Provider fraud"
BLEND, NETWORK, OFFERED = "blend", "graph network", "blend, network offered"
OWN, AROUND = "XGBoost, own features", "XGBoost, own and neighbours"
PLAIN = "XGBoost, simple aggregates"
SEARCHED = "XGBoost, own and neighbours, searched"
TOLD = "graph network told labels"
DEALT_COLUMNS, DEALT_LINKS = "XGBoost, own and another's neighbours", "graph network, links dealt anew"
_PLOTTED = (BLEND, AROUND, "logistic regression, simple aggregates", PLAIN, "total paid alone")
_PLAIN = (methods.total_paid, methods.plain_logistic, methods.plain_forest, methods.plain_xgboost)
_TREES = (methods.xgboost_own, methods.xgboost_neighbours, methods.xgboost_dealt)
_SEARCHED_REPEATS = 1
_STRESS = (*_PLAIN, methods.xgboost_neighbours, methods.shipped)


def section(book: Book, repeats: int, network_repeats: int, processes: int, pictures: Path) -> str:
    """Score the labelled providers by every method in the same folds; Markdown, and plots in the folder `pictures`."""
    found = contest(book, _entries(network_repeats), repeats, processes)
    groups = communities(book)
    stress = contest(book, [Entry(one) for one in _STRESS], repeats, processes, groups)
    pictures.mkdir(parents=True, exist_ok=True)
    report.plot_precision_recall(found, _PLOTTED, pictures / "precision_recall.png")
    report.plot_gain(found, _PLOTTED, pictures / "gain.png")
    report.plot_calibration(found, BLEND, pictures / "calibration.png")
    return _text(book, found, stress, len(set(groups)), repeats, network_repeats, pictures.name)


def _entries(network_repeats: int) -> list[Entry]:
    entries = [Entry(method) for method in (*_PLAIN, methods.unsupervised, *_TREES, methods.shipped)]
    entries.append(Entry(methods.xgboost_searched, repeats=_SEARCHED_REPEATS))
    networks = (methods.shipped_with_network, methods.network_dealt, methods.network_told) if network_repeats else ()
    return entries + [Entry(method, rows_alone=False, repeats=network_repeats) for method in networks]


def _text(
    book: Book, found: list[Contest], stress: list[Contest], parts: int, repeats: int, networks: int, pictures: str
) -> str:
    brier, ece = report.calibration(found, BLEND)
    rows = [(f"{one} against {other}", *_said(report.paired(found, one, other))) for one, other in _pairs(networks)]
    return f"""The {len(book.rows):,} labelled providers with inpatient claims, {int(book.confirmed.sum())} of them confirmed; features end on {book.as_of}.
{repeats} times five folds of providers, stratified by outcome, the same for every method. Everything is fitted inside the training
folds, calibration and what is usual among peers too; of the providers that are tested, links and claims are known, as they are when
a book is scored. Figures are of pooled out-of-fold rankings, the mean over the repeats, with 95 % bootstrap intervals over providers.
K is the number confirmed.

{report.measures_table(report.lines(found))}

Probabilities of the blend: Brier score {brier:.3f}, expected calibration error {ece:.3f}.

Two methods are compared by average precision in the folds both ran, with the corrected paired test (Nadeau and Bengio
2003):

{report.table(("", "AP a fold", "t", "p, one-sided"), rows)}

![precision and recall]({pictures}/precision_recall.png)
![gain by capacity]({pictures}/gain.png)
![calibration]({pictures}/calibration.png)

### Folds of disjoint communities

The same with the {parts} communities of the graph of shared members (Louvain) kept together, so that a tested provider
shares few members with any that was learnt from:

{report.measures_table(report.lines(stress))}
"""


def _pairs(networks: int) -> Sequence[tuple[str, str]]:
    pairs = [(BLEND, PLAIN), (BLEND, AROUND), (BLEND, "trees of the blend"), (BLEND, "lines of the blend"),
             (BLEND, "logistic regression, simple aggregates"), (AROUND, OWN), (AROUND, DEALT_COLUMNS), (SEARCHED, AROUND)]  # fmt: skip
    return pairs + ([(NETWORK, AROUND), (NETWORK, DEALT_LINKS), (TOLD, NETWORK), (OFFERED, BLEND)] if networks else [])


def _said(one: Paired) -> tuple[str, str, str]:
    return f"{one.difference:+.3f}", f"{one.t:.2f}", f"{one.p:.3f}"

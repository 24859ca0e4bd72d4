"""Repeated stratified folds of providers, the same for every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from benchmarks.fraud_quality.book import Book
from benchmarks.fraud_quality.leaks import Method, Scores, check_book, check_method, check_split

FOLDS = 5


@dataclass(frozen=True)
class Contest:
    """`margins`: method -> [repeats, rows], each row scored by a model that never saw its label; `fold` [repeats, rows]
    says by which."""

    confirmed: np.ndarray
    fold: np.ndarray
    margins: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Entry:
    """A method and how it is checked: `rows_alone` as in check_method; `repeats` limits one that takes hours."""

    method: Method
    rows_alone: bool = True
    repeats: int | None = None


def contest(
    book: Book, entries: Sequence[Entry], repeats: int, processes: int, groups: np.ndarray | None = None
) -> list[Contest]:
    """Score every labelled row by every method, `repeats` times in five folds; one Contest per entry.

    `groups` (one per row) are kept together, for folds of disjoint communities. Raises Leak before any figure is made.
    """
    check_book(book)
    splits = [folds(book.confirmed, repeat, groups) for repeat in range(repeats)]
    for fold in splits:
        for held_out in range(FOLDS):
            check_split(book.ids, np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out))
    train, test = np.flatnonzero(splits[0] != 0), np.flatnonzero(splits[0] == 0)
    work = Parallel(n_jobs=processes)
    print(f"looking for leaks in {len(entries)} methods ...", flush=True)
    work(delayed(check_method)(book, entry.method, train, test, entry.rows_alone) for entry in entries)
    found = []
    for entry in entries:
        used = splits[: entry.repeats or repeats]
        print(f"{entry.method.__name__}: {len(used)} times {FOLDS} folds ...", flush=True)
        jobs = [(repeat, held_out) for repeat in range(len(used)) for held_out in range(FOLDS)]
        scored = work(delayed(_score)(book, entry.method, used[repeat], held_out) for repeat, held_out in jobs)
        found.append(_gathered(book.confirmed, used, jobs, scored))
    return found


def folds(confirmed: np.ndarray, seed: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Fold of each row, 0 to 4, stratified by outcome."""
    fold = np.zeros(len(confirmed), dtype=np.int64)
    if groups is None:
        split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(confirmed, confirmed)
    else:
        grouped = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        split = grouped.split(confirmed, confirmed, groups)
    for number, (_, held_out) in enumerate(split):
        fold[held_out] = number
    return fold


def communities(book: Book, seed: int = 0) -> np.ndarray:
    """Community of each labelled row in the graph of providers that share members (Louvain, Blondel et al. 2008)."""
    visits = book.edges[book.edges["edge_type"] == "member_provider"]
    graph = nx.Graph()
    graph.add_nodes_from(sorted(book.ids))
    known = set(book.ids)
    for _, providers in visits.sort_values(["from_id", "to_id"]).groupby("from_id")["to_id"]:
        seen = [provider for provider in providers if provider in known]
        for place, one in enumerate(seen):
            for other in seen[place + 1 :]:
                weight = graph.get_edge_data(one, other, {"weight": 0})["weight"]
                graph.add_edge(one, other, weight=weight + 1)
    found = nx.community.louvain_communities(graph, weight="weight", seed=seed)
    number = {provider: place for place, members in enumerate(found) for provider in members}
    return np.array([number[provider] for provider in book.ids])


def _score(book: Book, method: Method, fold: np.ndarray, held_out: int) -> Scores:
    return method(book, np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out))


def _gathered(
    confirmed: np.ndarray, splits: list[np.ndarray], jobs: list[tuple[int, int]], scored: list[Scores]
) -> Contest:
    margins = {name: np.full((len(splits), len(confirmed)), np.nan) for name in scored[0]}
    for (repeat, held_out), said in zip(jobs, scored, strict=True):
        for name, values in said.items():
            margins[name][repeat, splits[repeat] == held_out] = values
    return Contest(confirmed, np.array(splits), margins)

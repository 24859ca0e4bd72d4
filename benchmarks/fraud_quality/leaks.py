"""What makes a figure worthless, and how it is found out: a protocol that leaks is refused, not reported.

The leaks are those of published work: resampling before the split, encodings or thresholds that saw the test labels,
scaling by all rows, one provider on both sides, features of later days, a provider's identity among the features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.fraud_quality.book import Book

Scores = Mapping[str, np.ndarray]
Method = Callable[[Book, np.ndarray, np.ndarray], Scores]
"""(book, positions to learn from, positions to score) -> name -> margins of the latter."""

_NEARLY_ALL = 0.99
_SAME = 1e-9


class Leak(Exception):
    """The protocol lets a method see what it is tested on. The message names what and how to mend it."""


def check_book(book: Book) -> None:
    """Raises Leak for rows that occur twice, features that identify, and features later than a label."""
    ids = book.ids
    if len(np.unique(ids)) < len(ids):
        raise Leak("a provider is there more than once: resample inside the training folds, not before the split")
    if (book.decided.astype("datetime64[D]") < np.datetime64(book.as_of)).any():
        raise Leak(f"the features end on {book.as_of}, after some labels were decided: build them as of an earlier day")
    for name in book.features:
        if name in ("provider_id", "npi", "tax_id") or _identifies(book, name):
            raise Leak(f"{name} is or stands for the provider's identity: drop it from the features")


def check_split(groups: np.ndarray, train: np.ndarray, test: np.ndarray) -> None:
    """Raises Leak where a group (the provider of a row) is on both sides."""
    both = np.intersect1d(groups[train], groups[test])
    if len(both):
        raise Leak(f"{len(both)} providers are on both sides of the split: split by provider")


def check_method(book: Book, method: Method, train: np.ndarray, test: np.ndarray, rows_alone: bool = True) -> None:
    """Raises Leak where scores of the test rows depend on their labels or, with `rows_alone`, on each other's features.

    Networks pass the features of unlabelled neighbours on, which scoring a whole book may do: for them alone
    `rows_alone` is off.
    """
    said = method(book, train, test)
    turned = book.confirmed.copy()
    turned[test] = 1 - turned[test]
    for name, margins in method(book.with_labels(turned), train, test).items():
        if _differ(margins, said[name]):
            raise Leak(f"{name} changes with the labels it is tested on: fit encodings, stopping and thresholds inside")
    if not rows_alone or len(test) < 2:
        return
    first, others = test[:1], test[1:]
    for name, margins in method(book.with_noise(others, 0), train, test).items():
        if _differ(margins[: len(first)], said[name][: len(first)]):
            raise Leak(f"{name} of a row changes with other rows it is tested on: fit scaling on the training rows")


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return not np.allclose(one, other, rtol=0, atol=_SAME, equal_nan=True)


def _identifies(book: Book, name: str) -> bool:
    """Whether nearly every provider has a whole number of its own, in the order of the ids or its reverse: a code of
    the id. Amounts differ too, but not in that order."""
    values = book.values([name])[:, 0]
    known = values[~np.isnan(values)]
    if len(known) < 20 or len(np.unique(known)) < _NEARLY_ALL * len(known) or (known != np.floor(known)).any():
        return False
    order = np.argsort(book.ids[~np.isnan(values)])
    steps = np.sign(np.diff(known[order]))
    return bool(abs(steps.mean()) > _NEARLY_ALL)

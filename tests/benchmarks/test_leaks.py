"""Each leak of published work, planted: the harness names it and makes no figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.fraud_quality import methods
from benchmarks.fraud_quality.book import Book
from benchmarks.fraud_quality.cross_validation import Entry, contest
from benchmarks.fraud_quality.leaks import Leak, Method, Scores, check_book, check_method, check_split

ROWS = 60
TRAIN, TEST = np.arange(12, ROWS), np.arange(12)


def book() -> Book:
    """Sixty labelled providers with two features, of which one tells a little."""
    rng = np.random.default_rng(3)
    confirmed = (np.arange(ROWS) % 3 == 0).astype(np.int64)
    providers = pd.DataFrame(
        {
            "provider_id": [f"p{number:03}" for number in range(ROWS)],
            "total_paid": np.round(rng.normal(1000 + 300 * confirmed, 200, ROWS), 2),
            "claim_volume": np.floor(rng.gamma(2.0, 20.0, ROWS)),
        }
    )
    return Book(
        providers=providers,
        edges=pd.DataFrame({"edge_type": [], "from_id": [], "to_id": []}),
        simple=providers.set_index("provider_id"),
        features=["total_paid", "claim_volume"],
        rows=np.arange(ROWS),
        confirmed=confirmed,
        decided=np.full(ROWS, np.datetime64("2024-12-31")),
        as_of=date(2024, 12, 31),
    )


def fitted(values: np.ndarray, confirmed: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    return np.asarray(LogisticRegression().fit(values[train], confirmed[train]).decision_function(values[test]))


def honest(one: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    values = StandardScaler().fit(one.sums()[train]).transform(one.sums())
    return {"honest": fitted(values, one.confirmed, train, test)}


def scaled_by_all(one: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    return {"scaled": fitted(StandardScaler().fit_transform(one.sums()), one.confirmed, train, test)}


def encoded_by_all(one: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """A size class becomes the share confirmed in it, test rows included."""
    size = (one.sums()[:, 1] > 40).astype(int)
    share = np.array([one.confirmed[size == each].mean() for each in size])
    return {"encoded": fitted(share[:, None], one.confirmed, train, test)}


def stopped_on_test(one: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """Of two penalties the one that suits the test fold."""
    values = StandardScaler().fit(one.sums()[train]).transform(one.sums())
    said = [
        LogisticRegression(C=strength).fit(values[train], one.confirmed[train]).decision_function(values[test])
        for strength in (1e-4, 10.0)
    ]
    losses = [float(np.mean(np.logaddexp(0, -(2 * one.confirmed[test] - 1) * each))) for each in said]
    return {"stopped": said[int(np.argmin(losses))]}


def test_an_honest_protocol_passes() -> None:
    check_book(book())
    check_split(book().ids, TRAIN, TEST)
    check_method(book(), honest, TRAIN, TEST)
    check_method(book(), methods.plain_logistic, TRAIN, TEST)
    (found,) = contest(book(), [Entry(honest)], repeats=2, processes=1)
    assert found.margins["honest"].shape == (2, ROWS) and not np.isnan(found.margins["honest"]).any()


def test_rows_resampled_before_the_split() -> None:
    drawn = np.concatenate([np.arange(ROWS), np.flatnonzero(book().confirmed == 1)])
    more = replace(book(), rows=drawn, confirmed=book().confirmed[drawn], decided=book().decided[drawn])
    with pytest.raises(Leak, match="more than once"):
        contest(more, [Entry(honest)], repeats=1, processes=1)


def test_a_provider_on_both_sides() -> None:
    claims_of = np.repeat(np.array(["p1", "p2", "p3"]), 4)
    with pytest.raises(Leak, match="both sides"):
        check_split(claims_of, np.arange(6), np.arange(6, 12))


def test_features_of_days_after_the_label() -> None:
    early = book().decided.copy()
    early[5] = np.datetime64("2024-06-30")
    with pytest.raises(Leak, match="as of an earlier day"):
        check_book(replace(book(), decided=early))


@pytest.mark.parametrize("order", [1, -1])
def test_an_identity_among_the_features(order: int) -> None:
    coded = book().providers.assign(code=np.arange(ROWS)[::order] * 7 + 11)
    with pytest.raises(Leak, match="code is or stands for the provider's identity"):
        check_book(replace(book(), providers=coded, features=[*book().features, "code"]))
    with pytest.raises(Leak, match="identity"):
        check_book(replace(book(), features=["provider_id"]))


@pytest.mark.parametrize("method", [encoded_by_all, stopped_on_test], ids=["encoding", "early stopping"])
def test_labels_that_are_tested_on(method: Method) -> None:
    with pytest.raises(Leak, match="changes with the labels"):
        check_method(book(), method, TRAIN, TEST)


def test_a_scaler_fitted_on_all_rows() -> None:
    with pytest.raises(Leak, match="changes with other rows"):
        check_method(book(), scaled_by_all, TRAIN, TEST)
    check_method(book(), scaled_by_all, TRAIN, TEST, rows_alone=False)

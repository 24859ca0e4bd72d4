"""The methods that are compared: what anyone would try first, and what Underwatch ships with its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit
from sklearn.ensemble import RandomForestClassifier

from benchmarks.fraud_quality.book import Book
from benchmarks.fraud_quality.leaks import Scores
from catalog import TABLES
from models.fraud import trees
from models.fraud.baselines import logistic
from models.fraud.folds import FOLDS, fold_of, provider_folds
from models.fraud.inputs import GRAPH, LINE, TREE, matrix
from models.fraud.search import search_shape
from models.fraud.train_providers import shuffled, train_providers

SEED = 1
TRIALS = 40
OWN = TABLES["provider_features"].feature_names
NEIGHBOURS = TABLES["neighbour_features"].feature_names
_PLAIN_XGBOOST: dict[str, object] = {**trees.PARAMS, "max_depth": 4, "min_child_weight": 1.0}


def total_paid(book: Book, _train: np.ndarray, test: np.ndarray) -> Scores:
    """The amount paid, largest first; nothing is learnt."""
    return {"total paid alone": np.nan_to_num(book.values(["total_paid"])[test, 0])}


def unsupervised(book: Book, _train: np.ndarray, test: np.ndarray) -> Scores:
    """The ranking without labels, with what is usual learnt from the providers that are not tested."""
    trained = _trained(book, np.array([], dtype=np.int64), test, network=False)
    return {
        "without labels": trained.model.score(book.providers, _no_links(book))["margin"].to_numpy()[book.rows[test]]
    }


def plain_logistic(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    sums = book.sums()
    model = logistic().fit(sums[train], book.confirmed[train])
    return {"logistic regression, simple aggregates": model.decision_function(sums[test])}


def plain_forest(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    sums = np.nan_to_num(book.sums(), nan=-1.0)
    model = RandomForestClassifier(500, min_samples_leaf=3, random_state=SEED).fit(sums[train], book.confirmed[train])
    return {"random forest, simple aggregates": logit(np.clip(model.predict_proba(sums[test])[:, 1], 1e-6, 1 - 1e-6))}


def plain_xgboost(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """XGBoost as it comes, on simple aggregates: the bar that published work sets itself."""
    names = [f"f{column}" for column in range(book.simple.shape[1])]
    return {"XGBoost, simple aggregates": _boosted(_PLAIN_XGBOOST, names, book.sums(), book, train, test)}


def xgboost_own(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    names = [name for name in book.features if name in OWN]
    return {"XGBoost, own features": _boosted(trees.PROVIDER_TREES, names, book.values(names), book, train, test)}


def xgboost_neighbours(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    values = book.values(book.features)
    said = _boosted(trees.PROVIDER_TREES, book.features, values, book, train, test)
    return {"XGBoost, own and neighbours": said}


def xgboost_searched(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """The same with the shape of the trees searched within the training rows."""
    values = book.values(book.features)
    rows = (book.features, values[train], book.confirmed[train], book.ids[train])
    shape = search_shape(trees.PROVIDER_TREES, *rows, SEED, TRIALS)
    said = _boosted(shape, book.features, values, book, train, test)
    return {"XGBoost, own and neighbours, searched": said}


def xgboost_dealt(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """The same with the neighbour columns of a provider drawn at random: what stays is not the graph's doing."""
    values = book.values(book.features)
    around = [place for place, name in enumerate(book.features) if name in NEIGHBOURS]
    drawn = np.random.default_rng(SEED).choice(train, len(values))
    values[:, around] = values[drawn][:, around]
    said = _boosted(trees.PROVIDER_TREES, book.features, values, book, train, test)
    return {"XGBoost, own and another's neighbours": said}


def shipped(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """What `train-fraud` learns from the training labels without the network, and what it says of the rest: the blend,
    its probability, and its parts."""
    return _said(book, train, test, _no_links(book), "blend")


def shipped_with_network(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """The same with the network offered to the blend, which may leave it out."""
    return _said(book, train, test, book.edges, "blend, network offered")


def network_dealt(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """The network on links dealt anew."""
    edges = shuffled(book.edges, SEED)
    trained = _trained(book, train, test, edges=edges)
    said = trained.model.margins(book.providers, edges)[GRAPH].to_numpy()
    return {"graph network, links dealt anew": said[book.rows[test]]}


def network_told(book: Book, train: np.ndarray, test: np.ndarray) -> Scores:
    """The network that also reads the training labels of neighbours, masked for those it is asked about."""
    from models.fraud import graph, graph_data

    care = graph_data.care_graph(book.providers["provider_id"], matrix(book.providers, book.features), book.edges)
    fold = fold_of(pd.Series(book.ids[train]), provider_folds(book.labels(train), SEED))
    at, confirmed = book.rows[train], book.confirmed[train]
    made = []
    for held_out in range(FOLDS):
        kept, unseen = fold != held_out, np.concatenate([at[fold == held_out], book.rows[test]])
        made.append(graph.train_network(care, at[kept], confirmed[kept], unseen, SEED + held_out, told=True))
    known = np.full((len(book.providers), FOLDS), graph.UNKNOWN)
    known[at] = confirmed[:, None]
    return {"graph network told labels": graph.margins(made, care, known)[book.rows[test]].mean(axis=1)}


def _said(book: Book, train: np.ndarray, test: np.ndarray, edges: pd.DataFrame, name: str) -> Scores:
    trained = _trained(book, train, test, edges=edges)
    margins = trained.model.margins(book.providers, edges)
    scores = trained.model.score(book.providers, edges)
    at = book.rows[test]
    said = {
        name: scores["margin"].to_numpy()[at],
        f"probability of {name}": scores["fraud_probability"].to_numpy()[at],
    }
    if len(edges):
        return {"graph network": margins[GRAPH].to_numpy()[at], **said}
    return {
        "trees of the blend": margins[TREE].to_numpy()[at],
        "lines of the blend": margins[LINE].to_numpy()[at],
        **said,
    }


def _trained(book: Book, train: np.ndarray, test: np.ndarray, edges: pd.DataFrame | None = None, network: bool = True):  # type: ignore[no-untyped-def]
    links = _no_links(book) if edges is None or not network else edges
    return train_providers(book.providers, links, book.labels(train), SEED, kept_out=frozenset(book.ids[test]))


def _no_links(book: Book) -> pd.DataFrame:
    return book.edges.iloc[:0]


def _boosted(
    shape: dict[str, object], names: list[str], values: np.ndarray, book: Book, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    booster, _ = trees.train_booster(shape, names, values[train], book.confirmed[train], book.ids[train], SEED)
    return trees.margins([booster], names, values[test])[:, 0]

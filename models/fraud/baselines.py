"""What a model must beat in the same folds: the amount paid alone, and logistic regression."""

from __future__ import annotations

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from models.fraud.linear import signed_log


def logistic() -> Pipeline:
    """Median imputation, signed log, standardisation and ridge logistic regression, fitted as one."""
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        FunctionTransformer(signed_log),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=500),
    )


def logistic_margins(values: np.ndarray, confirmed: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Out-of-fold log odds [rows]; every step is fitted inside the training folds."""
    margin = np.zeros(len(fold))
    for held_out in np.unique(fold):
        inside = fold == held_out
        margin[inside] = logistic().fit(values[~inside], confirmed[~inside]).decision_function(values[inside])
    return margin

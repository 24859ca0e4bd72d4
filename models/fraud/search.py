"""Shapes of trees found by search (Optuna's tree-structured Parzen estimator, Bergstra et al. 2011).

Each fold's shape is searched within its training rows, by log loss in folds of whole providers there: the held-out
fold decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import optuna
import structlog

from models.fraud import trees

Shape = dict[str, object]

SEARCHED = ("max_depth", "min_child_weight", "eta", "lambda", "colsample_bytree")
_SAID_EVERY = 10
log = structlog.get_logger()


def search_shapes(
    shape: Shape,
    features: list[str],
    values: np.ndarray,
    confirmed: np.ndarray,
    groups: np.ndarray,
    fold: np.ndarray,
    seed: int,
    trials: int,
) -> list[Shape]:
    """A shape for the booster of each fold: the best of `trials`, of which the first is `shape` itself; that one where
    there are none. The same seed gives the same shapes."""
    found = []
    for held_out in np.unique(fold):
        train = fold != held_out
        rows = values[train], confirmed[train], groups[train]
        found.append(search_shape(shape, features, *rows, seed, trials, int(held_out)) if trials else dict(shape))
    return found


def search_shape(
    shape: Shape,
    features: list[str],
    values: np.ndarray,
    confirmed: np.ndarray,
    groups: np.ndarray,
    seed: int,
    trials: int,
    fold: int = 0,
) -> Shape:
    """The shape of least `trees.inner_loss` within the rows given; `fold` is for the log and the seed."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def loss(trial: optuna.Trial) -> float:
        return trees.inner_loss({**shape, **_suggested(trial)}, features, values, confirmed, groups, seed)

    def say(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        if (trial.number + 1) % _SAID_EVERY == 0 or trial.number + 1 == trials:
            best = {"log_loss": round(study.best_value, 4), **_rounded(study.best_params)}
            log.info("searching tree shapes", fold=fold, trial=trial.number + 1, of=trials, **best)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed + fold))
    study.enqueue_trial({name: shape[name] for name in SEARCHED})
    study.optimize(loss, n_trials=trials, callbacks=[say])
    return {**shape, **study.best_params}


def _suggested(trial: optuna.Trial) -> Shape:
    return {
        "max_depth": trial.suggest_int("max_depth", 1, 6),
        "min_child_weight": trial.suggest_float("min_child_weight", 0.5, 20.0, log=True),
        "eta": trial.suggest_float("eta", 0.02, 0.2, log=True),
        "lambda": trial.suggest_float("lambda", 0.3, 30.0, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.1, 1.0),
    }


def _rounded(params: Mapping[str, object]) -> Shape:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in params.items()}


def described(shapes: list[Shape], trials: int) -> dict[str, object]:
    """Parameters for the run's record: the number of trials and, where there were some, each fold's choice."""
    if not trials:
        return {"search.trials": 0}
    said = {f"search.{name}": ", ".join(f"{one[name]:.3g}" for one in shapes) for name in SEARCHED}
    return {"search.trials": trials, **said}

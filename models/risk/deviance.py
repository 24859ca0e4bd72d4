"""The loss by which cost models are compared."""

from __future__ import annotations

import numpy as np

POWER = 1.5
"""Variance power of the comparing Tweedie deviance, between Poisson (1) and gamma (2): costs have a zero mass and a
heavy tail. Models trained with other powers, or none, are compared on this one."""


def deviance(cost: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Tweedie deviance of each row (power 1.5). Like a squared error, but relative to what size of error is usual."""
    expected = np.maximum(expected, 1.0)  # a dollar: an expected cost of nothing would be infinitely wrong
    return 4.0 * (np.sqrt(expected) - 2.0 * np.sqrt(cost) + cost / np.sqrt(expected))


def mean_deviance(cost: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(deviance(cost, expected), weights=weight))

"""Measures on an ordered scale, from sums that add up over items."""

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats, ratio


def mean_absolute_error(absolute_errors: ArrayLike, n: ArrayLike) -> Floats:
    """Σ|gold − predicted| / n, in units of the scale, 0 at best; NaN without items."""
    return ratio(absolute_errors, n)


def quadratic_kappa(
    n: ArrayLike,
    gold: ArrayLike,
    predicted: ArrayLike,
    gold_squares: ArrayLike,
    predicted_squares: ArrayLike,
    products: ArrayLike,
) -> Floats:
    """Cohen's κ with quadratic weights (Cohen 1968), in −1…1, for whole or fractional values.

    κ = 1 − observed / expected disagreement, where observed = mean (g − p)² over the items and expected = the mean of
    (g − p)² over all pairings of a gold value with a predicted one = mean g² + mean p² − 2 · mean g · mean p. On whole
    values this is the κ of the confusion matrix; on any, Lin's concordance correlation (1989).

    Args:
        n: Number of items.
        gold: Sum of the gold values.
        predicted: Sum of the predicted values.
        gold_squares: Sum of the squared gold values.
        predicted_squares: Sum of the squared predicted values.
        products: Sum of gold × predicted.

    Returns:
        NaN without items, and where gold and predictions are one and the same constant.
    """
    squares = np.add(gold_squares, predicted_squares)
    observed = ratio(squares - np.multiply(2, products), n)
    expected = ratio(squares, n) - 2 * ratio(gold, n) * ratio(predicted, n)
    return 1 - ratio(observed, expected)

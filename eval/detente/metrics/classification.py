"""Labels: precision, recall and F1, measures of a confusion matrix, of an ordered scale, and of probabilities.

All are functions of sums over items. A confusion matrix is an array `(..., classes, answers)`, gold along the rows and
predictions along the columns: the classes in the same order, then what is an answer to none of them, such as a missing
one, which is a false negative of its gold class and a false positive of none.
"""

from bisect import bisect_left
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CALIBRATION_BINS: Final = 10
_UPPER_ENDS: Final = [step / CALIBRATION_BINS for step in range(1, CALIBRATION_BINS)]


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """`part / whole`, NaN where the whole is 0."""
    over, under = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    result: Floats = np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0)
    return result


def precision(tp: ArrayLike, fp: ArrayLike) -> Floats:
    """Tp / (tp + fp), in 0…1; NaN where nothing is predicted."""
    return ratio(tp, np.add(tp, fp))


def recall(tp: ArrayLike, fn: ArrayLike) -> Floats:
    """Tp / (tp + fn), in 0…1; NaN where there is nothing to find."""
    return ratio(tp, np.add(tp, fn))


def f1(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Floats:
    """2 tp / (2 tp + fp + fn), in 0…1: van Rijsbergen's F at β = 1 (1979); NaN only at 0/0."""
    doubled = np.multiply(2, tp)
    return ratio(doubled, doubled + np.add(fp, fn))


def class_outcomes(confusion: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """True positives, false positives and false negatives of each class, each of shape `(..., classes)`."""
    matrix = np.asarray(confusion, dtype=float)
    tp = np.diagonal(matrix, axis1=-2, axis2=-1)
    predicted = matrix.sum(axis=-2)[..., : tp.shape[-1]]
    return tp, predicted - tp, matrix.sum(axis=-1) - tp


def class_f1(confusion: ArrayLike) -> Floats:
    """F1 of each class, shape `(..., classes)`; NaN for a class that neither gold nor predictions have."""
    return f1(*class_outcomes(confusion))


def accuracy(confusion: ArrayLike) -> Floats:
    """Share of items on the diagonal, in 0…1; NaN without items."""
    matrix = np.asarray(confusion, dtype=float)
    return ratio(np.trace(matrix, axis1=-2, axis2=-1), matrix.sum(axis=(-2, -1)))


def macro_f1(confusion: ArrayLike, classes: Any = None) -> Floats:
    """The plain mean of the classes' F1, in 0…1.

    Args:
        confusion: Confusion matrices.
        classes: Indices of the classes to average over; by default those with gold support in `confusion`, summed
            over all leading axes. Pass those of the full set to keep them fixed across resamples.

    Returns:
        NaN where a class of the mean has no F1, and without classes.
    """
    matrix = np.asarray(confusion, dtype=float)
    if classes is None:
        classes = supported(matrix)
    scores = class_f1(matrix)[..., np.asarray(classes, dtype=int)]
    return ratio(scores.sum(axis=-1), scores.shape[-1])


def mean_of_defined(scores: Floats) -> Floats:
    """The mean along the last axis of the scores that are defined; NaN where none is.

    Of the F1 of the classes it is the macro average over those that gold or predictions have, as in scikit-learn.
    """
    defined = ~np.isnan(scores)
    return ratio(np.where(defined, scores, 0.0).sum(axis=-1), defined.sum(axis=-1))


def supported(confusion: ArrayLike) -> NDArray[np.intp]:
    """Indices of the classes that the gold has."""
    matrix = np.asarray(confusion, dtype=float)
    return np.flatnonzero(matrix.sum(axis=tuple(range(matrix.ndim - 2))).sum(axis=1) > 0)


def mcc(confusion: ArrayLike) -> Floats:
    """Matthews correlation for any number of classes (R_K, Gorodkin 2004), in −1…1.

    With c the trace, s the sum, p and t the predicted and gold totals per class:
    (c s − p·t) / √((s² − p·p)(s² − t·t)). 0, its limit, where predictions or gold have one class only, as in
    scikit-learn; NaN without items. A missing answer, the last column of a matrix that has one more than rows, is
    spread evenly over the wrong classes: as a class of its own it would be worth something where all of one gold class
    are missing, so that leaving out more could raise the correlation.
    """
    matrix = np.asarray(confusion, dtype=float)
    classes = matrix.shape[-2]
    # From whole numbers: once thirds are added up, a gold of one class may seem to have a spread of ±1e-15.
    one_class = (matrix.sum(axis=-1) > 0).sum(axis=-1) == 1
    if matrix.shape[-1] > classes > 1:
        wrong = (1 - np.eye(classes)) / (classes - 1)
        matrix = matrix[..., :classes] + matrix[..., classes:] * wrong
    gold, predicted = matrix.sum(axis=-1), matrix.sum(axis=-2)
    total = matrix.sum(axis=(-2, -1))
    right = np.trace(matrix, axis1=-2, axis2=-1)
    covariance = right * total - (gold * predicted[..., : gold.shape[-1]]).sum(axis=-1)
    spread = (total**2 - (predicted**2).sum(axis=-1)) * (total**2 - (gold**2).sum(axis=-1))
    spread = np.where(one_class, 0.0, spread)
    return np.where((spread == 0) & (total > 0), 0.0, ratio(covariance, np.sqrt(spread)))


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


def calibration_bin(confidence: float) -> int:
    """The bin, 0…9, of a confidence in 0…1: equal widths, each closed at its upper end, 0 in the first."""
    return bisect_left(_UPPER_ENDS, confidence)


def brier(squared_errors: ArrayLike, n: ArrayLike) -> Floats:
    """Mean over items of Σ_classes (p − y)², in 0…2, 0 at best (Brier 1950); NaN without items.

    Args:
        squared_errors: Sum over the items of Σ_classes (p − y)², y being 1 for the gold class and 0 for the others.
        n: Number of items.
    """
    return ratio(squared_errors, n)


def expected_calibration_error(
    confidences: ArrayLike, correct: ArrayLike, n: ArrayLike, unanswered: ArrayLike = 0
) -> Floats:
    """Σ_bins |correct − confidence| / n, in 0…1, 0 at best (Guo et al. 2017, ten equal bins); NaN without items.

    An item without an answer counts 1, the most that one can: none can lower the error by staying away.

    Args:
        confidences: Sum of the top probabilities in each bin, shape `(..., bins)`.
        correct: Number of items in each bin whose top class is the gold one, shape `(..., bins)`.
        n: Number of items, shape `(...)`, those without an answer among them.
        unanswered: Number of items without an answer.
    """
    return ratio(np.abs(np.subtract(correct, confidences)).sum(axis=-1) + unanswered, n)

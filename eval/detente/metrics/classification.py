"""Precision, recall, F1 and what is made of a confusion matrix.

A confusion matrix is an array `(..., classes, classes)`, gold along the rows and predictions along the columns.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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


def class_f1(confusion: ArrayLike) -> Floats:
    """F1 of each class, shape `(..., classes)`; NaN for a class that neither gold nor predictions have."""
    matrix = np.asarray(confusion, dtype=float)
    tp = np.diagonal(matrix, axis1=-2, axis2=-1)
    return f1(tp, matrix.sum(axis=-2) - tp, matrix.sum(axis=-1) - tp)


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


def supported(confusion: ArrayLike) -> NDArray[np.intp]:
    """Indices of the classes that the gold has."""
    matrix = np.asarray(confusion, dtype=float)
    return np.flatnonzero(matrix.sum(axis=tuple(range(matrix.ndim - 2))).sum(axis=-1) > 0)


def mcc(confusion: ArrayLike) -> Floats:
    """Matthews correlation for any number of classes (R_K, Gorodkin 2004), in −1…1.

    With c the trace, s the sum, p and t the predicted and gold totals per class:
    (c s − p·t) / √((s² − p·p)(s² − t·t)). NaN where predictions or gold have one class only.
    """
    matrix = np.asarray(confusion, dtype=float)
    gold, predicted = matrix.sum(axis=-1), matrix.sum(axis=-2)
    total = matrix.sum(axis=(-2, -1))
    covariance = np.trace(matrix, axis1=-2, axis2=-1) * total - (gold * predicted).sum(axis=-1)
    spread = (total**2 - (predicted**2).sum(axis=-1)) * (total**2 - (gold**2).sum(axis=-1))
    return ratio(covariance, np.sqrt(spread))

"""How good probabilities are: Brier score and expected calibration error."""

from bisect import bisect_left

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats, ratio

BINS = 10
_UPPER_ENDS = [step / BINS for step in range(1, BINS)]


def bin_of(confidence: float) -> int:
    """The bin, 0…9, of a confidence in 0…1: equal widths, each closed at its upper end, 0 in the first."""
    return bisect_left(_UPPER_ENDS, confidence)


def brier(squared_errors: ArrayLike, n: ArrayLike) -> Floats:
    """Mean over items of Σ_classes (p − y)², in 0…2, 0 at best (Brier 1950); NaN without items.

    Args:
        squared_errors: Sum over the items of Σ_classes (p − y)², y being 1 for the gold class and 0 for the others.
        n: Number of items.
    """
    return ratio(squared_errors, n)


def expected_calibration_error(confidences: ArrayLike, correct: ArrayLike, n: ArrayLike) -> Floats:
    """Σ_bins |correct − confidence| / n, in 0…1, 0 at best (Guo et al. 2017, ten equal bins); NaN without items.

    Args:
        confidences: Sum of the top probabilities in each bin, shape `(..., bins)`.
        correct: Number of items in each bin whose top class is the gold one, shape `(..., bins)`.
        n: Number of items, shape `(...)`.
    """
    return ratio(np.abs(np.subtract(correct, confidences)).sum(axis=-1), n)

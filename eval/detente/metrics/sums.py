"""Weighted sums that are the same on every machine."""

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats


def weighted_sums(weights: ArrayLike, counts: ArrayLike) -> Floats:
    """`weights @ counts`, to the last digit the same whatever the processor.

    A product of matrices adds in an order that depends on the processor, and so do the last digits of sums of
    fractions. Here the counts are split into slices, each made of multiples of a unit so large that no sum of them is
    rounded, in whatever order (Ozaki et al. 2012). Whole numbers are one slice, fractions mostly two.

    Args:
        weights: Whole numbers, shape `(sums, items)`.
        counts: Shape `(items,)` or `(items, columns)`.

    Returns:
        Shape `(sums,)` or `(sums, columns)`; zeros without items.
    """
    factors, left = np.asarray(weights, dtype=float), np.asarray(counts, dtype=float)
    most = np.abs(factors).sum(axis=1).max(initial=0)
    sums: Floats = np.zeros((*factors.shape[:1], *left.shape[1:]))
    while left.any():
        _, exponents = np.frexp(np.abs(left).max(axis=0) * most)  # all sums are below 2 ** exponent
        units = np.ldexp(1.0, exponents - 53)  # of a unit, a double holds every whole number below 2 ** 53
        multiples = np.round(left / units) * units
        sums = sums + factors @ multiples
        left = left - multiples
    return sums

"""Weighted sums that are the same on every machine."""

from math import isqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats

_ALONE: Final = 1 << 18
"""Up to so many multiplications, OpenBLAS leaves a product of matrices to the thread that asks for it."""
_TOGETHER: Final = 1 << 28
"""From so many on, other threads are worth what they take."""
_LEAST: Final = 8
"""Blocks of fewer rows and columns would mostly be copied."""


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

    Raises:
        ValueError: A count that is not finite, or sums that no double can hold.
    """
    factors, left = np.asarray(weights, dtype=float), np.array(counts, dtype=float)
    most = np.abs(factors).sum(axis=1).max(initial=1)  # at least 1: weights of zero must not make the unit too small
    if not np.abs(left).max(initial=0) <= np.finfo(float).max / most:  # NaN is neither
        raise ValueError("these counts are not finite, or too large to be added")
    sums: Floats = np.zeros((*factors.shape[:1], *left.shape[1:]))
    columns = left.any(axis=0)
    while columns.any():
        kept = left[..., columns]  # the others are all zero, or whole numbers that are added already
        _, exponents = np.frexp(np.abs(kept).max(axis=0) * most)  # all sums are below 2 ** exponent
        # Of a unit, a double holds every whole number below 2 ** 53; no double is finer than 2 ** -1074.
        units = np.ldexp(1.0, np.maximum(exponents - 53, -1074))
        multiples = np.round(kept / units) * units
        sums[..., columns] += _product(factors, multiples)
        left[..., columns] = kept - multiples
        columns = left.any(axis=0)
    return sums


def _product(first: Floats, second: Floats) -> Floats:
    """`first @ second`, of which no sum is rounded; a small one in blocks that one thread computes.

    The others, once they are asked, keep their processors busy for milliseconds after each product.
    """
    (rows, items), columns = first.shape, second.shape[1]
    side = isqrt(_ALONE // max(items, 1))
    if side < _LEAST or not _ALONE < rows * items * columns < _TOGETHER:
        whole: Floats = first @ second
        return whole
    found = np.empty((rows, columns))
    for top in range(0, rows, side):
        for left in range(0, columns, side):
            here = np.s_[top : top + side, left : left + side]
            found[here] = first[here[0]] @ second[:, here[1]]
    return found

"""Measures of a ranking that average over the orders of ties, and never break them (McSherry and Najork 2008).

Equal scores say nothing of the order, so each measure is its mean over all orders of the tied items: an exact sum, no
sampling. Where no scores are equal it is the plain measure. An item with a score of −∞ is not retrieved: it has no
rank, and a relevant one adds 0 and counts among the relevant all the same, as in trec_eval.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike


def _ties(scores: ArrayLike, relevant: Sequence[bool]) -> Iterator[tuple[int, int, int, int]]:
    """For each score, the greatest first: items and relevant ones above it, items and relevant ones that have it.

    Of the items that are retrieved.
    """
    values, wanted = np.asarray(scores, dtype=float), np.asarray(relevant, dtype=bool)
    if values.shape != wanted.shape or np.isnan(values).any():
        raise ValueError("every item needs a score, which is a number, and a relevance")
    retrieved = values > -np.inf
    sizes, relevant_ones = Counter(values[retrieved].tolist()), Counter(values[retrieved & wanted].tolist())
    above = hits_above = 0
    for value in sorted(sizes, reverse=True):
        size, hits = sizes[value], relevant_ones[value]
        yield above, hits_above, size, hits
        above, hits_above = above + size, hits_above + hits


def average_precision(scores: ArrayLike, relevant: Sequence[bool]) -> float:
    """Mean over the relevant items of the precision at their rank, in 0…1, ties averaged over.

    With `c` items above a tie of `n`, of which `h` and `r` are relevant, the tie gives
    Σᵢ₌₁ⁿ (r/n) · (h + 1 + (i − 1)(r − 1)/(n − 1)) / (c + i); the sum over the ties is divided by the number of relevant
    items.

    Args:
        scores: The higher, the earlier.
        relevant: Which items should come first.

    Returns:
        NaN if nothing is relevant.

    Raises:
        ValueError: If the two are not of one length, or a score is NaN.
    """
    total = 0.0
    for above, hits_above, size, hits in _ties(scores, relevant):
        places = np.arange(size)
        before = hits_above + 1 + places * (hits - 1) / max(size - 1, 1)
        total += float((before / (above + 1 + places)).sum()) * hits / size
    return total / count if (count := int(np.sum(relevant))) else np.nan


def precision_at(scores: ArrayLike, relevant: Sequence[bool], k: int) -> float:
    """Relevant items among the first `k`, over `k`, in 0…1; of a tie that rank `k` cuts, the share that is expected.

    Args:
        scores: The higher, the earlier.
        relevant: Which items should come first.
        k: At least 1. With k = the number of relevant items this is R-precision. If fewer items than k are retrieved,
            those that lack count as not relevant.

    Returns:
        NaN without items.

    Raises:
        ValueError: If k is below 1, the two are not of one length, or a score is NaN.
    """
    if k < 1:
        raise ValueError(f"k is {k}, not 1 or more")
    ties = list(_ties(scores, relevant))
    found = sum(hits * min(1.0, max(0, k - above) / size) for above, _, size, hits in ties)
    return found / k if len(relevant) else np.nan


def reciprocal_rank(scores: ArrayLike, relevant: Sequence[bool]) -> float:
    """1 / the rank of the first relevant item, in 0…1, ties averaged over.

    In the first tie that has a relevant item, of `n` items with `r` relevant ones below `c` others, the first relevant
    one stands at place i with the probability C(n − i, r − 1) / C(n, r); the mean of 1 / (c + i). 0 if no relevant item
    is retrieved.

    Args:
        scores: The higher, the earlier.
        relevant: Which items should come first.

    Returns:
        NaN if nothing is relevant.

    Raises:
        ValueError: If the two are not of one length, or a score is NaN.
    """
    for above, _, size, hits in _ties(scores, relevant):
        if hits:
            mean, none_yet = 0.0, 1.0
            for place in range(size - hits + 1):
                now = hits / (size - place)
                mean += none_yet * now / (above + place + 1)
                none_yet *= 1 - now
            return mean
    return 0.0 if np.any(relevant) else np.nan

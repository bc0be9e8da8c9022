"""Measures of a ranking that average over the orders of ties, and never break them (McSherry and Najork 2008).

Equal scores say nothing of the order, so each measure is its mean over all orders of the tied items: an exact sum, no
sampling. Where no scores are equal it is the plain measure. An item with a score of −∞ is not retrieved: it has no
rank, and a relevant one adds 0 and counts among the relevant all the same, as in trec_eval.

Each measure is one of many rankings at once, which `Rankings.of` makes ready; a function of scores is that of one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats, ratio
from detente.metrics.span_columns import Ints


class Rankings(NamedTuple):
    """The ties of rankings, each ranking's one after the other, the greatest score first; a score alone is one, too.

    Attributes:
        ranking: For each tie the number of its ranking.
        above: How many items stand above it.
        hits_above: How many of them are relevant.
        size: How many items have the score.
        hits: How many of them are relevant.
        items: For each ranking how many items it has, retrieved or not.
        relevant: How many of them are relevant.
    """

    ranking: Ints
    above: Ints
    hits_above: Ints
    size: Ints
    hits: Ints
    items: Ints
    relevant: Ints

    @classmethod
    def of(cls, scores: ArrayLike, relevant: ArrayLike, ranking: Ints, count: int) -> "Rankings":
        """From all items of so many rankings.

        Args:
            scores: The higher, the earlier.
            relevant: Which items should come first.
            ranking: The number of each item's ranking.
            count: How many rankings there are.

        Raises:
            ValueError: If items lack a score or a relevance, or a score is NaN.
        """
        values, wanted = np.asarray(scores, dtype=float), np.asarray(relevant, dtype=bool)
        if values.shape != wanted.shape or np.isnan(values).any():
            raise ValueError("every item needs a score, which is a number, and a relevance")
        sizes = np.bincount(ranking, minlength=count), np.bincount(ranking[wanted], minlength=count)
        order = np.lexsort((-values, ranking))
        order = order[values[order] > -np.inf]
        of, values, wanted = ranking[order], values[order], wanted[order]
        first = np.flatnonzero((np.diff(of, prepend=-1) != 0) | (np.diff(values, prepend=np.nan) != 0))
        before = np.concatenate([[0], np.cumsum(wanted)])
        ends = np.append(first[1:], len(of))
        begins = np.searchsorted(of, of[first])
        return cls(
            of[first],
            first - begins,
            before[first] - before[begins],
            ends - first,
            before[ends] - before[first],
            *sizes,
        )

    def summed(self, values: ArrayLike) -> Floats:
        """For each ranking the sum over its ties, one after the other."""
        return np.bincount(self.ranking, values, len(self.items)).astype(float)


def _one(scores: ArrayLike, relevant: Sequence[bool]) -> Rankings:
    return Rankings.of(scores, relevant, np.zeros(len(relevant), dtype=np.int64), 1)


def _tied(rankings: Rankings) -> Iterator[tuple[int, int, int, int, int]]:
    """Of each tie with a relevant item that is no item alone: its place, and its numbers."""
    places = np.flatnonzero((rankings.size > 1) & (rankings.hits > 0))
    columns = (rankings.above, rankings.hits_above, rankings.size, rankings.hits)
    return zip(places.tolist(), *(column[places].tolist() for column in columns), strict=True)


def average_precision_each(rankings: Rankings) -> Floats:
    """Mean over the relevant items of the precision at their rank, in 0…1, ties averaged over; of each ranking.

    With `c` items above a tie of `n`, of which `h` and `r` are relevant, the tie gives
    Σᵢ₌₁ⁿ (r/n) · (h + 1 + (i − 1)(r − 1)/(n − 1)) / (c + i); the sum over the ties is divided by the number of relevant
    items.

    Returns:
        NaN if nothing is relevant.
    """
    given = (rankings.hits_above + 1) / (rankings.above + 1) * rankings.hits
    for tie, above, hits_above, size, hits in _tied(rankings):
        places = np.arange(size)
        before = hits_above + 1 + places * (hits - 1) / (size - 1)
        given[tie] = float((before / (above + 1 + places)).sum()) * hits / size
    return ratio(rankings.summed(given), rankings.relevant)


def average_precision(scores: ArrayLike, relevant: Sequence[bool]) -> float:
    """The same of one ranking; see `average_precision_each` and `Rankings.of`."""
    return float(average_precision_each(_one(scores, relevant))[0])


def precision_at_each(rankings: Rankings, k: ArrayLike) -> Floats:
    """Relevant items among the first `k`, over `k`, in 0…1; of a tie that rank `k` cuts, the share that is expected.

    Args:
        rankings: The rankings.
        k: Of each, or of all: at least 1. With k = the number of relevant items this is R-precision. If fewer items
            than k are retrieved, those that lack count as not relevant.

    Returns:
        NaN without items.

    Raises:
        ValueError: If a k is below 1.
    """
    most = np.broadcast_to(np.asarray(k, dtype=np.int64), rankings.items.shape)
    if (most < 1).any():
        raise ValueError(f"k is {most.min()}, not 1 or more")
    shares = np.minimum(1.0, np.maximum(0, most[rankings.ranking] - rankings.above) / rankings.size)
    found: Floats = np.where(rankings.items > 0, rankings.summed(rankings.hits * shares) / most, np.nan)
    return found


def precision_at(scores: ArrayLike, relevant: Sequence[bool], k: int) -> float:
    """The same of one ranking; see `precision_at_each` and `Rankings.of`."""
    return float(precision_at_each(_one(scores, relevant), k)[0])


def reciprocal_rank_each(rankings: Rankings) -> Floats:
    """1 / the rank of the first relevant item, in 0…1, ties averaged over; of each ranking.

    In the first tie that has a relevant item, of `n` items with `r` relevant ones below `c` others, the first relevant
    one stands at place i with the probability C(n − i, r − 1) / C(n, r); the mean of 1 / (c + i). 0 if no relevant item
    is retrieved.

    Returns:
        NaN if nothing is relevant.
    """
    given = 1 / (rankings.above + 1)
    for tie, above, _, size, hits in _tied(rankings):
        mean, none_yet = 0.0, 1.0
        for place in range(size - hits + 1):
            now = hits / (size - place)
            mean += none_yet * now / (above + place + 1)
            none_yet *= 1 - now
        given[tie] = mean
    first = np.flatnonzero((rankings.hits > 0) & (rankings.hits_above == 0))
    found = np.where(rankings.relevant > 0, 0.0, np.nan)
    found[rankings.ranking[first]] = given[first]
    return found


def reciprocal_rank(scores: ArrayLike, relevant: Sequence[bool]) -> float:
    """The same of one ranking; see `reciprocal_rank_each` and `Rankings.of`."""
    return float(reciprocal_rank_each(_one(scores, relevant))[0])

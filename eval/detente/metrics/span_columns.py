"""Spans of many texts at once, in columns: which of them share a character."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Spans(NamedTuple):
    """Spans, half-open, each with the number of its text; all of one length."""

    text: Ints
    start: Ints
    end: Ints

    def at(self, places: Ints) -> "Spans":
        """Some of them."""
        return Spans(*(column[places] for column in self))


def runs(first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Runs of whole numbers one after the other: of each number which run it is of, and the number.

    Args:
        first: The first number of each run.
        size: How many it has; none where that is 0 or less.
    """
    size = np.maximum(size, 0)
    of = np.repeat(np.arange(len(size)), size)
    return of, np.arange(len(of)) + (first - np.cumsum(size) + size)[of]


def meeting(gold: Spans, predicted: Spans) -> tuple[Ints, Ints]:
    """Every pair of a gold and a predicted span of one text that share a character, once.

    Of two such spans either the gold one starts inside the other, or the other after the gold one's start and inside
    it: so each pair is found from one side, and what is looked at is no more than what is found.

    Returns:
        The places of the gold ones and of the predicted ones, in the order of the predicted, then of the gold.
    """
    if not len(gold.text) or not len(predicted.text):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    low = min(gold.start.min(), predicted.start.min())
    width = max(gold.end.max(), predicted.end.max()) - low + 1
    starts = [each.text * width + each.start - low for each in (gold, predicted)]
    ends = [each.text * width + each.end - low for each in (gold, predicted)]
    orders = [np.argsort(each, kind="stable") for each in starts]
    left, right = (each[order] for each, order in zip(starts, orders, strict=True))
    first = np.searchsorted(left, starts[1])
    theirs, found = runs(first, np.searchsorted(left, ends[1]) - first)
    first = np.searchsorted(right, starts[0], side="right")
    mine, others = runs(first, np.searchsorted(right, ends[0]) - first)
    mine, theirs = np.concatenate([orders[0][found], mine]), np.concatenate([theirs, orders[1][others]])
    order = np.lexsort((mine, theirs))
    return mine[order], theirs[order]


def shared(gold: Spans, predicted: Spans) -> Ints:
    """How many characters each gold span shares with the predicted one beside it, 0 if none."""
    sizes: Ints = np.maximum(np.minimum(gold.end, predicted.end) - np.maximum(gold.start, predicted.start), 0)
    return sizes

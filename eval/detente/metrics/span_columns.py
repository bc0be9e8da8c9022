"""Spans of many texts at once, in columns: which of them share characters, and how many."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.metrics.classification import Floats
from detente.text.spans import Span

Ints = NDArray[np.int64]


class Spans(NamedTuple):
    """Spans, half-open, each with the number of its text; all of one length."""

    text: Ints
    start: Ints
    end: Ints

    @property
    def size(self) -> Ints:
        """How many characters each has."""
        return self.end - self.start

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
        The places of the gold ones and of the predicted ones, in any order.
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
    return np.concatenate([orders[0][found], mine]), np.concatenate([theirs, orders[1][others]])


def shared(gold: Spans, predicted: Spans) -> Ints:
    """How many characters each gold span shares with the predicted one beside it, 0 if none."""
    sizes: Ints = np.maximum(np.minimum(gold.end, predicted.end) - np.maximum(gold.start, predicted.start), 0)
    return sizes


class Items(NamedTuple):
    """Items of texts that are sets of spans, without overlap inside an item.

    Attributes:
        text: For each item the number of its text.
        spans: Those of the first item, then those of the second, and so on; each item has one at the least.
        item: For each span the place of its item.
        first: For each item the place of its first span.
        size: How many characters each item has.
    """

    text: Ints
    spans: Spans
    item: Ints
    first: Ints
    size: Ints


def integers(values: Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    return np.fromiter(values, dtype=np.int64)


def flat(spans: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """The spans of items, one after the other, shape `(spans, 2)`, and how many each item has."""
    return integers(chain.from_iterable(chain.from_iterable(spans))).reshape(-1, 2), integers(map(len, spans))


def items_of(spans: Ints, count: Ints, text: Ints) -> Items:
    """Items of texts, from their spans and how many each has, as `flat` has them, and the number of its text."""
    item = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    size = np.add.reduceat(spans[:, 1] - spans[:, 0], first) if len(first) else count
    return Items(text, Spans(text[item], spans[:, 0], spans[:, 1]), item, first, size)


def iou_pairs(gold: Items, predicted: Items) -> tuple[Ints, Ints, Floats]:
    """Intersection over union of the sets of characters (Jaccard 1901) of items of one text that share any.

    Returns:
        The places of gold and predicted items, in the order of the gold, then of the predicted; and in 0…1 how alike
        each two are: 1 exactly if they cover the same characters.
    """
    mine, theirs = meeting(gold.spans, predicted.spans)
    sizes = shared(gold.spans.at(mine), predicted.spans.at(theirs))
    mine, theirs = gold.item[mine], predicted.item[theirs]
    order = np.lexsort((theirs, mine))
    mine, theirs = mine[order], theirs[order]
    first = np.flatnonzero(np.diff(mine, prepend=-1) | np.diff(theirs, prepend=-1))
    common = np.add.reduceat(sizes[order], first) if len(first) else sizes
    mine, theirs = mine[first], theirs[first]
    return mine, theirs, common / (gold.size[mine] + predicted.size[theirs] - common)

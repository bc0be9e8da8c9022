"""Items that are sets of spans, gold against predicted: overlap, and optimal one-to-one matching."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats, ratio
from detente.metrics.span_columns import Ints, integers
from detente.text.spans import Span

_TIE: Final = 1e-9
"""What one agreement weighs beside a similarity: less than similarities that differ do, more than rounding does."""
IOU_THRESHOLD: Final = 0.5
"""From this intersection over union on, a predicted item is the gold item that it is matched with."""


def overlap(gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]]) -> NDArray[np.int64]:
    """How many characters each gold item shares with each predicted one, shape `(gold, predicted)`.

    Args:
        gold: For each item its spans, half-open and without overlap inside the item; one at the least.
        predicted: Likewise. Items may overlap one another.
    """
    if not gold or not predicted:
        return np.zeros((len(gold), len(predicted)), dtype=np.int64)
    (mine, of_mine), (theirs, of_theirs) = _flat(gold), _flat(predicted)
    starts = np.maximum(mine[:, None, 0], theirs[None, :, 0])
    ends = np.minimum(mine[:, None, 1], theirs[None, :, 1])
    shared = np.maximum(ends - starts, 0)
    summed: NDArray[np.int64] = np.add.reduceat(np.add.reduceat(shared, of_mine, axis=0), of_theirs, axis=1)
    return summed


def _flat(items: Sequence[Sequence[Span]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All spans one after the other, and where each item's begin."""
    flat = np.array([span for spans in items for span in spans], dtype=np.int64).reshape(-1, 2)
    return flat, np.cumsum([0, *(len(spans) for spans in items[:-1])])


def iou(gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]]) -> Floats:
    """Intersection over union of the sets of characters (Jaccard 1901), in 0…1, shape `(gold, predicted)`.

    It is 1 exactly if two items cover the same characters.

    Args:
        gold: For each item its spans, as for `overlap`.
        predicted: Likewise.
    """
    shared = overlap(gold, predicted)
    sizes = [np.array([sum(end - start for start, end in spans) for spans in items]) for items in (gold, predicted)]
    return ratio(shared, sizes[0][:, None] + sizes[1][None, :] - shared)


def match(similarity: ArrayLike, threshold: float, agreement: ArrayLike = 0.0) -> list[tuple[int, int]]:
    """The one-to-one matching with the most pairs that count and, of those, the greatest similarity.

    A pair counts if its similarity is above 0 and at least the threshold. Groups of items that no counting pair
    connects are matched each on its own, so that an item that counts with nothing changes nothing, not even how ties
    fall. Of equally good matchings the one with the greatest agreement is taken; of equals one that depends only on the
    order of the items.

    Args:
        similarity: Shape `(gold, predicted)`, in 0…1.
        threshold: What a pair must reach.
        agreement: What decides between equally similar pairs, such as how many of their labels agree: in 0…10, of the
            same shape.

    Returns:
        Pairs of indices (gold, predicted), sorted; none where nothing counts.
    """
    values, weights = np.asarray(similarity, dtype=float), np.asarray(agreement, dtype=float)
    rows, columns = np.nonzero(values > 0)
    preferred = np.broadcast_to(weights, values.shape)[rows, columns]
    taken = match_pairs(rows, columns, values[rows, columns], threshold, preferred)
    return list(zip(rows[taken].tolist(), columns[taken].tolist(), strict=True))


def match_pairs(rows: Ints, columns: Ints, similarity: Floats, threshold: float, agreement: ArrayLike = 0.0) -> Ints:
    """The matching as `match` has it, of pairs that are listed in the order of rows, then of columns.

    Rows may be those of many tables, one after the other.

    Args:
        rows: Of each pair the place of the gold item.
        columns: Of each pair the place of the predicted item.
        similarity: Of each pair, above 0.
        threshold: What a pair must reach.
        agreement: Of each pair what decides between equally similar ones.

    Returns:
        The places of the pairs that are matched, in their order.
    """
    enough = np.flatnonzero(similarity >= threshold)
    weights = (similarity + _TIE * np.asarray(agreement))[enough]
    return enough[_taken(rows[enough], columns[enough], weights, most_pairs=True)]


def soft_match(similarity: ArrayLike) -> list[tuple[int, int]]:
    """The one-to-one matching with the greatest sum of similarities (Kuhn 1955), pairs of similarity 0 left out.

    Args:
        similarity: Shape `(gold, predicted)`, not negative.

    Returns:
        Pairs of indices (gold, predicted), sorted.
    """
    values = np.asarray(similarity, dtype=float)
    rows, columns = np.nonzero(values > 0)
    taken = soft_match_pairs(rows, columns, values[rows, columns])
    return list(zip(rows[taken].tolist(), columns[taken].tolist(), strict=True))


def soft_match_pairs(rows: Ints, columns: Ints, similarity: Floats) -> Ints:
    """The matching as `soft_match` has it, of pairs that are listed as for `match_pairs`."""
    return _taken(rows, columns, similarity, most_pairs=False)


def _taken(rows: Ints, columns: Ints, weights: Floats, *, most_pairs: bool) -> Ints:
    """Which pairs a matching takes. One whose ends are in no other leaves nobody a choice.

    Of pairs that have one item in common, and are all that their other items are in, it takes the best, the first of
    equals.
    """
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    shared_row, shared_column = np.bincount(rows)[rows] > 1, np.bincount(columns)[columns] > 1
    if not shared_row.any() and not shared_column.any():
        return np.arange(len(rows))
    of_row = np.bincount(rows, shared_column)[rows] == 0
    of_column = np.bincount(columns, shared_row)[columns] == 0
    common = np.where(of_row, rows, columns + rows.max() + 1)
    stars = np.flatnonzero(of_row | of_column)
    best = stars[np.lexsort((-(weights[stars] + most_pairs), common[stars]))]  # rounded as below
    found = best[np.diff(common[best], prepend=-1) != 0].tolist()
    rivals = np.flatnonzero(~(of_row | of_column))
    if not len(rivals):
        return integers(sorted(found))
    from scipy.optimize import linear_sum_assignment  # slow to import, and seldom needed

    each = zip(rows[rivals].tolist(), columns[rivals].tolist(), strict=True)
    for edges in _groups(dict(zip(each, rivals.tolist(), strict=True))):
        mine, theirs = (sorted({edge[side] for edge in edges}) for side in (0, 1))
        block = np.zeros((len(mine), len(theirs)))
        places = integers(edges.values())
        block[np.searchsorted(mine, rows[places]), np.searchsorted(theirs, columns[places])] = weights[places]
        if most_pairs:  # one more pair outweighs all that the others can add up to
            block = np.where(block > 0, block + min(block.shape), 0)
        for row, column in zip(*linear_sum_assignment(block, maximize=True), strict=True):
            if block[row, column] > 0:
                found.append(edges[mine[row], theirs[column]])
    return integers(sorted(found))


def _groups(places: dict[tuple[int, int], int]) -> Iterator[dict[tuple[int, int], int]]:
    """Edges with their places, group by group of those that are connected, each in order."""
    of_row: dict[int, list[int]] = {}
    of_column: dict[int, list[int]] = {}
    for row, column in places:
        of_row.setdefault(row, []).append(column)
        of_column.setdefault(column, []).append(row)
    seen: set[int] = set()
    for first in of_row:
        if first in seen:
            continue
        mine, theirs, new = {first}, set[int](), [first]
        while new:
            for column in of_row[new.pop()]:
                if column not in theirs:
                    theirs.add(column)
                    new += [row for row in of_column[column] if row not in mine]
                    mine.update(of_column[column])
        seen |= mine
        yield {(row, column): places[row, column] for row in sorted(mine) for column in sorted(of_row[row])}

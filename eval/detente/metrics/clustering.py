"""Measures of a clustering against a gold one: pairwise F1, adjusted Rand index, CEAF, B-cubed."""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats, ratio

_AT_ONCE: Final = 1_000_000
"""Cells of a matrix that is assigned as a whole."""


class PairCounts(NamedTuple):
    """Numbers of pairs of items; those of parts that share no item, nor a pair, add up.

    Attributes:
        both: Pairs in one cluster in the gold and in the prediction.
        gold: Pairs in one cluster in the gold.
        predicted: Pairs in one cluster in the prediction.
        total: All pairs.
    """

    both: int
    gold: int
    predicted: int
    total: int


def _sizes(
    gold: Sequence[Hashable], predicted: Sequence[Hashable]
) -> tuple[Counter[Hashable], Counter[Hashable], Counter[tuple[Hashable, Hashable]]]:
    """The sizes of the gold clusters, of the predicted ones, and of their common parts."""
    if len(gold) != len(predicted):
        raise ValueError("every item needs a gold and a predicted cluster")
    return Counter(gold), Counter(predicted), Counter(zip(gold, predicted, strict=True))


def pair_counts(gold: Sequence[Hashable], predicted: Sequence[Hashable]) -> PairCounts:
    """The pairs of items, by where they stand together.

    Args:
        gold: Each item's gold cluster.
        predicted: Each item's predicted cluster.

    Raises:
        ValueError: If the two are not of one length.
    """
    mine, theirs, common = (sum(comb(size, 2) for size in sizes.values()) for sizes in _sizes(gold, predicted))
    return PairCounts(common, mine, theirs, comb(len(gold), 2))


def pairwise_f1(both: ArrayLike, gold: ArrayLike, predicted: ArrayLike) -> Floats:
    """F1 over pairs of items, 2 both / (gold + predicted), in 0…1; NaN if neither side puts two items together.

    Args:
        both: Pairs in one cluster on both sides.
        gold: Pairs in one gold cluster.
        predicted: Pairs in one predicted cluster.
    """
    return ratio(np.multiply(2, both), np.add(gold, predicted))


def adjusted_rand(both: ArrayLike, gold: ArrayLike, predicted: ArrayLike, total: ArrayLike) -> Floats:
    """The Rand index corrected for chance (Hubert and Arabie 1985), in −½…1, 0 for chance.

    (both − e) / ((gold + predicted) / 2 − e), with e = gold · predicted / total. NaN where chance leaves no room: all
    items alone on both sides, or all together on both, or fewer than two items. (scikit-learn gives 1 there.)

    Args:
        both: Pairs in one cluster on both sides.
        gold: Pairs in one gold cluster.
        predicted: Pairs in one predicted cluster.
        total: All pairs.
    """
    together, mine, theirs, pairs = (np.asarray(values, dtype=float) for values in (both, gold, predicted, total))
    # Multiplied by the total, so that whole numbers stay whole.
    over = together * pairs - mine * theirs
    return ratio(2 * over, (mine + theirs) * pairs - 2 * mine * theirs)


def ceaf_e(gold: Sequence[Hashable], predicted: Sequence[Hashable]) -> tuple[float, float, float]:
    """Entity CEAF, precision, recall and F1 (Luo 2005, with φ₄), each in 0…1.

    Gold and predicted clusters are assigned one to one so that Φ, the sum of 2 |G ∩ P| / (|G| + |P|), is greatest;
    precision is Φ / predicted clusters, recall Φ / gold clusters.

    Args:
        gold: Each item's gold cluster.
        predicted: Each item's predicted cluster.

    Returns:
        NaN three times without items.

    Raises:
        ValueError: If the two are not of one length.
    """
    mine, theirs, common = _sizes(gold, predicted)
    if not common:
        return np.nan, np.nan, np.nan
    rows, columns = ({name: place for place, name in enumerate(sizes)} for sizes in (mine, theirs))
    cells = np.array([(rows[left], columns[right]) for left, right in common])
    alike = np.array([2 * size / (mine[left] + theirs[right]) for (left, right), size in common.items()])
    total = float(_assigned(cells, alike, len(rows), len(columns)).sum())
    return total / len(columns), total / len(rows), 2 * total / (len(rows) + len(columns))


def _assigned(cells: NDArray[np.int64], alike: Floats, rows: int, columns: int) -> Floats:
    """The values of the cells that the best assignment of rows to columns takes, 0 among them.

    Rows and columns that no cell connects need nothing of one another: of many, each connected part is assigned by
    itself, so that no matrix is larger than the largest of them. Few are assigned at once: parts may be assigned
    otherwise, as well and with another last digit of the sum.

    Args:
        cells: Row and column of each cell that is not 0, shape `(cells, 2)`.
        alike: Its value.
        rows: How many rows there are.
        columns: How many columns.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    part = np.zeros(len(cells), dtype=np.int64)
    if rows * columns > _AT_ONCE:
        nodes = rows + columns
        graph = coo_array((np.ones(len(cells)), (cells[:, 0], rows + cells[:, 1])), shape=(nodes, nodes))
        part = connected_components(graph, directed=False)[1][cells[:, 0]]
    order = np.argsort(part, kind="stable")
    values: list[Floats] = []
    for own in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        row, column = (np.unique(cells[own, side], return_inverse=True)[1] for side in (0, 1))
        matrix = np.zeros((row.max() + 1, column.max() + 1))
        matrix[row, column] = alike[own]
        values.append(matrix[linear_sum_assignment(matrix, maximize=True)])
    return np.concatenate(values)


def b_cubed(gold: Sequence[Hashable], predicted: Sequence[Hashable]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 of a clustering (Bagga and Baldwin 1998), each in 0…1.

    Per item the share of its predicted cluster that is in its gold cluster (precision), and the reverse (recall), then
    the mean over items; F1 is the harmonic mean of the two means.

    Args:
        gold: Each item's gold cluster.
        predicted: Each item's predicted cluster.

    Returns:
        NaN three times without items.

    Raises:
        ValueError: If the two are not of one length.
    """
    if not gold and not predicted:
        return np.nan, np.nan, np.nan
    precision, recall = (float(values.mean()) for values in b_cubed_items(gold, predicted))
    return precision, recall, 2 * precision * recall / (precision + recall)


def b_cubed_items(
    gold: Sequence[Hashable], predicted: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """B-cubed precision and recall of each item, both above 0, since an item shares a cluster with itself."""
    mine, theirs, common = _sizes(gold, predicted)
    both = np.array([common[pair] for pair in zip(gold, predicted, strict=True)], dtype=float)
    return both / [theirs[name] for name in predicted], both / [mine[name] for name in gold]

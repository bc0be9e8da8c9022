"""Measures of a clustering against a gold one: pairwise F1, adjusted Rand index, CEAF, B-cubed."""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats, ratio


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
    from scipy.optimize import linear_sum_assignment

    mine, theirs, common = _sizes(gold, predicted)
    if not common:
        return np.nan, np.nan, np.nan
    rows, columns = ({name: place for place, name in enumerate(sizes)} for sizes in (mine, theirs))
    alike = np.zeros((len(rows), len(columns)))
    for (left, right), size in common.items():
        alike[rows[left], columns[right]] = 2 * size / (mine[left] + theirs[right])
    total = float(alike[linear_sum_assignment(alike, maximize=True)].sum())
    return total / len(columns), total / len(rows), 2 * total / (len(rows) + len(columns))


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

"""The two forms in which an official scorer's classifications are given: a table of counts, or two lists of labels."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from detente.metrics.classification import Floats


def matrix_of(
    labels: Sequence[str],
    confusion: Mapping[str, int] | None,
    gold: Sequence[str] | None,
    predicted: Sequence[str] | None,
    *,
    truncate: bool = False,
) -> Floats:
    """The confusion matrix, gold along the rows and predictions along the columns.

    Args:
        labels: All that may be met, in the order of the rows and columns.
        confusion: Counts under `gold>predicted`; a pair that is not named has none.
        gold: Labels in the order of the items, where there is no `confusion`.
        predicted: Labels in the same order.
        truncate: Stop silently where the shorter list ends.

    Raises:
        ValueError: If both forms or neither are given, a label is unknown, or the lists differ in length and may not.
    """
    if (gold is None) != (predicted is None) or (gold is None) == (confusion is None):
        raise ValueError("give either a confusion table or both lists of labels")
    if confusion is not None:
        cells = [(*name.partition(">")[::2], count) for name, count in confusion.items()]
    else:
        cells = [(right, answer, 1) for right, answer in zip(gold or (), predicted or (), strict=not truncate)]
    unknown = {label for right, answer, _ in cells for label in (right, answer)} - set(labels)
    if unknown:
        raise ValueError(f"unknown labels {sorted(unknown)}; known are {', '.join(labels)}")
    place = {label: index for index, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)))
    for right, answer, count in cells:
        matrix[place[right], place[answer]] += count
    return matrix


def zero_where_undefined(values: ArrayLike) -> Floats:
    """The official scorers' 0/0, which is 0."""
    numbers: Floats = np.nan_to_num(np.asarray(values, dtype=float), nan=0.0)
    return numbers

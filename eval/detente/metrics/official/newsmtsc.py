"""Target-dependent sentiment in news, NewsMTSC."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from detente.metrics.classification import accuracy, class_f1, ratio
from detente.metrics.official.confusion import matrix_of, zero_where_undefined

LABELS: Final = ("negative", "neutral", "positive")


def newsmtsc(
    confusion: Mapping[str, int] | None = None,
    gold: Sequence[str] | None = None,
    predicted: Sequence[str] | None = None,
) -> dict[str, float]:
    """The four numbers that NewsMTSC reports, each in 0…1, 0 at 0/0.

    `f1_macro` is the mean F1 of the three classes, `f1_posneg` that of positive and negative, `recall_avg` the mean
    recall of the three classes, `accuracy` the share of right answers.

    Source: fhamborg/NewsMTSC @b9d9b797, the evaluator's formulas through scikit-learn.

    Defect: a class that neither gold nor predictions have stays in the means with 0, so a perfect answer on a subset
    without positive targets has an `f1_macro` of .67.

    Args:
        confusion: Counts under `gold>predicted`, or the two lists that follow.
        gold: Labels in the order of the targets.
        predicted: Labels in the same order.

    Returns:
        `f1_macro`, `f1_posneg`, `recall_avg`, `accuracy`; all are 0 without targets, where the evaluator fails.

    Raises:
        ValueError: If the lists differ in length or a label is unknown.
    """
    matrix = matrix_of(LABELS, confusion, gold, predicted)
    f1 = zero_where_undefined(class_f1(matrix))
    recall = zero_where_undefined(ratio(np.diagonal(matrix), matrix.sum(axis=1)))
    return {
        "f1_macro": float(f1.mean()),
        "f1_posneg": float((f1[0] + f1[2]) / 2),
        "recall_avg": float(recall.mean()),
        "accuracy": float(zero_where_undefined(accuracy(matrix))),
    }

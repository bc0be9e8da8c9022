"""Stance of a news text towards a headline, Fake News Challenge 1."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from detente.metrics.classification import accuracy, class_f1, ratio
from detente.metrics.official.confusion import matrix_of, zero_where_undefined

LABELS: Final = ("agree", "disagree", "discuss", "unrelated")
RELATED: Final = np.array([1.0, 1.0, 1.0, 0.0])
POINTS: Final = 0.25 * np.outer(RELATED, RELATED) + np.diag(0.25 + 0.5 * RELATED)
"""What an answer earns, gold along the rows: .25 for the right relatedness, .75 more for the class among related."""


def fnc1(
    confusion: Mapping[str, int] | None = None,
    gold: Sequence[str] | None = None,
    predicted: Sequence[str] | None = None,
) -> dict[str, float]:
    """The weighted score of the Fake News Challenge, and what else is reported of a confusion table.

    Per pair, .25 for `unrelated` answered as such, .25 for any two of the related classes, .75 more for the right one.
    `score` is the sum, in points; `max` is that of the gold itself, `null` that of answering always `unrelated`;
    `relative` = score / max, in 0…1. `accuracy` and `macro_f1` (the mean over all four classes), in 0…1, are of the
    pairs compared. 0/0 is 0.

    Source: FakeNewsChallenge/fnc-1 @29d473af, `scorer.py`, which prints score, max, null and accuracy.

    Defect: a submission that is too short is compared as far as it goes and no further, nothing is said, and accuracy
    rises if the rest would have been wrong; and perfect relatedness with always `discuss` has a relative score of .83.

    Args:
        confusion: Counts under `gold>predicted`, or the two lists that follow.
        gold: Labels in the order of the pairs.
        predicted: Labels in the same order; what stands past the end of the shorter list is ignored.

    Returns:
        `score`, `max`, `null`, `relative`, `accuracy`, `macro_f1`; all are 0 without pairs.

    Raises:
        ValueError: If a label is unknown.
    """
    matrix = matrix_of(LABELS, confusion, gold, predicted, truncate=True)
    totals = matrix.sum(axis=1) if gold is None else np.array([gold.count(label) for label in LABELS], dtype=float)
    score = (POINTS * matrix).sum()
    best = totals @ np.diagonal(POINTS)
    return {
        "score": float(score),
        "max": float(best),
        "null": float(totals @ POINTS[:, LABELS.index("unrelated")]),
        "relative": float(zero_where_undefined(ratio(score, best))),
        "accuracy": float(zero_where_undefined(accuracy(matrix))),
        "macro_f1": float(zero_where_undefined(class_f1(matrix)).mean()),
    }

"""Stance in tweets, SemEval-2016 Task 6."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from detente.metrics.classification import class_f1, ratio
from detente.metrics.official.confusion import matrix_of, zero_where_undefined

STANCES: Final = ("FAVOR", "AGAINST", "NONE")
LABELS: Final = (*STANCES, "UNKNOWN")


def semeval2016_task6(
    confusion: Mapping[str, int] | None = None,
    gold: Sequence[str] | None = None,
    predicted: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The F of FAVOR and of AGAINST, averaged: what SemEval-2016 Task 6 ranks systems by.

    Precision = tp / predicted, recall = tp / gold, f = 2PR / (P + R), each in 0…1 and 0 at 0/0. All counts are pooled
    over targets. NONE and UNKNOWN (the label of a line that is not judged yet) enter the average only by the errors
    that they cause. `macroF_3class` is the mean over FAVOR, AGAINST and NONE, which the program does not print.

    Source: `eval.pl`, as in sheffieldnlp/stance-semeval2016 @23557bcd; it prints four decimals, the full values are by
    its formula.

    Defect: lines are aligned by number, whatever their id and target, and pooled over targets, so that a system which
    always answers with each target's majority scores .6522, and .4009 as a mean over the targets.

    Args:
        confusion: Counts under `gold>predicted`, or the two lists that follow.
        gold: Labels in the order of the lines.
        predicted: Labels in the same order.

    Returns:
        `FAVOR`, `AGAINST` and `NONE` with `precision`, `recall` and `f`; `macroF_favor_against`; `macroF_3class`. All
        are 0 without lines.

    Raises:
        ValueError: If the lists differ in length or a label is unknown, where the program stops.
    """
    matrix = matrix_of(LABELS, confusion, gold, predicted)
    right = np.diagonal(matrix)
    precision = zero_where_undefined(ratio(right, matrix.sum(axis=0)))
    recall = zero_where_undefined(ratio(right, matrix.sum(axis=1)))
    f = zero_where_undefined(class_f1(matrix))
    by_stance = {
        stance: {"precision": float(precision[place]), "recall": float(recall[place]), "f": float(f[place])}
        for place, stance in enumerate(STANCES)
    }
    return {
        **by_stance,
        "macroF_favor_against": float(f[:2].mean()),
        "macroF_3class": float(f[:3].mean()),
    }

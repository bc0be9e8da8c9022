"""Check-worthiness of the lines of one debate, CheckThat! 2018 Task 1."""

from collections.abc import Sequence
from itertools import accumulate


def checkthat_average_precision(
    scores_in_submission_order: Sequence[tuple[int, float | str]],
    relevant: Sequence[int] | None = None,
    relevant_by_line: Sequence[tuple[int, int]] | None = None,
) -> dict[str, float]:
    """Average precision, reciprocal rank and R-precision of one ranking.

    Lines are ranked by score, highest first. With R relevant lines, `average_precision` = Σ P@rank over the relevant
    lines met / R, in 0…1 unless lines repeat; `reciprocal_rank` = 1 / rank of the first relevant line, in 0…1;
    `r_precision` = P@R, in 0…1.

    Source: clef2018-factchecking @201e236f, `scorer/task1.py`.

    Defect: ties keep the order of the submission, so one and the same scores can have an average precision of .75 or
    .42; a line that is submitted twice counts twice, so that it can reach 2; and a score that is not a number stays
    where the comparisons of the sort happen to leave it.

    Args:
        scores_in_submission_order: (line, score), the score a number or its text.
        relevant: 1 for a relevant line, by line number from 1, or the next argument.
        relevant_by_line: (line, 1 if relevant).

    Returns:
        `average_precision`, `reciprocal_rank`, `r_precision`; all are 0 without relevant lines.

    Raises:
        ValueError: If the relevant lines are given in both forms or in neither, or lines are unknown or missing,
            where the scorer stops.
    """
    if (relevant is None) == (relevant_by_line is None):
        raise ValueError("give either `relevant` or `relevant_by_line`")
    labels = dict(relevant_by_line) if relevant_by_line is not None else dict(enumerate(relevant or (), start=1))
    scores = [(line, float(score)) for line, score in scores_in_submission_order]
    if {line for line, _ in scores} != labels.keys():
        raise ValueError("the submission must have the lines of the gold, all of them and no others")
    ranked = [labels[line] == 1 for line, _ in sorted(scores, key=lambda pair: pair[1], reverse=True)]
    precisions = [hits / rank for rank, hits in enumerate(accumulate(ranked), start=1)]
    wanted = sum(label == 1 for label in labels.values())
    if not wanted:
        return {"average_precision": 0.0, "reciprocal_rank": 0.0, "r_precision": 0.0}
    return {
        "average_precision": sum(at for at, hit in zip(precisions, ranked, strict=True) if hit) / wanted,
        "reciprocal_rank": 1 / (ranked.index(True) + 1),
        "r_precision": precisions[wanted - 1],
    }

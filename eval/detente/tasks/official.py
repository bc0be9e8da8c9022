"""The official scorers under the tasks whose labels they score. They keep their own 0/0, and their defects."""

from collections.abc import Callable, Mapping
from typing import Any

from detente.task import Options, Overall, Row

Count = Callable[[Any, Any, Options], list[Row]]


def label_scorer(
    scorer: Callable[..., Mapping[str, Any]],
    number: str,
    names: Mapping[str, str],
    count: Count,
    formula: str,
    reference: str,
) -> Overall:
    """An official scorer of labels, as a measure of a task.

    Args:
        scorer: From `detente.metrics.official`, called with the labels `gold` and `predicted`.
        number: Which of its numbers is shown.
        names: Our labels to the scorer's.
        count: The task's count, whose rows have `gold` and `predicted`; of them the headline rows are scored.
        formula: What the number is, in one line.
        reference: The scorer, its source and commit.
    """

    def compute(units: Mapping[str, Any], by_id: Mapping[str, Any], options: Options) -> tuple[float, int]:
        counted = [row for name, unit in units.items() for row in count(unit, by_id.get(name), options)]
        rows = [row for row in counted if row["slice"] == "headline"]
        gold, predicted = ([names[row[side]] for row in rows] for side in ("gold", "predicted"))
        return float(scorer(gold=gold, predicted=predicted)[number]), len(rows)

    return Overall(scorer.__name__, formula, compute, reference=reference)

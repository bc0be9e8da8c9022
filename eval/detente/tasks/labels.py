"""The official scorers under the tasks whose labels they score. They keep their own 0/0, and their defects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from detente.metrics.official import krippendorff_alpha
from detente.tasks.task import Options, Overall, Row

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


def alpha(count: Count) -> Overall:
    """Krippendorff's nominal α between the gold and the predictions, as if they were two annotators."""

    def scorer(gold: list[str], predicted: list[str]) -> Mapping[str, float]:
        return krippendorff_alpha(ratings=[gold, predicted])

    found = label_scorer(scorer, "alpha", _Same(), count, "nominal α of gold and predictions", "krippendorff 0.9.0")
    return replace(found, name=krippendorff_alpha.__name__, bounds=(-1.0, 1.0))


class _Same(dict[str, str]):
    """Every label under its own name."""

    def __missing__(self, name: str) -> str:
        return name

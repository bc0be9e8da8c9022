"""What makes a pipeline fail: a metric that is worse than demanded, and a system that is worse than another."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from detente.data.problems import Problem, ValidationError
from detente.evaluation.compare import Comparison
from detente.evaluation.differences import Difference, higher_is_better
from detente.evaluation.score import ALL, Scores
from detente.tasks.task import CorpusMetric, Metric


class Threshold(NamedTuple):
    """The worst value that a metric may have; of one whose best value is its least, the greatest."""

    metric: str
    value: float


def failures(systems: Mapping[str, Scores], thresholds: Sequence[Threshold]) -> list[str]:
    """Why systems fail, a sentence for each metric of each that is worse than its threshold, or undefined.

    Raises:
        ValidationError: If a threshold names no metric of the task, or a value that the metric cannot have.
    """
    task = next(iter(systems.values())).task
    known = {metric.name: metric for metric in task.measures}
    asked = [(task.aliases.get(name, name), value) for name, value in thresholds]
    problems = []
    for name, value in asked:
        if name not in known:
            message = f"{task.name} has no metric {name!r}: {', '.join(known)}"
            problems.append(Problem("option", "--fail-under", message))
            continue
        low, high = known[name].bounds
        if not low <= value <= high:
            problems.append(Problem("option", "--fail-under", f"{name} is from {low:g} to {high:g}, never {value:g}"))
    if problems:
        raise ValidationError(problems)
    return [
        f"{system}: {sentence}"
        for system, scores in systems.items()
        for name, value in asked
        for sentence in _failure(scores, known[name], value)
    ]


def _failure(scores: Scores, metric: Metric | CorpusMetric, demanded: float) -> Iterator[str]:
    value = scores.metrics[metric.name].value if metric.name in scores.metrics else math.nan
    if math.isnan(value):
        yield f"{metric.name} is undefined, and was to be {demanded:g}"
    elif higher_is_better(metric, value) < higher_is_better(metric, demanded):
        yield f"{metric.name} is {value:.6g}, {'under' if value < demanded else 'over'} {demanded:g}"


def worse_systems(comparison: Comparison, asked: Sequence[str] = ()) -> list[str]:
    """The systems that are worse than the first (see `is_worse`), or undefined where it is not: a sentence for each.

    Args:
        comparison: The systems compared.
        asked: The metrics that were asked for. The first decides, or the primary one if none was.
    """
    primary = next(iter(comparison.scores.values())).primary
    (name,) = comparison.task.renamed([next((each for each in asked if each != ALL), primary)])
    metric = next(each for each in comparison.metrics if each.name == name)
    first, *others = (rank.value for rank in comparison.ranks[name])
    found = []
    for pair, value in zip(comparison.pairs, others, strict=True):
        if math.isnan(value) and not math.isnan(first):
            found.append(f"{pair.second}: {name} is undefined; {pair.first} has {first:.6g}")
        elif is_worse(pair.differences[name], metric):
            found.append(f"{pair.second}: {name} is {value:.6g}, worse than {first:.6g} of {pair.first}")
    return found


def is_worse(difference: Difference, metric: Metric | CorpusMetric) -> bool:
    """Whether a system is worse than the first.

    From ten clusters on: the 95% interval of the difference lies wholly on the worse side. Under ten there is none: the
    pooled value is worse, and it is better in no cluster. Of a metric that is a value only, the value decides.
    """
    if difference.tested:
        low, high = difference.tested.interval.low, difference.tested.interval.high
        return bool(higher_is_better(metric, low) < 0 and higher_is_better(metric, high) < 0)
    if difference.better >= 0:
        return False
    return not any(higher_is_better(metric, apart) > 0 for apart in difference.clusters.values())

"""Many systems on one gold, the best first, and which neighbours the data do not separate."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.data.problems import ValidationError
from detente.evaluation.compare import common_settings
from detente.evaluation.differences import Rank, counts_of, higher_is_better, ranks, resampled_values
from detente.evaluation.score import Columns, Resampling, Scores, named_metrics, signature_of
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import Interval
from detente.tasks.task import CorpusMetric, Metric, Task


@dataclass(frozen=True)
class RankedSystem:
    """One system in a ranking.

    Attributes:
        name: Of the system.
        scores: All its scores.
        standing: Its value, its rank, and the ranks it takes in 95% of the resamples.
        gap_to_next: Interval of how much better it is than the next; None for the last, and under ten clusters.
    """

    name: str
    scores: Scores
    standing: Rank
    gap_to_next: Interval | None

    @property
    def significant(self) -> bool | None:
        """Whether the interval of the gap to the next lies above 0; None where there is no interval."""
        return None if self.gap_to_next is None or np.isnan(self.gap_to_next.low) else self.gap_to_next.low > 0


@dataclass(frozen=True)
class Ranking:
    """Systems in order.

    Attributes:
        task: The task.
        by: The metric.
        systems: The best first; those without a value last.
        unit: What counts as independent.
        interval: `range` under ten clusters, else `bootstrap`.
        settings: All that is needed to repeat the ranking, by name.
    """

    task: Task
    by: Metric | CorpusMetric
    systems: tuple[RankedSystem, ...]
    unit: str
    interval: str
    settings: dict[str, str]

    @property
    def signature(self) -> str:
        """One line that is enough to repeat it."""
        return signature_of(self.settings)


def rank(scores: Mapping[str, Scores], by: str | None = None, resampling: Resampling | None = None) -> Ranking:
    """Ranks systems by one metric.

    Neighbours are separated if the 95% percentile interval of the difference of their scores, over resamples that both
    share, lies above 0. Many pairs are looked at, and no correction is made for that: a pair that is not separated may
    well be equal, one that is separated is so at the level of a single comparison.

    Args:
        scores: Two systems or more by name, scored alike on the same gold.
        by: The metric; by default the primary one (`score.primary_metric`).
        resampling: What counts as independent, how many resamples are drawn, and their seed.

    Raises:
        ValidationError: If the metric is unknown.
    """
    resampling = resampling or Resampling()
    names, systems = list(scores), list(scores.values())
    task = systems[0].task
    metric = _metric(systems, by)
    values = [each.metrics[metric.name].value for each in systems]
    counts = counts_of(systems, resampling.unit, resampling)
    interval = bootstrap.interval_kind(counts.clusters)
    resampled = resampled_values(metric, counts) if isinstance(metric, Metric) else None
    places = ranks(metric, values, resampled)
    order = sorted(range(len(names)), key=lambda system: (places[system].rank or len(names) + 1, names[system]))
    turned = higher_is_better(metric, resampled) if resampled is not None else None
    gaps = [_gap_to_next(turned, order, position) for position in range(len(order))]
    return Ranking(
        task=task,
        by=metric,
        systems=tuple(
            RankedSystem(names[system], systems[system], places[system], gap)
            for system, gap in zip(order, gaps, strict=True)
        ),
        unit=resampling.unit,
        interval=interval,
        settings=common_settings([systems[system] for system in order], resampling.unit, interval, resampling),
    )


def _metric(systems: list[Scores], by: str | None) -> Metric | CorpusMetric:
    """The metric asked for, else the primary one or, if no system has a value of it, the first that one has."""
    task = systems[0].task
    known = {
        measure.name: measure for measure in task.measures if any(measure.name in each.metrics for each in systems)
    }
    if by is None:
        valued = [name for name in known if any(not np.isnan(each.metrics[name].value) for each in systems)]
        order = (systems[0].primary, *task.standard, *known)
        by = next((name for name in order if name in valued), systems[0].primary)
    names, problems = named_metrics(task, known, [by])
    if problems:
        raise ValidationError(problems)
    return known[names[0]]


def _gap_to_next(turned: Floats | None, order: list[int], position: int) -> Interval | None:
    if turned is None or position + 1 == len(order):
        return None
    return bootstrap.percentile_interval(turned[order[position]] - turned[order[position + 1]])


def with_and_without_empty(scores: Scores, metric: Metric | CorpusMetric) -> tuple[float, float]:
    """The metric over all pages, and over those with output text alone; NaN where the task does not tell them apart."""
    if not isinstance(metric, Metric) or "output" not in scores.counted.frame.columns:
        return np.nan, np.nan
    columns = scores.task.columns
    every, texts = (
        Columns(columns, rows.select(columns).sum().to_numpy()[0])
        for rows in (scores.counted.frame, scores.counted.frame.filter(output="text"))
    )
    return float(metric.compute(every, every)), float(metric.compute(texts, every))

"""Many systems on one gold, the best first, and which neighbours the data do not separate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from detente.data.problems import Invalid, Problem
from detente.evaluation.compare import common_signature
from detente.evaluation.compare_items import aligned
from detente.evaluation.compare_metric import Rank, good, ranks
from detente.evaluation.score import Columns, Resampling, Scores
from detente.metrics.classification import Floats
from detente.stats import bootstrap as resample
from detente.stats.bootstrap import Interval
from detente.tasks.task import Metric, Overall, Task

FIRST: Final = ("shingle_f1", "rouge_lsum_f1", "paragraph_match_f1", "snippet_f1")
"""By the first of these that a gold has systems are ranked, unless a metric is asked for."""
_OFFICIAL: Final = {"wceb": "rouge_lsum_f1", "fundus": "rouge_lsum_f1"}
"""What a benchmark itself ranks by, where that is not the first of `FIRST`."""


@dataclass(frozen=True)
class Placed:
    """One system in a ranking.

    Attributes:
        name: Of the system.
        scores: All its scores.
        place: Its value, its rank, and the ranks it takes in 95% of the resamples.
        lead: Interval of how much better it is than the next; None for the last, and under ten clusters.
    """

    name: str
    scores: Scores
    place: Rank
    lead: Interval | None

    @property
    def separated(self) -> bool | None:
        """Whether the interval of its lead over the next lies above 0; None where there is no interval."""
        return None if self.lead is None or np.isnan(self.lead.low) else self.lead.low > 0


@dataclass(frozen=True)
class Ranking:
    """Systems in order.

    Attributes:
        task: The task.
        by: The metric.
        systems: The best first; those without a value last.
        unit: What counts as independent.
        interval: `range` under ten clusters, else `bootstrap`.
        signature: All that is needed to repeat the ranking.
    """

    task: Task
    by: Metric | Overall
    systems: tuple[Placed, ...]
    unit: str
    interval: str
    signature: str


def rank(scores: Mapping[str, Scores], by: str | None = None, resampling: Resampling | None = None) -> Ranking:
    """Ranks systems by one metric.

    Neighbours are separated if the 95% percentile interval of the difference of their scores, over resamples that both
    share, lies above 0. Many pairs are looked at, and no correction is made for that: a pair that is not separated may
    well be equal, one that is separated is so at the level of a single comparison.

    Args:
        scores: Two systems or more by name, scored alike on the same gold.
        by: The metric; by default the one that the gold's benchmark ranks by, or the task's first that is no half of
            another.
        resampling: What counts as independent, how many resamples are drawn, and their seed.

    Raises:
        Invalid: If the metric is unknown.
    """
    resampling = resampling or Resampling()
    names, systems = list(scores), list(scores.values())
    task = systems[0].task
    metric = _metric(systems, by)
    values = [each.metrics[metric.name].value for each in systems]
    interval, resampled = _resampled(systems, metric, resampling)
    places = ranks(metric, values, resampled)
    order = sorted(
        range(len(names)), key=lambda system: (-np.nan_to_num(good(metric, values[system]), nan=-np.inf), names[system])
    )
    turned = good(metric, resampled) if resampled is not None else None
    leads = [_lead(turned, order, position) for position in range(len(order))]
    return Ranking(
        task=task,
        by=metric,
        systems=tuple(
            Placed(names[system], systems[system], places[system], lead)
            for system, lead in zip(order, leads, strict=True)
        ),
        unit=resampling.unit,
        interval=interval,
        signature=common_signature([systems[system] for system in order], resampling.unit, interval, resampling),
    )


def _metric(systems: list[Scores], by: str | None) -> Metric | Overall:
    task = systems[0].task
    known = {
        measure.name: measure for measure in task.measures if any(measure.name in each.metrics for each in systems)
    }
    if by is None:
        official = _OFFICIAL.get(systems[0].dataset["version"], "")
        own = [name for name in known if "precision" not in name and "recall" not in name]
        by = next(name for name in (official, *FIRST, *own, *known) if name in known)
    if by not in known:
        raise Invalid([Problem("option", "--metrics", f"{task.name} has no metric {by!r}: {', '.join(known)}")])
    return known[by]


def _resampled(systems: list[Scores], metric: Metric | Overall, resampling: Resampling) -> tuple[str, Floats | None]:
    """The kind of interval, and the metric in every resample, shape `(systems, resamples)`, where there are any."""
    rows, columns = [each.rows.filter(slice="headline") for each in systems], systems[0].task.columns
    clusters, sums = aligned(rows, resampling.unit, columns)
    interval = resample.interval_kind(len(clusters))
    if interval == "range" or isinstance(metric, Overall):
        return interval, None
    full = Columns(columns, np.sum(sums, axis=(0, 1)))
    drawn = resample.bootstrap_weights(len(clusters), resampling.resamples, resampling.seed)
    return interval, np.stack([metric.compute(Columns(columns, drawn @ each), full) for each in sums])


def _lead(turned: Floats | None, order: list[int], position: int) -> Interval | None:
    if turned is None or position + 1 == len(order):
        return None
    return resample.percentile_interval(turned[order[position]] - turned[order[position + 1]])


def with_and_without_empty(scores: Scores, metric: Metric | Overall) -> tuple[float, float]:
    """The metric over all pages, and over those with output text alone; NaN where the task does not tell them apart."""
    if not isinstance(metric, Metric) or "output" not in scores.rows.columns:
        return np.nan, np.nan
    columns = scores.task.columns
    every, texts = (
        Columns(columns, rows.select(columns).sum().to_numpy()[0])
        for rows in (scores.rows, scores.rows.filter(output="text"))
    )
    return float(metric.compute(every, every)), float(metric.compute(texts, every))

"""Systems compared by one metric: their ranks, and how each differs from the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.score import Columns, Resampling, Scores
from detente.metrics.classification import Floats
from detente.stats import bootstrap, paired
from detente.stats.bootstrap import Clusters, Interval, Statistic
from detente.stats.paired import SignFlip
from detente.tasks.task import CorpusMetric, Metric


@dataclass(frozen=True)
class Tested:
    """What is known of a difference from ten clusters on.

    Attributes:
        interval: Of the difference, by the percentile bootstrap; all systems are resampled alike.
        test: The sign-flip test; None under ten families, whatever else is resampled, like the p and the difference
            that rest on it, which are NaN.
        p_holm: Its p, corrected for the number of systems that are compared with the first.
        detectable: The true difference that would be found in 80% of such samples.
    """

    interval: Interval
    test: SignFlip | None
    p_holm: float
    detectable: float


@dataclass(frozen=True)
class Difference:
    """How two systems differ by one metric.

    Attributes:
        value: Second − first, of the pooled counts; NaN if one of them is undefined.
        better: 1 if the second is better, −1 if the first is, 0 if neither is.
        clusters: Cluster to the difference in it; empty from ten clusters on, and for a metric that is a value only.
        mean: Plain mean of the clusters' differences, those that are undefined left out; NaN if none is defined.
        tested: Interval and test; None under ten clusters, and for a metric that is a value only.
        deciding: The items that decide it, the first of them most, and what each gives to it (`paired.influence`).
    """

    value: float
    better: int
    clusters: dict[str, float]
    mean: float
    tested: Tested | None
    deciding: dict[str, float]


@dataclass(frozen=True)
class Rank:
    """A system's place by one metric.

    Attributes:
        value: Of the metric.
        rank: 1 for the best; equals share the better rank; None if the value is undefined.
        interval: The ranks it takes in 95% of the resamples; None under ten clusters, and where it is undefined.
    """

    value: float
    rank: int | None
    interval: tuple[int, int] | None


@dataclass(frozen=True)
class Counts:
    """What the metrics are computed from. Each list of arrays has one, `(…, columns)`, for each system.

    Attributes:
        columns: The names of the columns.
        clusters: The names of the clusters.
        families: How many families the rows are of, whatever the clusters are.
        sums: The counts of the clusters.
        items: The names of the items.
        item_sums: Their counts.
        resampled: The counts of the bootstrap's resamples, the same for all systems; empty under ten clusters.
        resampling: How they were drawn.
    """

    columns: tuple[str, ...]
    clusters: list[str]
    families: int
    sums: list[Floats]
    items: list[str]
    item_sums: list[Floats]
    resampled: list[Floats]
    resampling: Resampling


def aligned(systems: Sequence[pl.DataFrame], key: str, columns: Sequence[str]) -> tuple[list[str], list[Floats]]:
    """The counts of each value of a key, summed, in the same order for all systems.

    Returns:
        The values that any system has, sorted, and for each system an array `(values, columns)`, 0 where it has none.
    """
    every = pl.concat([rows.select(key) for rows in systems]).unique().sort(key)
    sums: list[Floats] = []
    for rows in systems:
        grouped = rows.group_by(key, maintain_order=True).agg(pl.col(columns).sum())
        placed = every.join(grouped, on=key, how="left", maintain_order="left")
        sums.append(placed.select(columns).fill_null(0.0).to_numpy())
    return every[key].to_list(), sums


def counts_of(systems: Sequence[Scores], unit: str, resampling: Resampling) -> Counts:
    """The counts of the main rows by cluster and by item, and those of the resamples."""
    rows, columns = [each.main_rows for each in systems], systems[0].task.columns
    clusters, sums = aligned(rows, unit, columns)
    items, item_sums = aligned(rows, "item", columns)
    resampled = []
    if bootstrap.interval_kind(len(clusters)) == "bootstrap":
        drawn = bootstrap.resampled_sums(Clusters(np.hstack(sums)), resampling.resamples, resampling.seed)
        resampled = np.split(drawn, len(sums), axis=1)
    families = rows[0]["family"].n_unique()
    return Counts(columns, clusters, families, sums, items, item_sums, resampled, resampling)


class _ColumnUsage(Columns):
    """Counts that note which of them are read."""

    def __init__(self, names: Sequence[str], sums: Floats) -> None:
        super().__init__(names, sums)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Floats:
        self.read.add(name)
        return super().__getitem__(name)


def higher_is_better(metric: Metric | CorpusMetric, values: Any) -> Floats:
    """Values turned so that the greater is the better: as they are, or negated where the best is the least."""
    turned = np.asarray(values, dtype=float)
    return turned if metric.best >= metric.bounds[1] else -turned


def ranks(metric: Metric | CorpusMetric, values: Sequence[float], resampled: Floats | None = None) -> tuple[Rank, ...]:
    """The place of each system.

    Args:
        metric: By which.
        values: One for each system.
        resampled: Those of the resamples, shape `(systems, resamples)`, if there are any.
    """
    places: list[int | None] = [None] * len(values)
    intervals: list[tuple[int, int] | None] = [None] * len(values)
    defined = np.flatnonzero(~np.isnan(values))
    best, _ = paired.ranks(higher_is_better(metric, values)[defined])
    found = (
        paired.rank_intervals(higher_is_better(metric, resampled)[defined])
        if resampled is not None
        else [None] * len(defined)
    )
    for place, rank, interval in zip(defined, best, found, strict=True):
        places[place], intervals[place] = int(rank), interval
    return tuple(Rank(*each) for each in zip(values, places, intervals, strict=True))


def of_values(metric: CorpusMetric, values: Sequence[float]) -> tuple[tuple[Rank, ...], list[Difference]]:
    """Systems compared by a metric that is a value only."""
    others = [
        Difference(value - values[0], _better(metric, values[0], value), {}, np.nan, None, {}) for value in values[1:]
    ]
    return ranks(metric, values), others


def full_counts(counts: Counts) -> Columns:
    """The counts of all systems together, whose classes those of a macro average are, the same for all."""
    return Columns(counts.columns, np.sum(counts.sums, axis=(0, 1)))


def resampled_values(metric: Metric, counts: Counts) -> Floats | None:
    """The metric in every resample, shape `(systems, resamples)`; None where there are none."""
    if not counts.resampled:
        return None
    full = full_counts(counts)
    return np.stack(
        [
            _undefined(sums)
            if _has_no_value(metric, counts, own)
            else metric.compute(Columns(counts.columns, sums), full)
            for own, sums in zip(counts.sums, counts.resampled, strict=True)
        ]
    )


def of_counts(metric: Metric, counts: Counts) -> tuple[tuple[Rank, ...], list[Difference]]:
    """Systems compared by a metric of summed counts: the place of each, and how each but the first differs from it."""
    full = _ColumnUsage(counts.columns, np.sum(counts.sums, axis=(0, 1)))
    metric.compute(full, dict(full))
    read = np.array([name in full.read for name in counts.columns])

    def statistic(sums: NDArray[np.float64]) -> Floats:
        return metric.compute(Columns(counts.columns, sums), full)

    silent = [_has_no_value(metric, counts, sums) for sums in counts.sums]
    values = [
        np.nan if no else float(statistic(sums.sum(axis=0))) for no, sums in zip(silent, counts.sums, strict=True)
    ]
    inside = [metric.part(Columns(counts.columns, sums)) for sums in counts.sums]
    resampled = resampled_values(metric, counts)
    tested = (
        _tested([_undefined if no or silent[0] else statistic for no in silent[1:]], counts, read, resampled)
        if resampled is not None
        else [None] * (len(values) - 1)
    )
    found = []
    for place, known in enumerate(tested, start=1):
        undefined = silent[0] or silent[place]
        apart = np.full(len(counts.clusters), np.nan) if undefined else inside[place] - inside[0]
        defined = apart[~np.isnan(apart)]
        shares, deciding = paired.influence(
            _undefined if undefined else statistic, counts.item_sums[0], counts.item_sums[place]
        )
        found.append(
            Difference(
                value=values[place] - values[0],
                better=_better(metric, values[0], values[place]),
                clusters={} if known else dict(zip(counts.clusters, apart.tolist(), strict=True)),
                mean=float(defined.mean()) if defined.size else np.nan,
                tested=known,
                deciding={counts.items[item]: float(shares[item]) for item in deciding},
            )
        )
    return ranks(metric, values, resampled), found


def _has_no_value(metric: Metric, counts: Counts, sums: Floats) -> bool:
    """Whether a system says nothing of what is measured, so that it has no value, in whatever sample."""
    return bool(metric.no_value(Columns(counts.columns, sums.sum(axis=0))))


def _undefined(sums: NDArray[np.float64]) -> Floats:
    return np.full(sums.shape[:-1], np.nan)


def _tested(
    statistics: Sequence[Statistic], counts: Counts, read: NDArray[np.bool_], resampled: Floats
) -> list[Tested]:
    """Interval and test of each system but the first; where the metric reads the same of both, nothing is flipped.

    Under ten families there is no test, whatever is resampled: items of one page depend on one another.
    """
    intervals = [bootstrap.percentile_interval(each - resampled[0]) for each in resampled[1:]]
    if bootstrap.interval_kind(counts.families) == "range":
        return [Tested(interval, None, np.nan, np.nan) for interval in intervals]
    first, *others = counts.sums
    tests = [
        paired.sign_flip(
            statistic,
            first,
            other,
            (other != first)[:, read].any(axis=1),
            counts.resampling.resamples,
            counts.resampling.seed,
        )
        for statistic, other in zip(statistics, others, strict=True)
    ]
    return [
        Tested(interval, test, p, paired.minimal_detectable(interval.error))
        for interval, test, p in zip(intervals, tests, paired.holm([test.p for test in tests]), strict=True)
    ]


def _better(metric: Metric | CorpusMetric, first: float, second: float) -> int:
    """1, −1, or 0 where the two are equal or one is undefined."""
    lead = np.round(higher_is_better(metric, second) - higher_is_better(metric, first), 12)
    return 0 if np.isnan(lead) else int(np.sign(lead))

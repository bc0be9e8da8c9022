"""Systems compared by one metric: their ranks, and how each differs from the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.evaluation.score import Columns, Resampling
from detente.metrics.classification import Floats
from detente.stats import paired
from detente.stats.bootstrap import Interval, Statistic, percentile_interval
from detente.stats.paired import SignFlip
from detente.tasks.task import Metric, Overall


@dataclass(frozen=True)
class Tested:
    """What is known of a difference from ten clusters on.

    Attributes:
        interval: Of the difference, by the percentile bootstrap; all systems are resampled alike.
        test: The sign-flip test.
        p_holm: Its p, corrected for the number of systems that are compared with the first.
        detectable: The true difference that would be found in 80% of such samples.
    """

    interval: Interval
    test: SignFlip
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
        sums: The counts of the clusters.
        items: The names of the items.
        item_sums: Their counts.
        resampled: The counts of the bootstrap's resamples, the same for all systems; empty under ten clusters.
        resampling: How they were drawn.
    """

    columns: tuple[str, ...]
    clusters: list[str]
    sums: list[Floats]
    items: list[str]
    item_sums: list[Floats]
    resampled: list[Floats]
    resampling: Resampling


class _Watched(Columns):
    """Counts that note which of them are read."""

    def __init__(self, names: Sequence[str], sums: Floats) -> None:
        super().__init__(names, sums)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Floats:
        self.read.add(name)
        return super().__getitem__(name)


def good(metric: Metric | Overall, values: Any) -> Floats:
    """Values turned so that the greater is the better."""
    low, high = metric.bounds
    turned = np.asarray(values, dtype=float)
    if metric.best >= high:
        return turned
    return -turned if metric.best <= low else -np.abs(turned - metric.best)


def ranks(metric: Metric | Overall, values: Sequence[float], resampled: Floats | None = None) -> tuple[Rank, ...]:
    """The place of each system.

    Args:
        metric: By which.
        values: One for each system.
        resampled: Those of the resamples, shape `(systems, resamples)`, if there are any.
    """
    places: list[int | None] = [None] * len(values)
    intervals: list[tuple[int, int] | None] = [None] * len(values)
    defined = np.flatnonzero(~np.isnan(values))
    best, _ = paired.ranks(good(metric, values)[defined])
    found = paired.rank_intervals(good(metric, resampled)[defined]) if resampled is not None else [None] * len(defined)
    for place, rank, interval in zip(defined, best, found, strict=True):
        places[place], intervals[place] = int(rank), interval
    return tuple(Rank(*each) for each in zip(values, places, intervals, strict=True))


def of_values(metric: Overall, values: Sequence[float]) -> tuple[tuple[Rank, ...], list[Difference]]:
    """Systems compared by a metric that is a value only."""
    others = [
        Difference(value - values[0], _better(metric, values[0], value), {}, np.nan, None, {}) for value in values[1:]
    ]
    return ranks(metric, values), others


def of_counts(metric: Metric, counts: Counts) -> tuple[tuple[Rank, ...], list[Difference]]:
    """Systems compared by a metric of summed counts: the place of each, and how each but the first differs from it."""
    full = _Watched(counts.columns, np.sum(counts.sums, axis=(0, 1)))
    metric.compute(full, dict(full))
    read = np.array([name in full.read for name in counts.columns])

    def statistic(sums: NDArray[np.float64]) -> Floats:
        return metric.compute(Columns(counts.columns, sums), full)

    values = [float(statistic(sums.sum(axis=0))) for sums in counts.sums]
    inside = [statistic(sums) for sums in counts.sums]
    resampled = np.stack([statistic(sums) for sums in counts.resampled]) if counts.resampled else None
    tested = _tested(statistic, counts, read, resampled) if resampled is not None else [None] * (len(values) - 1)
    found = []
    for place, known in enumerate(tested, start=1):
        apart = inside[place] - inside[0]
        defined = apart[~np.isnan(apart)]
        shares, deciding = paired.influence(statistic, counts.item_sums[0], counts.item_sums[place])
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


def _tested(statistic: Statistic, counts: Counts, read: NDArray[np.bool_], resampled: Floats) -> list[Tested]:
    """Interval and test of each system but the first; where the metric reads the same of both, nothing is flipped."""
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
        for other in others
    ]
    intervals = [percentile_interval(each - resampled[0]) for each in resampled[1:]]
    return [
        Tested(interval, test, p, paired.minimal_detectable(interval.error))
        for interval, test, p in zip(intervals, tests, paired.holm([test.p for test in tests]), strict=True)
    ]


def _better(metric: Metric | Overall, first: float, second: float) -> int:
    """1, −1, or 0 where the two are equal or one is undefined."""
    lead = np.round(good(metric, second) - good(metric, first), 12)
    return 0 if np.isnan(lead) else int(np.sign(lead))

"""How sure a score is, by the design of the data: clusters of articles that share a text, not rows.

Under ten clusters a "95%" interval is false, so there is the range over the clusters instead; from ten on, a seeded
cluster bootstrap with percentile bounds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats
from detente.metrics.sums import weighted_sums

MIN_CLUSTERS: Final = 10
"""So many clusters, and not fewer, allow a bootstrap."""
UNDEFINED_LIMIT: Final = 0.05
"""Above this share of undefined resamples there is no interval, of scores or of ranks."""
_LEVEL: Final = 0.95
MOST_DRAWN: Final = 10_000
"""Of more clusters that are alike in kinds, it is drawn how often each kind comes, not each of them.

What is published comes of fewer, and keeps its digits. Drawing each of more takes time by their number, and gives the
same distribution.
"""
_ALIKE: Final = 10
"""So many clusters for each kind, on average, make it worth while: to draw a kind takes some five times as long."""
_AT_ONCE: Final = 4_000_000
"""So many clusters are drawn at once, by however many resamples."""

Statistic = Callable[[NDArray[np.float64]], Floats]
"""From sums of counts, shape `(..., columns)`, to a metric, shape `(...)`."""


class Clusters(NamedTuple):
    """What is resampled.

    Attributes:
        sums: The counts of each cluster, or of each kind of clusters, shape `(clusters or kinds, columns)`.
        kinds: Of each cluster its place in `sums`, where clusters are alike and each of them is drawn.
        times: How many clusters are of each kind, where it is drawn how often each kind comes.
    """

    sums: Floats
    kinds: NDArray[np.integer[Any]] | None = None
    times: Floats | None = None

    @property
    def size(self) -> int:
        """How many clusters there are."""
        if self.times is not None:
            return int(self.times.sum())
        return len(self.sums if self.kinds is None else self.kinds)

    @property
    def total(self) -> Floats:
        """The counts of all clusters together."""
        if self.kinds is None and self.times is None:
            summed: Floats = self.sums.sum(axis=0)
            return summed
        times = self.times if self.kinds is None else np.bincount(self.kinds, minlength=len(self.sums))
        (summed,) = weighted_sums(np.asarray(times)[None], self.sums)
        return summed


def alike(sums: Floats) -> Clusters:
    """Clusters by their counts: of very many the different ones, sorted, and how many there are of each.

    Args:
        sums: The counts of each cluster, shape `(clusters, columns)`.

    Returns:
        With `times`; without, and as they are, up to `MOST_DRAWN` clusters, and where few are alike.
    """
    if len(sums) <= MOST_DRAWN or not sums.shape[1]:
        return Clusters(sums)
    import polars as pl  # ten times as fast as numpy.unique

    found = pl.from_numpy(sums, orient="row").group_by(pl.all()).len("times").sort(pl.all().exclude("times"))
    if len(found) * _ALIKE > len(sums):
        return Clusters(sums)
    return Clusters(found.drop("times").to_numpy(), times=found["times"].cast(pl.Float64).to_numpy())


class Estimate(NamedTuple):
    """A metric over the whole and over its clusters.

    Attributes:
        value: Of the pooled counts.
        low: Least value over the clusters, or lower percentile bound.
        high: Greatest value over the clusters, or upper percentile bound.
        mean: Plain mean of the clusters' values.
        defined: In how many clusters the metric is defined, which are those of range and mean.
        undefined: Share of the resamples in which it is not; NaN where there are none.
        clusters: How many clusters there are.
    """

    value: float
    low: float
    high: float
    mean: float
    defined: int
    undefined: float
    clusters: int = 0


NOTHING: Final = Estimate(np.nan, np.nan, np.nan, np.nan, 0, np.nan)
"""The estimate of what has no value."""


class Interval(NamedTuple):
    """A percentile bootstrap interval (Efron and Tibshirani 1993).

    Attributes:
        low: The 2.5% percentile; NaN, like the next two, if over 5% of the resamples are undefined.
        high: The 97.5% percentile.
        error: Standard deviation of the resampled values, in their unit; NaN of fewer than two.
        undefined: Share of the resamples that are undefined, 0…1.
    """

    low: float
    high: float
    error: float
    undefined: float


def interval_kind(clusters: int) -> str:
    """`bootstrap` from ten clusters on, else `range`."""
    return "bootstrap" if clusters >= MIN_CLUSTERS else "range"


def bootstrap_weights(clusters: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """How often each resample draws each cluster, shape `(resamples, clusters)`; the same for the same seed."""
    return np.concatenate(list(_weights(clusters, resamples, seed)))


def _weights(
    clusters: int, resamples: int, seed: int, kinds: NDArray[np.integer[Any]] | None = None
) -> Iterator[NDArray[np.float64]]:
    """How often each cluster is drawn, or each kind of them, a few resamples at a time: the same however few."""
    random = np.random.default_rng(seed)
    columns = clusters if kinds is None else int(kinds.max()) + 1
    step = max(1, _AT_ONCE // clusters)
    for start in range(0, resamples, step):
        drawn = random.integers(0, clusters, (min(step, resamples - start), clusters))
        places = drawn if kinds is None else kinds[drawn].astype(np.int64)
        places += np.arange(len(drawn))[:, None] * columns
        yield np.bincount(places.ravel(), minlength=len(drawn) * columns).reshape(-1, columns).astype(float)


def resampled_sums(clusters: Clusters, resamples: int, seed: int) -> Floats:
    """The counts of each resample, in memory that does not grow with the resamples times the clusters.

    Of very many clusters of a few kinds (`alike`), how often each kind is drawn is multinomial, and drawn as that:
    exact in distribution, with other digits than drawing one cluster after another gives.

    Args:
        clusters: What is resampled.
        resamples: How many samples are drawn.
        seed: Of the drawing.

    Returns:
        Shape `(resamples, columns)`.
    """
    sums, kinds, times = clusters
    if times is not None:
        random, shares = np.random.default_rng(seed), times / times.sum()
        step = max(1, _AT_ONCE // len(times))
        blocks = [min(step, resamples - start) for start in range(0, resamples, step)]
        return np.concatenate([weighted_sums(random.multinomial(clusters.size, shares, each), sums) for each in blocks])
    if kinds is not None:
        sums = sums[: int(kinds.max()) + 1]
    return np.concatenate([weighted_sums(drawn, sums) for drawn in _weights(clusters.size, resamples, seed, kinds)])


def resampled_sizes(
    times: Floats, groups: Sequence[NDArray[np.integer[Any]]], resamples: int, seed: int
) -> list[Floats]:
    """How many clusters of each group are in each resample, for several ways to group the same kinds of clusters.

    Args:
        times: How many clusters are of each kind; how often each kind is drawn is multinomial.
        groups: For each way the group of each kind.
        resamples: How many samples are drawn.
        seed: Of the drawing.

    Returns:
        For each way an array `(resamples, groups)`.
    """
    random, shares = np.random.default_rng(seed), times / times.sum()
    found: list[list[Floats]] = [[] for _ in groups]
    step = max(1, _AT_ONCE // len(times))
    for start in range(0, resamples, step):
        drawn = random.multinomial(int(times.sum()), shares, min(step, resamples - start))
        for each, sizes in zip(groups, found, strict=True):
            number = int(each.max()) + 1
            cells = each.astype(np.int64) + np.arange(len(drawn))[:, None] * number
            counted = np.bincount(cells.ravel(), drawn.ravel(), len(drawn) * number)
            sizes.append(counted.reshape(len(drawn), number).astype(float))
    return [np.concatenate(sizes) for sizes in found]


def percentiles(
    values: NDArray[Any], method: Literal["linear", "inverted_cdf"] = "linear"
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The 2.5% and the 97.5% percentiles along the last axis.

    Args:
        values: Without NaN.
        method: `linear` interpolates between neighbours; `inverted_cdf` takes a value that is there.
    """
    low, high = np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=-1, method=method)
    return low, high


def too_many_undefined(undefined: int, resamples: int) -> bool:
    """Whether so many undefined resamples leave no interval: over 5%."""
    return undefined > UNDEFINED_LIMIT * resamples


def percentile_interval(resampled: ArrayLike) -> Interval:
    """The percentile interval of a number that is resampled: every interval of the house is made here.

    Args:
        resampled: Its values, one at the least; undefined ones are NaN, and are left out.
    """
    values = np.asarray(resampled, dtype=float)
    kept = values[~np.isnan(values)]
    undefined = 1 - kept.size / values.size
    if too_many_undefined(values.size - kept.size, values.size):
        return Interval(np.nan, np.nan, np.nan, undefined)
    low, high = percentiles(kept)
    error = float(kept.std(ddof=1)) if kept.size > 1 else np.nan
    return Interval(float(low), float(high), error, undefined)


def estimate(
    statistic: Statistic,
    clusters: Clusters,
    resampled: NDArray[np.float64] | None,
    of_cluster: Statistic | None = None,
) -> Estimate:
    """A metric with its interval, or its range.

    Args:
        statistic: The metric.
        clusters: What is resampled.
        resampled: The counts of each resample, shape `(resamples, columns)`; None for the range over the clusters.
        of_cluster: The metric of a cluster by itself, if that is another formula.

    Returns:
        The estimate; NaN for whatever is undefined.
    """
    value = float(statistic(clusters.total))
    each = np.atleast_1d((of_cluster or statistic)(clusters.sums))
    each = each if clusters.kinds is None else each[clusters.kinds]
    known = ~np.isnan(each)
    defined = each[known]
    if clusters.times is None:
        count, mean = defined.size, float(defined.mean()) if defined.size else np.nan
    else:
        times = clusters.times[known]
        count = int(times.sum())
        mean = float(defined @ times / count) if count else np.nan
    if resampled is None:
        low, high = (float(defined.min()), float(defined.max())) if count else (np.nan, np.nan)
        return Estimate(value, low, high, mean, count, np.nan, clusters.size)
    low, high, _, undefined = percentile_interval(statistic(resampled))
    return Estimate(value, low, high, mean, count, undefined, clusters.size)

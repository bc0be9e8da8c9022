"""How sure a score is, by the design of the data: clusters of articles that share a text, not rows.

Under ten clusters a "95%" interval is false, so there is the range over the clusters instead; from ten on, a seeded
cluster bootstrap with percentile bounds.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.metrics.classification import Floats

ENOUGH: Final = 10
"""So many clusters, and not fewer, allow a bootstrap."""
LEVEL: Final = 0.95
UNDEFINED_LIMIT: Final = 0.05
"""Above this share of undefined resamples there is no interval."""

Statistic = Callable[[NDArray[np.float64]], Floats]
"""From sums of counts, shape `(..., columns)`, to a metric, shape `(...)`."""


class Spread(NamedTuple):
    """A metric over the whole and over its clusters.

    Attributes:
        value: Of the pooled counts.
        low: Least value over the clusters, or lower percentile bound.
        high: Greatest value over the clusters, or upper percentile bound.
        mean: Plain mean of the clusters' values.
        defined: In how many clusters the metric is defined.
        undefined: Share of the resamples in which it is not; NaN where there are none.
    """

    value: float
    low: float
    high: float
    mean: float
    defined: int
    undefined: float


def kind(clusters: int) -> str:
    """`bootstrap` from ten clusters on, else `range`."""
    return "bootstrap" if clusters >= ENOUGH else "range"


def weights(clusters: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """How often each resample draws each cluster, shape `(resamples, clusters)`; the same for the same seed."""
    drawn = np.random.default_rng(seed).integers(0, clusters, (resamples, clusters))
    drawn += np.arange(resamples)[:, None] * clusters
    return np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(float)


def spread(statistic: Statistic, sums: NDArray[np.float64], drawn: NDArray[np.float64] | None) -> Spread:
    """A metric with its spread.

    Args:
        statistic: The metric.
        sums: The counts of each cluster, shape `(clusters, columns)`.
        drawn: The weights of the resamples, or None for the range over the clusters.

    Returns:
        The spread; NaN for whatever is undefined.
    """
    value = float(statistic(sums.sum(axis=0)))
    each = np.atleast_1d(statistic(sums))
    defined = each[~np.isnan(each)]
    mean = float(defined.mean()) if defined.size else np.nan
    if drawn is None:
        low, high = (float(defined.min()), float(defined.max())) if defined.size else (np.nan, np.nan)
        return Spread(value, low, high, mean, defined.size, np.nan)
    resampled = np.atleast_1d(statistic(drawn @ sums))
    kept = resampled[~np.isnan(resampled)]
    undefined = 1 - kept.size / resampled.size
    if undefined > UNDEFINED_LIMIT:
        return Spread(value, np.nan, np.nan, mean, defined.size, undefined)
    low, high = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Spread(value, float(low), float(high), mean, defined.size, undefined)

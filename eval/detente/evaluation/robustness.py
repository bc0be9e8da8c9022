"""How a score moves with what was done to the items of a challenge suite.

Each item is a variant of a control, so that a drop is paired: the same bases before and after. However many items there
are, they are made from a few source articles. So each number is given twice: with an interval over items, which holds
for these articles only, and with the range over these sources, which is all that is known of others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from detente.evaluation.counts import Counted
from detente.evaluation.score import Columns, Resampling, Scores, of_part
from detente.evaluation.variants import KEYS
from detente.metrics.classification import Floats
from detente.stats import bootstrap
from detente.stats.bootstrap import Interval
from detente.tasks.task import Metric

CONTROL: Final = "control"
"""The operation that changes nothing."""
TOLERANCE: Final = 0.05
"""A variant that is worse than its control by no more counts as consistent with it."""
_UNKNOWN: Final = Interval(np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Slice:
    """The variants of one operation and strength.

    Attributes:
        operation: What was done.
        strength: How much of it.
        items: How many items there are.
        value: The metric of their summed counts.
        interval: Of that, over items; NaN of fewer than `MIN_CLUSTERS`.
        sources: Its least and greatest value over the sources.
        drop: The control's value on the same bases − theirs, turned so that more is worse; 0 for the control.
        drop_interval: Of that, over items, which both share.
        drop_sources: Its least and greatest value over the sources.
    """

    operation: str
    strength: str
    items: int
    value: float
    interval: Interval
    sources: tuple[float, float]
    drop: float
    drop_interval: Interval
    drop_sources: tuple[float, float]


@dataclass(frozen=True)
class Robustness:
    """A system on a challenge suite.

    Attributes:
        metric: By which.
        slices: By operation and strength, the control first.
        worst: The slice with the greatest drop; None where nothing but the control has a value.
        consistency: The share of variants that are worse than their control by `TOLERANCE` at most, 0…1; NaN without
            variants that have a value.
        bases: How many controls there are.
        sources: How many sources they are made from: the first one of each counts.
    """

    metric: Metric
    slices: tuple[Slice, ...]
    worst: Slice | None
    consistency: float
    bases: int
    sources: int


def robustness(scores: Scores, resampling: Resampling | None = None, asked: Sequence[str] = ()) -> Robustness | None:
    """How a metric moves with what was done: the first that is asked for, else the primary one.

    Args:
        scores: On a challenge suite.
        resampling: How many resamples are drawn, and their seed.
        asked: Names of metrics; those that are no function of summed counts are passed over.

    Returns:
        None if the items were not made from controls, or there is no such metric.
    """
    known = {metric.name: metric for metric in scores.task.metrics}
    metric = next((known[name] for name in (*asked, scores.primary) if name in known), None)
    if metric is None or not all(map(scores.counted.has, KEYS)):
        return None
    main = scores.counted.main
    resampling = resampling or scores.resampling
    columns = scores.task.columns
    bases = main.values("base", "family").unique("base", keep="first").sort("base")
    parts = _parts(main, bases["base"], columns)
    control = parts[CONTROL, "none"]
    worse = 1.0 if metric.best >= metric.bounds[1] else -1.0
    slices = [
        _slice(metric, columns, key, sums, control, bases["family"], worse, resampling) for key, sums in parts.items()
    ]
    drops = [each for each in slices if each.operation != CONTROL and each.drop == each.drop]
    statistic = of_part(metric, columns)
    own = statistic(control)
    changed = [worse * (own - statistic(sums)) for (name, _), sums in parts.items() if name != CONTROL]
    apart = np.concatenate([*changed, np.array([])])
    known = apart[~np.isnan(apart)]
    return Robustness(
        metric=metric,
        slices=tuple(slices),
        worst=max(drops, key=lambda each: each.drop, default=None),
        consistency=float((known <= TOLERANCE + 1e-12).mean()) if known.size else np.nan,
        bases=len(bases),
        sources=bases["family"].n_unique(),
    )


def _parts(main: Counted, bases: pl.Series, columns: Sequence[str]) -> dict[tuple[str, str], Floats]:
    """By operation and strength the counts of each base, in their order; NaN where it has no such variant."""
    sums = main.sums(columns, *KEYS)
    places = pl.DataFrame({"base": bases}).with_row_index("place")
    variants = main.values(*KEYS).with_row_index("row").join(places, on="base", maintain_order="left")
    parts = {}
    for (operation, strength), rows in variants.partition_by(KEYS[1:], as_dict=True, maintain_order=True).items():
        placed = np.full((len(bases), len(columns)), np.nan)
        placed[rows["place"].to_numpy()] = sums[rows["row"].to_numpy()]
        parts[str(operation), str(strength)] = placed
    return parts


def _slice(
    metric: Metric,
    columns: Sequence[str],
    key: tuple[str, str],
    sums: Floats,
    control: Floats,
    families: pl.Series,
    worse: float,
    resampling: Resampling,
) -> Slice:
    there = ~np.isnan(sums).any(axis=1)
    pair = np.hstack([control[there], sums[there]])
    full = Columns(columns, control[there].sum(axis=0) + sums[there].sum(axis=0))

    def values(sums: Floats) -> tuple[Floats, Floats]:
        own, other = np.split(sums, 2, axis=-1)
        return metric.compute(Columns(columns, other), full), metric.compute(Columns(columns, own), full)

    value, before = values(pair.sum(axis=0))
    few = bootstrap.interval_kind(len(pair)) != "bootstrap"
    drawn, drawn_before = values(bootstrap.resampled_sums(bootstrap.alike(pair), resampling.resamples, resampling.seed))
    each = [
        values(pair[(families.filter(pl.Series(there)) == name).to_numpy()].sum(axis=0))
        for name in families.filter(pl.Series(there)).unique(maintain_order=True)
    ]
    return Slice(
        operation=key[0],
        strength=key[1],
        items=int(there.sum()),
        value=float(value),
        interval=_UNKNOWN if few else bootstrap.percentile_interval(drawn),
        sources=_range([float(after) for after, _ in each]),
        drop=float(worse * (before - value)),
        drop_interval=_UNKNOWN if few else bootstrap.percentile_interval(worse * (drawn_before - drawn)),
        drop_sources=_range([float(worse * (before - after)) for after, before in each]),
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if not np.isnan(value)]
    return (min(known), max(known)) if known else (np.nan, np.nan)

"""Systems compared by one metric: their ranks, and how each differs from the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.counts import Counted, Kinds, together, totals_of
from detente.evaluation.score import Columns, Resampling, Scores
from detente.metrics.classification import Floats
from detente.metrics.sums import weighted_sums
from detente.stats import bootstrap, paired
from detente.stats.bootstrap import Interval, Statistic
from detente.stats.paired import SignFlip
from detente.tasks.task import FIRST, TIMES, CorpusMetric, Metric


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
        deciding: The items that decide it, the first of them most, and what each gives to it (`paired.influence`). Of
            very many items those that are alike are one: the first in the gold.
        decisive: Of each of these, how many items it stands for.
    """

    value: float
    better: int
    clusters: dict[str, float]
    mean: float
    tested: Tested | None
    deciding: dict[str, float]
    decisive: tuple[int, ...] = ()


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


class Beside(NamedTuple):
    """The counts of the first system and of another, side by side.

    Attributes:
        names: Of the clusters or items; of kinds of them, of the first item of each, or empty.
        first: The counts of the first system, shape `(names, columns)`.
        second: Those of the other.
        times: How many clusters or items each row stands for; None where that is one.
    """

    names: list[str]
    first: Floats
    second: Floats
    times: Floats | None = None


@dataclass(frozen=True)
class Counts:
    """What the metrics are computed from. Each list of arrays has one for each system.

    Attributes:
        columns: The names of the columns.
        clusters: How many clusters there are.
        families: How many families the rows are of, whatever the clusters are.
        totals: The counts of all clusters together, shape `(columns,)`.
        full: Those of all systems together.
        resampled: The counts of the bootstrap's resamples, shape `(resamples, columns)`, drawn alike for all systems;
            empty under ten clusters.
        resampling: How they were drawn.
        beside: From the place of a system to its clusters, and its items, beside those of the first.
        moved: From that place to `paired.swapped_sums`, of so many items that draws are made once for all metrics.
    """

    columns: tuple[str, ...]
    clusters: int
    families: int
    totals: list[Floats]
    full: Floats
    resampled: list[Floats]
    resampling: Resampling
    beside: Callable[[int], tuple[Beside, Beside]]
    moved: Callable[[int], Floats] | None = None


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
    columns = systems[0].task.columns
    if many := together([each.counted for each in systems]):
        return _of_kinds(many, [each.counted for each in systems], columns, unit, resampling)
    rows = [each.main_rows for each in systems]
    names, sums = aligned(rows, unit, columns)
    resampled = []
    if bootstrap.interval_kind(len(names)) == "bootstrap":
        drawn = bootstrap.resampled_sums(bootstrap.alike(np.hstack(sums)), resampling.resamples, resampling.seed)
        resampled = np.split(drawn, len(sums), axis=1)

    @cache
    def items() -> tuple[list[str], list[Floats]]:
        return aligned(rows, "item", columns)

    return Counts(
        columns,
        clusters=len(names),
        families=rows[0]["family"].n_unique(),
        totals=[each.sum(axis=0) for each in sums],
        full=np.sum(sums, axis=(0, 1)),
        resampled=resampled,
        resampling=resampling,
        beside=lambda place: (
            Beside(names, sums[0], sums[place]),
            Beside(items()[0], items()[1][0], items()[1][place]),
        ),
    )


def _of_kinds(
    kinds: Kinds, systems: Sequence[Counted], columns: tuple[str, ...], unit: str, resampling: Resampling
) -> Counts:
    """The same of so many items that they are not told apart.

    Families are drawn, and swapped for all metrics at once; of items that are families of their own it is drawn how
    many of each kind come.
    """
    counts = [each.counts(columns) for each in systems]
    names, sizes = [], []
    if unit in kinds.frame.columns:
        values = kinds.frame[unit].unique(maintain_order=True)
        order = values.arg_sort().to_numpy()
        names, sizes = values.sort().to_list(), [each.sizes(unit)[order] for each in systems]
    number = len(names) if sizes else systems[0].size
    resampled = []
    if bootstrap.interval_kind(number) == "bootstrap":
        draws, seed = resampling.resamples, resampling.seed
        if sizes:
            ends = np.cumsum([each.shape[1] for each in sizes])[:-1]
            drawn = np.split(bootstrap.resampled_sums(bootstrap.alike(np.hstack(sizes)), draws, seed), ends, axis=1)
        else:
            alike = kinds.alike(*systems)
            drawn = bootstrap.resampled_sizes(
                alike[TIMES].to_numpy(), [each.places(alike) for each in systems], draws, seed
            )
        resampled = [weighted_sums(often, each) for often, each in zip(drawn, counts, strict=True)]

    @cache
    def beside(place: int) -> tuple[Beside, Beside]:
        first, second = systems[0], systems[place]
        alike = kinds.alike(first, second)
        one, two = counts[0][first.places(alike)], counts[place][second.places(alike)]
        items = Beside(kinds.names(alike[FIRST]), one, two, alike[TIMES].to_numpy())
        return Beside(names, sizes[0] @ counts[0], sizes[place] @ counts[place]) if sizes else items, items

    @cache
    def moved(place: int) -> Floats:
        clusters = beside(place)[0]
        return paired.swapped_sums(clusters.second - clusters.first, resampling.resamples, resampling.seed)

    totals = [totals_of(each.by(), columns) for each in systems]
    return Counts(
        columns,
        clusters=number,
        families=systems[0].number_of("family"),
        totals=totals,
        full=np.sum(totals, axis=0),
        resampled=resampled,
        resampling=resampling,
        beside=beside,
        moved=moved if sizes else None,
    )


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
    return Columns(counts.columns, counts.full)


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
            for own, sums in zip(counts.totals, counts.resampled, strict=True)
        ]
    )


def of_counts(metric: Metric, counts: Counts) -> tuple[tuple[Rank, ...], list[Difference]]:
    """Systems compared by a metric of summed counts: the place of each, and how each but the first differs from it."""
    full = _ColumnUsage(counts.columns, counts.full)
    metric.compute(full, dict(full))
    read = np.array([name in full.read for name in counts.columns])

    def statistic(sums: NDArray[np.float64]) -> Floats:
        return metric.compute(Columns(counts.columns, sums), full)

    silent = [_has_no_value(metric, counts, total) for total in counts.totals]
    values = [np.nan if no else float(statistic(total)) for no, total in zip(silent, counts.totals, strict=True)]
    statistics = [_undefined if no or silent[0] else statistic for no in silent[1:]]
    resampled = resampled_values(metric, counts)
    tested = _tested(statistics, counts, read, resampled) if resampled is not None else [None] * len(statistics)
    found = []
    for place, (known, own) in enumerate(zip(tested, statistics, strict=True), start=1):
        clusters, items = counts.beside(place)
        apart, mean = _apart(metric, counts, clusters, defined=own is statistic)
        share = paired.influence(own, items.first, items.second, items.times)
        found.append(
            Difference(
                value=values[place] - values[0],
                better=_better(metric, values[0], values[place]),
                clusters={} if known else dict(zip(clusters.names, apart.tolist(), strict=True)),
                mean=mean,
                tested=known,
                deciding={items.names[item]: float(share.shares[item]) for item in share.deciding},
                decisive=share.items,
            )
        )
    return ranks(metric, values, resampled), found


def _apart(metric: Metric, counts: Counts, clusters: Beside, *, defined: bool) -> tuple[Floats, float]:
    """The difference in each cluster, and the plain mean of those that are defined."""
    first, second = (metric.part(Columns(counts.columns, sums)) for sums in (clusters.first, clusters.second))
    apart: Floats = second - first if defined else np.full(len(clusters.first), np.nan)
    known = ~np.isnan(apart)
    if not known.any():
        return apart, np.nan
    if clusters.times is None:
        return apart, float(apart[known].mean())
    return apart, float(np.average(apart[known], weights=clusters.times[known]))


def _of_read(statistic: Statistic, read: NDArray[np.bool_]) -> Statistic:
    """The metric of the counts that it reads alone, which are few of many."""

    def of_read(sums: NDArray[np.float64]) -> Floats:
        every = np.full((*sums.shape[:-1], len(read)), np.nan)
        every[..., read] = sums
        return statistic(every)

    return of_read


def _has_no_value(metric: Metric, counts: Counts, total: Floats) -> bool:
    """Whether a system says nothing of what is measured, so that it has no value, in whatever sample."""
    return bool(metric.no_value(Columns(counts.columns, total)))


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
    tests = []
    for place, statistic in enumerate(statistics, start=1):
        _, first, second, times = counts.beside(place)[0]
        first, second = first[:, read], second[:, read]
        differ = (second != first).any(axis=1)
        draws, seed = counts.resampling.resamples, counts.resampling.seed
        moved = partial(_moved, counts.moved, place, read) if counts.moved else None
        tests.append(
            paired.sign_flip(_of_read(statistic, read), first, second, differ, draws, seed, times, moved=moved)
        )
    return [
        Tested(interval, test, p, paired.minimal_detectable(interval.error))
        for interval, test, p in zip(intervals, tests, paired.holm([test.p for test in tests]), strict=True)
    ]


def _moved(moved: Callable[[int], Floats], place: int, read: NDArray[np.bool_]) -> Floats:
    return moved(place)[:, read]


def _better(metric: Metric | CorpusMetric, first: float, second: float) -> int:
    """1, −1, or 0 where the two are equal or one is undefined."""
    lead = np.round(higher_is_better(metric, second) - higher_is_better(metric, first), 12)
    return 0 if np.isnan(lead) else int(np.sign(lead))

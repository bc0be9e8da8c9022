"""A bootstrap of many units beside `scipy.stats.bootstrap` on the same statistic, in one run, on one core.

python benchmarks/resampling.py [UNITS [RESAMPLES]]

The statistic is macro-F1 of three labels; the result of each is a 95% percentile interval of so many resamples, by
default 1,000 of 100,000 units, each unit a cluster of its own. scipy gets the fastest that its documentation offers for
this: `vectorized=True`, and the `batch` that was fastest of 5, 20 and 100. Its sample is one whole number a unit, gold
× 3 + predicted, and its statistic counts these with one `bincount` for the whole batch: it draws units, never counts.

detente is measured twice: `drawn` draws every unit, as scipy does, and as scoring does up to `MOST_DRAWN` units;
`kinds` draws how often each pair of labels comes, which is multinomial, and what scoring does of more. Bound: the one
that scoring takes of so many units, at least 50 times scipy. CPU seconds count, medians of `ROUNDS`.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from scipy import stats

from detente.metrics.classification import macro_f1
from detente.stats.bootstrap import MOST_DRAWN, Clusters, Interval, percentile_interval, resampled_sums

LABELS: Final = 3
ROUNDS: Final = 3
BATCH: Final = 20
BOUND: Final = 50.0
CLASSES: Final = np.arange(LABELS)


def sample(units: int) -> Any:
    """Pairs of labels as whole numbers: seven of ten predictions are right, the others are by chance."""
    chance = np.random.default_rng(0)
    gold = chance.integers(0, LABELS, units)
    said = np.where(chance.random(units) < 0.7, gold, chance.integers(0, LABELS, units))
    return gold * LABELS + said


def of_pairs(pairs: Any, axis: int = -1) -> Any:
    """Macro-F1 of each row of pairs; scipy's statistic."""
    del axis  # the last, always
    rows = pairs.reshape(-1, pairs.shape[-1])
    cells = rows + np.arange(len(rows))[:, None] * LABELS**2
    counts = np.bincount(cells.ravel(), minlength=len(rows) * LABELS**2)
    return macro_f1(counts.reshape(*pairs.shape[:-1], LABELS, LABELS), CLASSES)


def with_scipy(pairs: Any, resamples: int) -> Interval:
    """The percentile interval by scipy."""
    found = stats.bootstrap(
        (pairs,), of_pairs, n_resamples=resamples, batch=BATCH, vectorized=True, method="percentile", rng=0
    )
    low, high = found.confidence_interval
    return Interval(low, high, found.standard_error, 0.0)


def of_clusters(clusters: Clusters, resamples: int) -> Interval:
    """The percentile interval by detente, from what is resampled."""
    sums = resampled_sums(clusters, resamples, 0)
    return percentile_interval(macro_f1(sums.reshape(-1, LABELS, LABELS), CLASSES))


def drawn(pairs: Any, resamples: int) -> Interval:
    """Every unit is drawn."""
    return of_clusters(Clusters(np.eye(LABELS**2), pairs.astype(np.int16)), resamples)


def kinds(pairs: Any, resamples: int) -> Interval:
    """It is drawn how often each pair of labels comes; they are counted here, too."""
    times = np.bincount(pairs, minlength=LABELS**2).astype(float)
    return of_clusters(Clusters(np.eye(LABELS**2), times=times), resamples)


def seconds(run: Callable[[Any, int], Interval], pairs: Any, resamples: int) -> float:
    """CPU time of one run."""
    start = time.process_time()
    run(pairs, resamples)
    return time.process_time() - start


def main(units: int = 100_000, resamples: int = 1_000) -> int:
    """Prints the intervals and the ratios; 1 if what scoring does breaks its bound."""
    pairs, ways = sample(units), (with_scipy, drawn, kinds)
    scoring = drawn if units <= MOST_DRAWN else kinds
    for way in ways:
        found = way(pairs, resamples)
        print(f"{way.__name__:<10} {found.low:.5f} … {found.high:.5f}, standard error {found.error:.5f}", flush=True)
    rounds = [[seconds(way, pairs, resamples) for way in ways] for _ in range(ROUNDS)]
    taken = {way: statistics.median(times) for way, times in zip(ways, zip(*rounds, strict=True), strict=True)}
    theirs = taken[with_scipy]
    print(f"{units:,} units × {resamples:,} resamples; scipy {theirs:.2f} s CPU, {BATCH} resamples a batch")
    for way in ways[1:]:
        said = f", what scoring does (bound {BOUND:g})" if way is scoring else ""
        print(f"{way.__name__:<10} {taken[way]:.4f} s CPU; ratio {theirs / taken[way]:,.1f}{said}")
    return 0 if theirs >= BOUND * taken[scoring] else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

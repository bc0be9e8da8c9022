"""Statistics of paired comparisons: pure functions of counts, or of resampled scores, of systems on one gold."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.metrics.classification import Floats
from detente.metrics.sums import weighted_sums
from detente.stats.bootstrap import Statistic, alike, percentiles, too_many_undefined

EXACT: Final = 16
"""Up to so many clusters in which the systems differ, every assignment of signs is tried: 2¹⁵ of them, by symmetry."""
POWERED: Final = 1.959964 + 0.841621
"""Normal quantiles of .975 and .80."""
_CELLS: Final = 4_000_000
_TOLERANCE: Final = 1e-9


class SignFlip(NamedTuple):
    """A sign-flip test.

    Attributes:
        p: Two-sided; NaN if the difference is undefined.
        smallest: The smallest p that the test could give here.
        exact: Whether every assignment of signs was tried.
        clusters: In how many clusters the systems differ; the others decide nothing.
    """

    p: float
    smallest: float
    exact: bool
    clusters: int


def sign_flip(
    statistic: Statistic,
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    differ: NDArray[np.bool_],
    draws: int,
    seed: int,
    times: NDArray[np.float64] | None = None,
    *,
    moved: Callable[[], Floats] | None = None,
) -> SignFlip:
    """Two-sided paired randomisation test over clusters (Fisher 1935; for F1 and the like Yeh 2000, Noreen 1989).

    If the systems are alike, each cluster's two outputs could as well be swapped. So swap them, recompute the metric
    of both pooled counts, and see how often |difference| is at least the observed one. For a mean over clusters of
    equal size this is the sign-flip test. Exact, p = count / 2ᵐ over the m clusters in which the systems differ, for
    m ≤ 16, and at least 2 / 2ᵐ; else over R seeded draws p = (1 + k) / (1 + R), at least 1 / (1 + R) (Davison and
    Hinkley 1997, 4.2). A swap that leaves the metric undefined counts as extreme, which can only raise p.

    Args:
        statistic: The metric of pooled counts.
        first: The counts of the one system, shape `(clusters, columns)`.
        second: The counts of the other.
        differ: In which clusters the counts that the metric reads differ.
        draws: R.
        seed: Of the draws.
        times: How many clusters each row stands for, if they are kinds of clusters: how many of a kind are swapped is
            then drawn from a binomial distribution, exact like the test itself, with other digits.
        moved: Gives what `swapped_sums` gives, where draws are made once for many metrics.

    Returns:
        p in 0…1, and 1 if the systems differ nowhere; NaN where the observed difference is undefined.
    """
    total, other = _total(first, times), _total(second, times)
    deltas = (second - first)[differ]
    observed = abs(float(statistic(other) - statistic(total)))
    alike = np.ones(len(deltas), dtype=np.int64) if times is None else times[differ].astype(np.int64)
    size = int(alike.sum())
    exact = size <= EXACT
    smallest = min(1.0, 2.0 / 2**size) if exact else 1 / (1 + draws)
    if np.isnan(observed):
        return SignFlip(np.nan, smallest, exact, size)
    limit = observed - _TOLERANCE * max(1.0, observed)
    extreme = tried = 0
    if exact:
        deltas, choices = np.repeat(deltas, alike, axis=0), _halves(size)
    else:
        choices = _drawn(size, draws, seed) if times is None else _drawn_of_kinds(alike, draws, seed)
    every = iter([moved()]) if moved and not exact else (weighted_sums(swapped, deltas) for swapped in choices)
    for sums in every:
        differences = np.abs(statistic(other - sums) - statistic(total + sums))
        extreme += int((~(differences < limit)).sum())
        tried += len(sums)
    return SignFlip(extreme / tried if exact else (1 + extreme) / (1 + tried), smallest, exact, size)


def swapped_sums(deltas: NDArray[np.float64], draws: int, seed: int) -> Floats:
    """By how much the counts move in each draw of clusters that are swapped, for whichever metric reads them.

    A cluster in which a metric reads the same of both systems moves it by nothing, so that the test is as exact with
    draws for all clusters as with draws for those that differ; only the digits are others. Of very many clusters that
    move the counts in a few ways (`bootstrap.alike`), it is drawn how many of each kind are swapped.

    Args:
        deltas: The counts of the second system less those of the first, shape `(clusters, columns)`.
        draws: How many.
        seed: Of the draws.

    Returns:
        Shape `(draws, columns)`.
    """
    moves, _, times = alike(deltas)
    choices = _drawn(len(moves), draws, seed) if times is None else _drawn_of_kinds(times.astype(np.int64), draws, seed)
    return np.concatenate([weighted_sums(swapped, moves) for swapped in choices])


def _halves(size: int) -> Iterator[NDArray[np.float64]]:
    """Every choice of clusters to swap that keeps the last one: the others only turn the sign."""
    numbers = np.arange(2 ** max(size - 1, 0))
    yield (numbers[:, None] >> np.arange(size) & 1).astype(float)


def _drawn(size: int, draws: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Random choices of clusters to swap, in blocks that fit the memory."""
    generator = np.random.default_rng(seed)
    block = max(1, _CELLS // size)
    for start in range(0, draws, block):
        yield generator.integers(0, 2, (min(block, draws - start), size), dtype=np.int8).astype(float)


def _drawn_of_kinds(alike: NDArray[np.int64], draws: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How many clusters of each kind are swapped, in blocks that fit the memory."""
    generator = np.random.default_rng(seed)
    block = max(1, _CELLS // len(alike))
    for start in range(0, draws, block):
        yield generator.binomial(alike, 0.5, (min(block, draws - start), len(alike))).astype(float)


def _total(sums: NDArray[np.float64], times: NDArray[np.float64] | None) -> Floats:
    total: Floats = sums.sum(axis=0) if times is None else weighted_sums(times[None], sums)[0]
    return total


def holm(ps: Sequence[float]) -> list[float]:
    """P values adjusted for their number (Holm 1979): the running maximum of (m − i + 1) p₍ᵢ₎, at most 1.

    Returns:
        In the order given; NaN stays NaN and is not counted in m.
    """
    order = sorted((index for index, p in enumerate(ps) if not np.isnan(p)), key=lambda index: ps[index])
    adjusted = [np.nan] * len(ps)
    highest = 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - place) * ps[index]))
        adjusted[index] = highest
    return adjusted


def minimal_detectable(error: float) -> float:
    """(z.975 + z.80) · SE: the true difference that a two-sided test at .05 finds in 80% of such samples (Bloom 1995).

    Args:
        error: Standard error of the difference.

    Returns:
        In units of the metric, above 0; NaN if the error is 0, since nothing then says how the difference varies.
    """
    return POWERED * error if error > _TOLERANCE else np.nan


def ranks(good: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The best and the worst rank of each system along the first axis, 1 for the greatest: equals share their ranks."""
    rounded = np.round(good, 12)
    best = 1 + (rounded[None] > rounded[:, None]).sum(axis=1)
    worst = (rounded[None] >= rounded[:, None]).sum(axis=1)
    return best, worst


def rank_intervals(good: NDArray[np.float64]) -> list[tuple[int, int] | None]:
    """The ranks that each system takes in 95% of the resamples (Goldstein and Spiegelhalter 1996), in 1…systems.

    The 2.5% percentile of its best ranks and the 97.5% percentile of its worst ones: equals could stand in any order.

    Args:
        good: The resampled scores, the greater the better, shape `(systems, resamples)`.

    Returns:
        One pair for each system; None for all if some score is undefined in over 5% of the resamples.
    """
    undefined = np.isnan(good).any(axis=0)
    kept = good[:, ~undefined]
    if too_many_undefined(int(undefined.sum()), undefined.size):
        return [None] * len(good)
    best, worst = ranks(kept)
    (lows, _), (_, highs) = percentiles(best, "inverted_cdf"), percentiles(worst, "inverted_cdf")
    return [(int(low), int(high)) for low, high in zip(lows, highs, strict=True)]


def rank_agreement(first: ArrayLike, second: ArrayLike) -> tuple[float, int]:
    """Kendall's τ-b (Kendall 1945) between the rankings that two metrics give, and how many systems both rank.

    Args:
        first: A score for each system, the greater the better.
        second: Likewise.

    Returns:
        −1…1; NaN for fewer than three systems with both scores, and where a metric gives all of them one rank.
    """
    one, two = np.round(np.asarray(first, dtype=float), 12), np.round(np.asarray(second, dtype=float), 12)
    both = ~np.isnan(one) & ~np.isnan(two)
    count = int(both.sum())
    if count < 3:
        return np.nan, count
    from scipy.stats import kendalltau  # half a second to load, and for three systems or more only

    return float(kendalltau(one[both], two[both]).statistic), count


class Influence(NamedTuple):
    """What each item gives to a difference, and which decide it.

    Attributes:
        shares: In units of the metric, NaN where a swap leaves it undefined.
        deciding: The places of the items that decide, the largest share first; none if the difference is 0 or
            undefined.
        items: Of each of these, how many of the items that it stands for decide.
    """

    shares: Floats
    deciding: tuple[int, ...]
    items: tuple[int, ...]


def influence(
    statistic: Statistic,
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    times: NDArray[np.float64] | None = None,
) -> Influence:
    """What each item gives to the difference second − first, and the items that decide it.

    An item's share is (D − D′) / 2, where D′ is the difference once the two systems' counts of this item are swapped;
    for an accuracy that is (right₂ − right₁) / n, and the shares sum to D. The items that decide are those of the
    largest shares toward D that, swapped together, leave no lead: for a mean over items the fewest that can.

    Args:
        statistic: The metric of pooled counts.
        first: The counts of the one system, shape `(items, columns)`.
        second: The counts of the other.
        times: How many items each row stands for, if they are kinds of items; of one kind each item has the same share.
    """
    total, other = _total(first, times), _total(second, times)
    deltas = second - first
    lead = float(statistic(other) - statistic(total))
    shares: Floats = (lead - (statistic(other - deltas) - statistic(total + deltas))) / 2
    if np.isnan(lead) or abs(lead) < _TOLERANCE:
        return Influence(shares, (), ())
    toward = np.round(np.nan_to_num(shares * np.sign(lead)), 12)
    order = np.argsort(-toward, kind="stable")
    order = order[deltas[order].any(axis=1)]
    each = np.ones(len(order), dtype=np.int64) if times is None else times[order].astype(np.int64)
    ends = np.cumsum(each)
    moved = np.zeros(deltas.shape[1])
    ended, block = int(ends[-1]), max(1, _CELLS // deltas.shape[1])
    for start in range(0, ended, block):
        places = order[np.searchsorted(ends, np.arange(start, min(start + block, ended)), side="right")]
        along = np.cumsum(np.vstack([moved, deltas[places]]), axis=0)[1:]
        left = (statistic(other - along) - statistic(total + along)) * np.sign(lead)
        if (gone := left <= _TOLERANCE).any():  # at the last item at the latest: all swapped, the lead is the other's
            ended = start + int(np.argmax(gone)) + 1
            break
        moved = along[-1]
    last = int(np.searchsorted(ends, ended - 1, side="right"))
    each[last] -= ends[last] - ended
    return Influence(shares, tuple(order[: last + 1].tolist()), tuple(each[: last + 1].tolist()))

"""Paired comparisons: arithmetic by hand, tests by enumeration."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from detente.metrics.classification import f1, ratio
from detente.stats import paired


def share(counts: np.ndarray) -> np.ndarray:
    return ratio(counts[..., 0], counts[..., 1])


def overlap(counts: np.ndarray) -> np.ndarray:
    return f1(counts[..., 0], counts[..., 1], counts[..., 2])


def flipped(statistic, first: np.ndarray, second: np.ndarray, draws: int = 1000, seed: int = 0) -> paired.SignFlip:
    return paired.sign_flip(statistic, first, second, (first != second).any(axis=1), draws, seed)


@pytest.mark.parametrize("statistic", [share, overlap])
def test_shares_and_what_decides_hold_for_random_counts(statistic) -> None:
    generator = np.random.default_rng(3)
    for _ in range(50):
        first, second = generator.integers(0, 6, (2, 15, 3)).astype(float)
        first[:, 1] += 1
        shares, deciding = paired.influence(statistic, first, second)
        lead = statistic(second.sum(axis=0)) - statistic(first.sum(axis=0))
        one, two = first.copy(), second.copy()
        for place in deciding:
            assert lead * (statistic(two.sum(axis=0)) - statistic(one.sum(axis=0))) > 0
            one[place], two[place] = second[place], first[place]
        assert lead * (statistic(two.sum(axis=0)) - statistic(one.sum(axis=0))) < 1e-12
        # The first of them, swapped alone, changes the difference by twice its share.
        one, two = first.copy(), second.copy()
        one[deciding[0]], two[deciding[0]] = second[deciding[0]], first[deciding[0]]
        assert lead - (statistic(two.sum(axis=0)) - statistic(one.sum(axis=0))) == pytest.approx(
            2 * shares[deciding[0]]
        )


@pytest.mark.parametrize("statistic", [share, overlap])
def test_the_exact_p_equals_full_enumeration(statistic) -> None:
    generator = np.random.default_rng(1)
    for _ in range(5):
        first, second = generator.integers(0, 5, (2, 10, 3)).astype(float)
        first[:, 1] = second[:, 1] = generator.integers(1, 6, 10)
        observed = abs(statistic(second.sum(axis=0)) - statistic(first.sum(axis=0)))
        count = 0
        for signs in itertools.product([False, True], repeat=10):
            swap = np.array(signs)[:, None]
            one, two = np.where(swap, second, first).sum(axis=0), np.where(swap, first, second).sum(axis=0)
            count += abs(statistic(two) - statistic(one)) >= observed - 1e-9
        assert flipped(statistic, first, second).p == count / 2**10


def test_the_smallest_p_is_told() -> None:
    first, second = np.array([[0.0, 1.0]] * 40), np.array([[1.0, 1.0]] * 40)
    assert flipped(share, first[:10], second[:10]) == (2 / 2**10, 2 / 2**10, True, 10)
    assert flipped(share, first[:16], second[:16]).smallest == 2 / 2**16
    drawn = flipped(share, first, second, draws=999)
    assert drawn == (1 / 1000, 1 / 1000, False, 40)


def test_random_flips_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(7)
    first = generator.integers(0, 4, (12, 3)).astype(float)
    second = first + generator.integers(-1, 3, (12, 3)).clip(-first.min())
    exact = flipped(overlap, first, second).p
    assert 0.05 < exact < 0.95
    monkeypatch.setattr(paired, "EXACT", 0)
    drawn = flipped(overlap, first, second, draws=20_000, seed=1)
    assert not drawn.exact
    assert drawn.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    assert drawn == flipped(overlap, first, second, draws=20_000, seed=1)
    # The blocks that are drawn at once change nothing but the memory.
    monkeypatch.setattr(paired, "_CELLS", 24_000)
    assert flipped(overlap, first, second, draws=20_000, seed=1).p == pytest.approx(exact, abs=0.015)


def test_a_swap_that_leaves_the_metric_undefined_counts_as_extreme() -> None:
    # Swapping one cluster only leaves one of the systems with 0/0; swapping none or both gives the observed ½.
    first, second = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 2.0]])
    assert flipped(share, first, second).p == 1
    assert np.isnan(flipped(share, np.zeros((2, 2)), second).p)


@pytest.mark.parametrize("clusters", [12, 20])
@pytest.mark.parametrize(("statistic", "size"), [(overlap, 30), (share, 2)])
def test_the_test_is_wrong_in_at_most_one_of_twenty_where_systems_are_alike(
    clusters: int, statistic, size: int
) -> None:
    # Two systems whose counts are drawn alike, cluster by cluster: large ones, and small ones that often tie.
    generator = np.random.default_rng(11)
    runs, low = 2000, 0
    for run in range(runs):
        rates = generator.uniform(1, size, (clusters, 1))
        first, second = generator.poisson(rates, (2, clusters, 3)).astype(float)
        low += flipped(statistic, first, second, draws=499, seed=run).p <= 0.05
    assert 0.02 < low / runs <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / runs)


def test_a_difference_of_the_detectable_size_is_found_in_four_of_five_samples() -> None:
    power = 1 - norm.cdf(1.959964 - paired.minimal_detectable(0.1) / 0.1)
    assert power == pytest.approx(0.8, abs=1e-5)
    assert np.isnan(paired.minimal_detectable(0.0))


def test_holm_by_hand() -> None:
    # In order .005 × 4 = .02, .01 × 3 = .03, .03 × 2 = .06, .04 × 1 = .04 raised to .06.
    assert paired.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert paired.holm([0.7, 0.6]) == [1, 1]
    # What is undefined is not counted.
    assert paired.holm([0.02, np.nan, 0.5]) == pytest.approx([0.04, np.nan, 0.5], nan_ok=True)
    assert paired.holm([]) == []


def test_equals_share_their_ranks_and_rank_intervals_are_by_hand() -> None:
    best, worst = paired.ranks(np.array([0.5, 0.9, 0.5, 0.1]))
    assert (best.tolist(), worst.tolist()) == ([2, 1, 2, 4], [3, 1, 3, 4])
    # The first wins in 90 of 100 resamples, the third always loses.
    good = np.array([[2.0] * 90 + [1.0] * 10, [1.0] * 90 + [2.0] * 10, [0.0] * 100])
    assert paired.rank_intervals(good) == [(1, 2), (1, 2), (3, 3)]
    # In 99 of 100: the other order is outside the 95%.
    good = np.array([[2.0] * 99 + [1.0], [1.0] * 99 + [2.0]])
    assert paired.rank_intervals(good) == [(1, 1), (2, 2)]
    # Equals could stand in any order.
    assert paired.rank_intervals(np.ones((2, 50))) == [(1, 2), (1, 2)]
    good[0, :10] = np.nan
    assert paired.rank_intervals(good) == [None, None]


def test_rank_agreement_is_kendalls_tau_by_hand() -> None:
    # 1 2 3 against 1 3 2: two pairs in order, one not: (2 − 1)/3.
    assert paired.rank_agreement([1, 2, 3], [1, 3, 2]) == (pytest.approx(1 / 3), 3)
    # One tie of three: (2 − 0)/√(3 · 2).
    assert paired.rank_agreement([1, 2, 3], [1, 2, 2]) == (pytest.approx(2 / np.sqrt(6)), 3)
    assert paired.rank_agreement([1, 2, 3, 4], [1, 2, 3, np.nan]) == (1, 3)
    assert np.isnan(paired.rank_agreement([1, 2], [1, 2])[0])
    assert np.isnan(paired.rank_agreement([1, 2, 3], [1, 1, 1])[0])

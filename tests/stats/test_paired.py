"""Paired comparisons: arithmetic by hand, tests by enumeration."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from detente.metrics.classification import f1, ratio
from detente.stats import bootstrap, paired


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
        shares, deciding, _ = paired.influence(statistic, first, second)
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
    drawn = flipped(share, first, second, draws=999)
    assert drawn == (1 / 1000, 1 / 1000, False, 40)


def test_sixteen_clusters_that_differ_are_tried_in_every_way_and_of_seventeen_signs_are_drawn() -> None:
    first, second = np.array([[0.0, 1.0]] * 30), np.array([[1.0, 1.0]] * 30)
    first[17:] = second[17:]  # what does not differ is not counted
    second[16] = first[16]
    assert flipped(share, first, second, draws=9) == (2 / 2**16, 2 / 2**16, True, 16)
    second[16] = 1
    # Two of 2¹⁷ assignments would be as extreme, so that none of 9 is: (1 + 0) / (1 + 9).
    assert flipped(share, first, second, draws=9) == (1 / 10, 1 / 10, False, 17)


def test_the_fewest_clusters() -> None:
    # One that differs says nothing: kept or swapped, the difference is as large. Nor does none.
    one, two = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[1.0, 1.0], [1.0, 1.0]])
    assert flipped(share, one, two) == (1, 1, True, 1)
    assert flipped(share, one, one) == (1, 1, True, 0)
    # Of two: 2 of 4.
    assert flipped(share, np.array([[0.0, 1.0]] * 2), two) == (2 / 4, 2 / 4, True, 2)


def test_draws_come_in_blocks_and_are_exactly_as_many_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = np.array([[0.0, 1.0]] * 20), np.array([[1.0, 1.0]] * 20)
    whole = np.concatenate(list(paired._drawn(20, 7, 3)))
    assert whole.shape == (7, 20)
    assert set(whole.ravel()) == {0, 1}
    for cells, sizes in ((60, [3, 3, 1]), (40, [2, 2, 2, 1]), (19, [1] * 7)):
        monkeypatch.setattr(paired, "_CELLS", cells)
        assert [len(block) for block in paired._drawn(20, 7, 3)] == sizes
        # No draw is as extreme: (1 + 0) / (1 + 7), whatever the blocks.
        assert flipped(share, first, second, draws=7).p == 1 / 8


def test_a_difference_that_is_as_large_but_for_rounding_is_as_extreme() -> None:
    # Three sums of tenths in another order: .1 + .2 + .3 is not .3 + .2 + .1 to a computer.
    first, second = np.zeros((3, 2)), np.array([[0.1, 1.0], [0.2, 1.0], [0.3, 1.0]])
    first[:, 1] = 1
    assert flipped(share, first, second).p == 2 / 8
    # A little over 10⁻⁹ less is less, a little under it is rounding; and so is a billionth of a large difference.
    assert flipped(share, np.array([[0.0, 1], [0, 1]]), np.array([[1.0, 1], [1.05e-9, 1]])).p == 2 / 4
    assert flipped(share, np.array([[0.0, 1], [0, 1]]), np.array([[1.0, 1], [0.95e-9, 1]])).p == 1
    million = np.array([[1e6, 1], [1e-6, 1]])
    assert flipped(share, np.array([[0.0, 1], [0, 1]]), million).p == 1


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
    assert paired.minimal_detectable(0.1) == pytest.approx(0.1 * (1.959964 + 0.841621), abs=1e-12)


def test_where_the_difference_never_varies_nothing_is_detectable() -> None:
    assert np.isnan(paired.minimal_detectable(0.0))
    assert np.isnan(paired.minimal_detectable(1e-9))
    assert paired.minimal_detectable(1.01e-9) > 0


def test_holm_by_hand() -> None:
    # In order .005 × 4 = .02, .01 × 3 = .03, .03 × 2 = .06, .04 × 1 = .04 raised to .06.
    assert paired.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert paired.holm([0.7, 0.6]) == [1, 1]
    # What is undefined is not counted.
    assert paired.holm([0.02, np.nan, 0.5]) == pytest.approx([0.04, np.nan, 0.5], nan_ok=True)
    assert paired.holm([]) == []


def test_equals_share_their_ranks() -> None:
    best, worst = paired.ranks(np.array([0.5, 0.9, 0.5, 0.1]))
    assert (best.tolist(), worst.tolist()) == ([2, 1, 2, 4], [3, 1, 3, 4])
    # Two columns are two rankings.
    best, worst = paired.ranks(np.array([[1.0, 3.0], [2.0, 3.0]]))
    assert (best.tolist(), worst.tolist()) == ([[2, 1], [1, 1]], [[2, 2], [1, 2]])


def test_scores_are_equal_to_twelve_places() -> None:
    best, worst = paired.ranks(np.array([0.3, 0.3 + 2e-13, 0.3 + 3e-12]))
    assert (best.tolist(), worst.tolist()) == ([2, 2, 1], [3, 3, 1])
    # The same for τ: one tie of three, 2/√(3 · 2), or none.
    assert paired.rank_agreement([1, 2, 3], [0, 0.3, 0.3 + 2e-13])[0] == pytest.approx(2 / np.sqrt(6))
    assert paired.rank_agreement([1, 2, 3], [0, 0.3, 0.3 + 3e-12])[0] == pytest.approx(1)
    assert paired.rank_agreement([0, 0.3, 0.3 + 2e-13], [1, 2, 3])[0] == pytest.approx(2 / np.sqrt(6))
    assert paired.rank_agreement([0, 0.3, 0.3 + 3e-12], [1, 2, 3])[0] == pytest.approx(1)


def won(wins: int, resamples: int) -> np.ndarray:
    """Scores of two systems, of which the first wins so many resamples."""
    first = np.array([1.0] * wins + [-1.0] * (resamples - wins))
    return np.array([first, -first])


@pytest.mark.parametrize(("resamples", "beyond"), [(39, 0), (40, 1), (79, 1), (80, 2), (2000, 50)])
def test_a_rank_interval_leaves_out_2_5_percent_of_the_resamples_on_either_side(resamples: int, beyond: int) -> None:
    assert paired.rank_intervals(won(resamples - beyond, resamples)) == [(1, 1), (2, 2)]
    assert paired.rank_intervals(won(resamples - beyond - 1, resamples)) == [(1, 2), (1, 2)]
    assert paired.rank_intervals(won(beyond, resamples)) == [(2, 2), (1, 1)]
    assert paired.rank_intervals(won(beyond + 1, resamples)) == [(1, 2), (1, 2)]


def test_equals_could_stand_in_any_order_so_that_rank_intervals_hold_both() -> None:
    assert paired.rank_intervals(np.ones((2, 50))) == [(1, 2), (1, 2)]
    # The third always loses.
    assert paired.rank_intervals(np.array([[2.0] * 50, [2.0] * 50, [0.0] * 50])) == [(1, 2), (1, 2), (3, 3)]


def test_over_five_percent_undefined_resamples_forbid_rank_intervals_and_five_do_not() -> None:
    good = won(100, 100)
    good[0, :2], good[1, 1:5] = np.nan, np.nan  # in 5 resamples some score is undefined
    assert paired.rank_intervals(good) == [(1, 1), (2, 2)]
    good[1, 5] = np.nan
    assert paired.rank_intervals(good) == [None, None]


def test_rank_agreement_is_kendalls_tau_by_hand() -> None:
    # 1 2 3 against 1 3 2: two pairs in order, one not: (2 − 1)/3.
    assert paired.rank_agreement([1, 2, 3], [1, 3, 2]) == (pytest.approx(1 / 3), 3)
    # One tie of three: (2 − 0)/√(3 · 2).
    assert paired.rank_agreement([1, 2, 3], [1, 2, 2]) == (pytest.approx(2 / np.sqrt(6)), 3)
    assert paired.rank_agreement([1, 2, 3], [3, 2, 1]) == (pytest.approx(-1), 3)
    assert paired.rank_agreement([1, 2, 3, 4], [1, 2, 3, np.nan]) == (pytest.approx(1), 3)


def test_fewer_than_three_systems_that_both_metrics_rank_have_no_tau() -> None:
    for first, second in (([1, 2], [1, 2]), ([np.nan, 1, 2], [1, 2, 3]), ([1, 2, 3, np.nan], [np.nan, 1, 2, 3])):
        tau, systems = paired.rank_agreement(first, second)
        assert np.isnan(tau)
        assert systems == 2


def test_metrics_of_which_one_ranks_all_alike_have_no_tau() -> None:
    assert np.isnan(paired.rank_agreement([1, 2, 3], [1, 1, 1])[0])


# What decides a difference


def right(*answers: int) -> np.ndarray:
    """One item each, right or not."""
    return np.array([[answer, 1.0] for answer in answers])


def test_the_share_of_an_item_in_a_difference_of_accuracies_is_a_part_of_n() -> None:
    # The second is right on two that the first is not, and wrong on one: 1/4 ahead. One item swapped takes 2/4.
    shares, deciding, _ = paired.influence(share, right(0, 0, 1, 1), right(1, 1, 1, 0))
    assert shares.tolist() == [1 / 4, 1 / 4, 0, -1 / 4]
    assert deciding == (0,)
    # The other way round it is behind by as much, and the same item decides.
    shares, deciding, _ = paired.influence(share, right(1, 1, 1, 0), right(0, 0, 1, 1))
    assert shares.tolist() == [-1 / 4, -1 / 4, 0, 1 / 4]
    assert deciding == (0,)


@pytest.mark.parametrize(("ahead", "needed"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_swapping_half_of_a_lead_leaves_none(ahead: int, needed: int) -> None:
    _, deciding, _ = paired.influence(share, right(*[0] * 6), right(*[1] * ahead, *[0] * (6 - ahead)))
    assert deciding == tuple(range(needed))


def test_the_largest_share_decides_first() -> None:
    # Shares (1, 3, 2) / 12 of a lead of 6/12: after 3 swapped, 6 − 2 · 3 = 0 are left.
    first, second = np.array([[0.0, 4]] * 3), np.array([[1.0, 4], [3, 4], [2, 4]])
    shares, deciding, _ = paired.influence(share, first, second)
    assert shares.tolist() == pytest.approx([1 / 12, 3 / 12, 2 / 12])
    assert deciding == (1,)
    # One more of 2/16 each in four items of 8/16: two of them.
    first, second = np.array([[0.0, 4]] * 4), np.array([[1.0, 4], [3, 4], [2, 4], [2, 4]])
    assert paired.influence(share, first, second)[1] == (1, 2)


def test_without_a_lead_nothing_decides() -> None:
    assert paired.influence(share, right(0, 1), right(1, 0))[1] == ()
    assert paired.influence(share, np.zeros((2, 2)), right(1, 0))[1] == ()
    tiny = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert paired.influence(share, tiny, tiny + np.array([[1e-9, 0], [0, 0]]))[1] == ()
    assert paired.influence(share, tiny, tiny + np.array([[4e-9, 0], [0, 0]]))[1] == (0,)


def test_an_item_whose_swap_leaves_the_metric_undefined_has_no_share() -> None:
    # Each item is one system's only one; swapped alone, it leaves the other without any. Both together turn the lead.
    # The item between them is nobody's.
    first, second = np.array([[1.0, 1], [0, 0], [0, 0]]), np.array([[0.0, 0], [0, 0], [1, 2]])
    shares, deciding, _ = paired.influence(share, first, second)
    assert np.isnan(shares[[0, 2]]).all()
    assert shares[1] == 0
    assert deciding == (0, 2)


# Kinds of items: rows that stand for several


def kinds() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares (+1, 0, −1, +2) / 20 by kind, of 3, 4, 2 and 1 items."""
    first = np.array([[0.0, 2], [1, 2], [1, 2], [0, 2]])
    second = np.array([[1.0, 2], [1, 2], [0, 2], [2, 2]])
    return first, second, np.array([3.0, 4, 2, 1])


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
def test_influence_of_kinds_is_that_of_their_items(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(paired, "_CELLS", 2 * block)
    first, second, times = kinds()
    found = paired.influence(share, first, second, times)
    # A lead of (3 − 2 + 2) / 20; the fourth kind takes 2 · 2 of 3 and leaves less than none.
    assert found.shares.tolist() == pytest.approx([1 / 20, 0, -1 / 20, 2 / 20])
    assert (found.deciding, found.items) == ((3,), (1,))
    # Without it a lead of 1 / 18: one of the three items takes it.
    found = paired.influence(share, first[:3], second[:3], times[:3])
    assert (found.deciding, found.items) == ((0,), (1,))
    # With a second one of the kind 5 / 22: that one, one more, and no third.
    found = paired.influence(share, first, second, np.array([3.0, 4, 2, 2]))
    assert (found.deciding, found.items) == ((3,), (2,))
    # 9 − 2 + 2 = 9 of them: the one of 2, then three of the others, since 2 · 5 > 9 and 2 · 4 < 9.
    found = paired.influence(share, first, second, np.array([9.0, 4, 2, 1]))
    assert (found.deciding, found.items) == ((3, 0), (1, 3))
    each = [np.repeat(side, [9, 4, 2, 1], axis=0) for side in (first, second)]
    one_by_one = paired.influence(share, *each)
    assert one_by_one.deciding == (15, 0, 1, 2)
    assert one_by_one.items == (1, 1, 1, 1)


def test_sign_flips_of_few_kinds_are_those_of_their_clusters() -> None:
    first, second, times = kinds()
    differ = (first != second).any(axis=1)
    found = paired.sign_flip(share, first, second, differ, 100, 0, times)
    each = [np.repeat(side, times.astype(int), axis=0) for side in (first, second)]
    assert found == paired.sign_flip(share, each[0], each[1], (each[0] != each[1]).any(axis=1), 100, 0)
    assert (found.exact, found.clusters) == (True, 3 + 2 + 1)


@pytest.mark.parametrize(("size", "exact"), [(paired.EXACT, True), (paired.EXACT + 1, False)])
def test_many_sign_flips_of_kinds_are_drawn(size: int, exact: bool) -> None:
    first, second = np.array([[0.0, 1], [1, 1]]), np.array([[1.0, 1], [0, 1]])
    times = np.array([size - 4.0, 4])
    found = paired.sign_flip(share, first, second, np.array([True, True]), 20_000, 0, times)
    assert (found.exact, found.clusters) == (exact, size)
    # Of m signs k are for the second; p is that |2k − m| is at least m − 8.
    at_least = sum(math.comb(size, k) for k in range(size + 1) if abs(2 * k - size) >= size - 8) / 2**size
    assert found.p == pytest.approx(at_least, abs=1e-12 if exact else 0.01)  # 3 · √(p (1 − p) / 20,000)


@pytest.mark.parametrize("alike", [0, 5])
def test_clusters_swapped_once_for_all_metrics(alike: int) -> None:
    size = paired.EXACT + 1
    first = np.array([[0.0, 1]] * (size - 4) + [[1, 1]] * 4 + [[1, 1]] * alike)
    second = np.array([[1.0, 1]] * (size - 4) + [[0, 1]] * 4 + [[1, 1]] * alike)
    differ = (first != second).any(axis=1)
    moved = paired.swapped_sums(second - first, 20_000, 0)
    found = paired.sign_flip(share, first, second, differ, 20_000, 0, moved=lambda: moved)
    assert (found.exact, found.clusters) == (False, size)
    if not alike:  # the very same draws
        assert found == paired.sign_flip(share, first, second, differ, 20_000, 0)
    # Of m signs k are for the second; p is that |2k - m| is at least m - 8.
    at_least = sum(math.comb(size, k) for k in range(size + 1) if abs(2 * k - size) >= size - 8) / 2**size
    assert found.p == pytest.approx(at_least, abs=0.01)  # 3 * sqrt(p (1 - p) / 20,000)


def test_of_very_many_clusters_it_is_drawn_how_many_of_each_kind_are_swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 29)
    deltas = np.array([[1.0, 0], [-1, 0], [0, 2]])[np.arange(30) % 3]
    drawn = np.random.default_rng(6).binomial(10, 0.5, (50, 3))  # of the kinds as sorted: -1, then 0 and 2, then 1
    expected = np.stack([drawn[:, 2] - drawn[:, 0], 2 * drawn[:, 1]], axis=1)
    assert paired.swapped_sums(deltas, 50, 6).tolist() == expected.tolist()
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 30)  # one by one
    signs = np.random.default_rng(6).integers(0, 2, (50, 30), dtype=np.int8)
    assert paired.swapped_sums(deltas, 50, 6).tolist() == (signs @ deltas).tolist()


def test_where_every_assignment_is_tried_nothing_is_drawn() -> None:
    first, second = np.array([[0.0, 1]] * 3), np.array([[1.0, 1]] * 3)

    def moved() -> NDArray[np.float64]:
        raise AssertionError("drawn")

    assert paired.sign_flip(share, first, second, np.ones(3, dtype=bool), 10, 0, moved=moved).p == 2 / 2**3


@pytest.mark.parametrize(("more", "decides"), [(4e-12, 1), (4e-13, 0)])
def test_shares_are_compared_to_twelve_decimals(more: float, decides: int) -> None:
    first, second = np.zeros((2, 1)), np.array([[1.0], [1.0 + more]])
    assert paired.influence(lambda counts: counts[..., 0], first, second).deciding[0] == decides

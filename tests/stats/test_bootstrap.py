"""The bootstrap over clusters and its percentile intervals, by hand; every limit on both sides."""

import numpy as np
import pytest

from detente.metrics.classification import ratio
from detente.stats import bootstrap as resample


def share(counts: np.ndarray) -> np.ndarray:
    return ratio(counts[..., 0], counts[..., 1])


def test_ten_clusters_are_enough_and_nine_are_not() -> None:
    assert [resample.interval_kind(clusters) for clusters in (4, 9, 10, 11)] == ["range"] * 2 + ["bootstrap"] * 2


# Resamples


def test_the_weights_of_a_resample_are_how_often_it_draws_each_cluster() -> None:
    drawn = np.random.default_rng(7).integers(0, 3, (50, 3))
    expected = [[(row == cluster).sum() for cluster in range(3)] for row in drawn]
    assert resample.bootstrap_weights(3, 50, 7).tolist() == expected


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, second = resample.bootstrap_weights(12, 50, 7), resample.bootstrap_weights(12, 50, 7)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, resample.bootstrap_weights(12, 50, 8))
    assert (first.sum(axis=1) == 12).all()


def test_kinds_that_are_drawn_together_spread_as_items_that_are_drawn_one_by_one() -> None:
    # The share of 3 in 10 of 20,000 items: standard error (.3 × .7 / 20,000) ** .5. Of 4,000 resamples the mean is
    # known to error / 4,000 ** .5, the error to error / 8,000 ** .5, a bound to .084 error × (1,000 / 4,000) ** .5 by
    # the normal density there; five of these deviations are allowed, of two samples the root of two times as many.
    times, sums, resamples = np.array([6_000.0, 14_000]), np.array([[1.0, 1], [0, 1]]), 4_000
    error, allowed = (0.3 * 0.7 / 20_000) ** 0.5, 5 * 2**0.5
    one_by_one = resample.Clusters(sums, np.repeat([0, 1], times.astype(int)))
    found, other = (
        resample.percentile_interval(share(resample.resampled_sums(clusters, resamples, 3)))
        for clusters in (resample.Clusters(sums, times=times), one_by_one)
    )
    for interval in (found, other):
        assert interval.error == pytest.approx(error, abs=5 * error / (2 * resamples) ** 0.5)
    assert found.error == pytest.approx(other.error, abs=allowed * error / (2 * resamples) ** 0.5)
    assert [found.low, found.high] == pytest.approx([other.low, other.high], abs=allowed * 0.042 * error)


@pytest.mark.parametrize(("most", "rows", "found"), [(29, 30, True), (30, 30, False), (28, 29, False)])
def test_of_more_clusters_than_are_drawn_ten_must_be_alike_on_average(
    monkeypatch: pytest.MonkeyPatch, most: int, rows: int, found: bool
) -> None:
    monkeypatch.setattr(resample, "MOST_DRAWN", most)
    sums = np.array([[2.0, 0.5]] * 7 + [[0, 3]] * (rows - 11) + [[2, 0]] * 4)  # of 29 rows 3 kinds are too many
    clusters = resample.alike(sums)
    assert clusters.size == rows
    if found:
        assert clusters.sums.tolist() == [[0, 3], [2, 0], [2, 0.5]]
        assert clusters.times is not None
        assert clusters.times.tolist() == [19, 4, 7]
    else:
        assert clusters.sums is sums
        assert clusters.times is None


def test_clusters_without_counts_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resample, "MOST_DRAWN", 1)
    assert resample.alike(np.zeros((50, 0))).size == 50


@pytest.mark.parametrize("at_once", [4_000_000, 5])
def test_clusters_that_are_alike_are_drawn_as_their_kinds(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(resample, "MOST_DRAWN", 49)
    monkeypatch.setattr(resample, "_AT_ONCE", at_once)  # two resamples at once, or all
    sums = np.array([[0.0, 1], [1, 1]])[np.arange(50) % 2]
    drawn = np.random.default_rng(4).multinomial(50, [0.5, 0.5], 9)  # zeros first, as sorted
    assert resample.resampled_sums(resample.alike(sums), 9, 4).tolist() == [[each[1], 50] for each in drawn.tolist()]


# Intervals


def test_the_bounds_are_the_percentiles_2_5_and_97_5() -> None:
    # 0 … 40: a fortieth of the way from the least to the greatest is 1, another short of it 39. The variance of 41
    # whole numbers in a row is 41 · 42 / 12.
    low, high, error, undefined = resample.percentile_interval(np.arange(41)[::-1])
    assert (low, high, error) == pytest.approx((1, 39, np.sqrt(41 * 42 / 12)))
    assert undefined == 0


def test_a_percentile_of_ranks_is_a_rank_that_was_taken_and_2_5_percent_lie_beyond_it() -> None:
    # Of 40 values 1 lies beyond on either side, of 39 none does, of 80 two do.
    for size, (low, high) in {39: (0, 38), 40: (1, 38), 79: (1, 77), 80: (2, 77)}.items():
        found = resample.percentiles(np.arange(size), "inverted_cdf")
        assert found == (low, high), size


def test_percentiles_are_along_the_last_axis() -> None:
    lows, highs = resample.percentiles(np.array([np.arange(41), 10 + np.arange(41)]))
    assert lows.tolist() == pytest.approx([1, 11])
    assert highs.tolist() == pytest.approx([39, 49])


@pytest.mark.parametrize(("undefined", "resamples"), [(5, 100), (1, 20), (7, 140), (100, 2000), (4, 100), (0, 1)])
def test_up_to_five_percent_undefined_resamples_are_left_out(undefined: int, resamples: int) -> None:
    values = [3.0] * (resamples - undefined) + [np.nan] * undefined
    low, high, error, told = resample.percentile_interval(values)
    assert (low, high) == (3, 3)
    assert told == pytest.approx(undefined / resamples)
    assert error == 0 if resamples > 1 else np.isnan(error)


@pytest.mark.parametrize(("undefined", "resamples"), [(6, 100), (1, 19), (7, 139), (101, 2000), (1, 1)])
def test_above_five_percent_undefined_resamples_there_is_no_interval(undefined: int, resamples: int) -> None:
    found = resample.percentile_interval([3.0] * (resamples - undefined) + [np.nan] * undefined)
    assert np.isnan(found[:3]).all()
    assert found.undefined == pytest.approx(undefined / resamples)


def test_the_error_is_that_of_the_defined_resamples() -> None:
    # 48 zeros and 48 ones: Σ (x − ½)² = 96/4, over 95.
    low, high, error, undefined = resample.percentile_interval([0.0, 1.0] * 48 + [np.nan] * 4)
    assert (low, high, undefined) == (0, 1, pytest.approx(0.04))
    assert error == pytest.approx(np.sqrt(24 / 95))
    # Of two values, 0 and 1: (1/4 + 1/4) / 1.
    assert resample.percentile_interval([0.0, 1.0]).error == pytest.approx(np.sqrt(1 / 2))


# Estimates


def test_under_ten_clusters_the_range_and_the_mean_of_equals() -> None:
    # Clusters 1/2 and 9/10: pooled 10/12, range ½ … 9/10, mean (.5 + .9)/2.
    found = resample.estimate(share, resample.Clusters(np.array([[1.0, 2.0], [9.0, 10.0]])), None)
    assert (found.value, found.low, found.high, found.defined) == (10 / 12, 1 / 2, 9 / 10, 2)
    assert found.mean == pytest.approx(0.7)
    assert np.isnan(found.undefined)


def test_a_cluster_without_the_metric_stays_out_of_range_and_mean() -> None:
    found = resample.estimate(share, resample.Clusters(np.array([[1.0, 2.0], [0.0, 0.0]])), None)
    assert (found.low, found.high, found.mean, found.defined, found.clusters) == (0.5, 0.5, 0.5, 1, 2)


@pytest.mark.parametrize("drawn", [None, resample.bootstrap_weights(2, 20, 0)])
def test_a_cluster_by_itself_may_have_another_formula(drawn: np.ndarray | None) -> None:
    # Of the whole 10/12; of the clusters their second counts, 2 and 10.
    sums = np.array([[1.0, 2.0], [9.0, 10.0]])
    found = resample.estimate(
        share, resample.Clusters(sums), None if drawn is None else drawn @ sums, lambda sums: sums[..., 1]
    )
    assert (found.value, found.mean, found.defined) == (10 / 12, 6, 2)
    assert (found.low, found.high) == (2, 10) if drawn is None else found.high <= 1


@pytest.mark.parametrize("drawn", [None, resample.bootstrap_weights(2, 20, 0)])
def test_a_metric_that_is_defined_nowhere_has_no_number_at_all(drawn: np.ndarray | None) -> None:
    found = resample.estimate(share, resample.Clusters(np.zeros((2, 2))), None if drawn is None else np.zeros((20, 2)))
    assert np.isnan([found.value, found.low, found.high, found.mean]).all()
    assert found.defined == 0
    assert np.isnan(found.undefined) if drawn is None else found.undefined == 1


def test_the_bootstrap_interval_is_percentiles_of_the_resampled_metric() -> None:
    sums = np.array([[hits, 10.0] for hits in range(11)])
    drawn = resample.bootstrap_weights(len(sums), 2000, 0)
    found = resample.estimate(share, resample.Clusters(sums), drawn @ sums)
    # Second opinion: resample the clusters one by one.
    each = [np.average(sums[:, 0], weights=row) * len(sums) / (10 * len(sums)) for row in drawn]
    assert (found.low, found.high) == pytest.approx(np.quantile(each, [0.025, 0.975]))
    assert found.low < found.value < found.high
    assert (found.mean, found.defined, found.undefined) == (pytest.approx(0.5), 11, 0)


def test_the_interval_of_the_mean_covers_as_it_says() -> None:
    # The standard error of a mean of 40 standard normals is 1/√40; the interval is about ±1.96 of it.
    normals = np.random.default_rng(5).standard_normal(40)
    sums = np.column_stack([normals, np.ones(40)])
    found = resample.estimate(share, resample.Clusters(sums), resample.bootstrap_weights(40, 4000, 1) @ sums)
    error = normals.std() / np.sqrt(40)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_undefined_resamples_are_told_and_more_than_five_percent_forbid_an_interval() -> None:
    # All observations are in the one cluster of two, which so many of 100 resamples miss.
    sums = np.array([[1.0, 2.0], [0.0, 0.0]])
    for missed, bounds in ((5, 0.5), (6, np.nan)):
        drawn = np.array([[0.0, 2.0]] * missed + [[1.0, 1.0]] * (100 - missed))
        found = resample.estimate(share, resample.Clusters(sums), drawn @ sums)
        assert (found.value, found.mean, found.defined) == (0.5, 0.5, 1)
        assert found.undefined == pytest.approx(missed / 100)
        assert [found.low, found.high] == pytest.approx([bounds, bounds], nan_ok=True)


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_several_ways_to_group_kinds_are_drawn_alike(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    times = np.array([30.0, 50, 20])
    each = np.arange(3)
    monkeypatch.setattr(resample, "_AT_ONCE", at_once * 3)
    by_kind, by_two, other = resample.resampled_sizes(times, [each, np.array([0, 0, 1]), np.array([1, 0, 1])], 40, 5)
    drawn = resample.resampled_sums(resample.Clusters(np.eye(3), times=times), 40, 5)
    assert np.array_equal(by_kind, drawn)
    assert np.array_equal(by_two, np.stack([drawn[:, 0] + drawn[:, 1], drawn[:, 2]], axis=1))
    assert np.array_equal(other, np.stack([drawn[:, 1], drawn[:, 0] + drawn[:, 2]], axis=1))


def test_an_estimate_of_kinds_is_that_of_their_clusters() -> None:
    # Shares 1/2, 3/4 and 0/0 of 2, 1 and 3 clusters; pooled (2 + 3) / (4 + 4), the mean (1/2 + 1/2 + 3/4) / 3.
    sums, times = np.array([[1.0, 2], [3, 4], [0, 0]]), np.array([2.0, 1, 3])
    found = resample.estimate(share, resample.Clusters(sums, times=times), None)
    one_by_one = resample.estimate(share, resample.Clusters(np.repeat(sums, [2, 1, 3], axis=0)), None)
    assert found == pytest.approx(one_by_one, nan_ok=True)
    assert (found.value, found.mean, found.low, found.high) == (5 / 8, pytest.approx(1.75 / 3), 0.5, 0.75)
    assert (found.defined, found.clusters) == (3, 6)
    none = resample.estimate(share, resample.Clusters(sums[2:], times=times[2:]), None)
    assert (none.defined, none.clusters) == (0, 3)
    assert np.isnan([none.value, none.mean, none.low]).all()

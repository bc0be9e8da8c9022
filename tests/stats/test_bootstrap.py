import numpy as np
import pytest

from detente.metrics.classification import ratio
from detente.stats import bootstrap as resample


def share(counts: np.ndarray) -> np.ndarray:
    return ratio(counts[..., 0], counts[..., 1])


def test_ten_clusters_are_enough_and_nine_are_not() -> None:
    assert [resample.interval_kind(clusters) for clusters in (4, 9, 10)] == ["range", "range", "bootstrap"]


def test_under_ten_clusters_the_range_and_the_mean_of_equals() -> None:
    # Clusters 1/2 and 9/10: pooled 10/12, range ½ … 9/10, mean (.5 + .9)/2.
    spread = resample.estimate(share, np.array([[1.0, 2.0], [9.0, 10.0]]), None)
    assert (spread.value, spread.low, spread.high) == (10 / 12, 1 / 2, 9 / 10)
    assert spread.mean == pytest.approx(0.7)
    assert np.isnan(spread.undefined)


def test_a_cluster_without_the_metric_stays_out_of_range_and_mean() -> None:
    spread = resample.estimate(share, np.array([[1.0, 2.0], [0.0, 0.0]]), None)
    assert (spread.low, spread.high, spread.mean, spread.defined) == (0.5, 0.5, 0.5, 1)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, second = resample.bootstrap_weights(12, 50, 7), resample.bootstrap_weights(12, 50, 7)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, resample.bootstrap_weights(12, 50, 8))
    assert (first.sum(axis=1) == 12).all()


def test_the_bootstrap_interval_is_percentiles_of_the_resampled_metric() -> None:
    sums = np.array([[hits, 10.0] for hits in range(11)])
    drawn = resample.bootstrap_weights(len(sums), 2000, 0)
    spread = resample.estimate(share, sums, drawn)
    # Second opinion: resample the clusters one by one.
    each = [np.average(sums[:, 0], weights=row) * len(sums) / (10 * len(sums)) for row in drawn]
    assert (spread.low, spread.high) == pytest.approx(np.quantile(each, [0.025, 0.975]))
    assert spread.low < spread.value < spread.high


def test_the_interval_of_the_mean_covers_as_it_says() -> None:
    # The standard error of a mean of 40 standard normals is 1/√40; the interval is about ±1.96 of it.
    normals = np.random.default_rng(5).standard_normal(40)
    sums = np.column_stack([normals, np.ones(40)])
    spread = resample.estimate(share, sums, resample.bootstrap_weights(40, 4000, 1))
    error = normals.std() / np.sqrt(40)
    assert spread.high - spread.low == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_undefined_resamples_are_told_and_five_percent_forbid_an_interval() -> None:
    # One cluster of ten has all observations: (9/10)¹⁰ ≈ 35% of the resamples miss it.
    sums = np.zeros((10, 2))
    sums[0] = [1, 2]
    spread = resample.estimate(share, sums, resample.bootstrap_weights(10, 2000, 0))
    assert spread.undefined == pytest.approx(0.9**10, abs=0.03)
    assert np.isnan([spread.low, spread.high]).all()
    assert spread.value == 0.5


def test_over_five_percent_undefined_resamples_forbid_an_interval() -> None:
    assert np.isnan(resample.percentile_interval([1.0] * 94 + [np.nan] * 6)[:3]).all()
    low, high, error, undefined = resample.percentile_interval([0.0, 1.0] * 48 + [np.nan] * 4)
    assert (low, high, undefined) == (0, 1, pytest.approx(0.04))
    assert error == pytest.approx(np.std([0.0, 1.0] * 48, ddof=1))

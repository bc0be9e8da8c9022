"""Clusterings by hand, by scikit-learn, and against every assignment there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from detente.metrics import clustering
from detente.metrics.clustering import b_cubed, b_cubed_items


def matchings(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    wide = max(rows, columns)
    found = [list(zip(range(rows), order, strict=False)) for order in itertools.permutations(range(wide))]
    return [[(row, column) for row, column in pairs if column < columns] for pairs in found]


def test_clusters_by_hand() -> None:
    # Gold {1 2 3} {4 5}, predicted {1 2} {3 4 5}. Pairs: gold 3 + 1, predicted 1 + 3, in both 1 + 1 = 2, of 10.
    gold, predicted = [0, 0, 0, 1, 1], [0, 0, 1, 1, 1]
    pairs = clustering.pair_counts(gold, predicted)
    assert pairs == (2, 4, 4, 10)
    assert clustering.pairwise_f1(2, 4, 4) == 2 * 2 / 8
    # By chance 4 · 4 / 10 = 1.6 pairs: (2 − 1.6) / (4 − 1.6).
    assert clustering.adjusted_rand(*pairs) == pytest.approx(0.4 / 2.4)
    # Best assignment: 2·2/(3+2) + 2·2/(2+3) = 1.6 over two clusters on either side.
    assert clustering.ceaf_e(gold, predicted) == pytest.approx((0.8, 0.8, 0.8))


def test_clusters_that_leave_chance_no_room_are_undefined() -> None:
    assert np.isnan(clustering.adjusted_rand(*clustering.pair_counts([1, 2], [3, 4])))
    assert np.isnan(clustering.adjusted_rand(*clustering.pair_counts([1, 1], [3, 3])))
    assert np.isnan(clustering.pairwise_f1(0, 0, 0))
    assert all(map(np.isnan, clustering.ceaf_e([], [])))
    with pytest.raises(ValueError, match="every item"):
        clustering.pair_counts([1], [])


CLUSTERS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)


@given(CLUSTERS)
def test_scikit_learn_and_brute_force_agree_on_clusters(items: list[tuple[int, int]]) -> None:
    gold, predicted = map(list, zip(*items, strict=True))
    ours = clustering.adjusted_rand(*clustering.pair_counts(gold, predicted))
    if not np.isnan(ours):
        assert ours == pytest.approx(sk.adjusted_rand_score(gold, predicted))
    (_, fp), (fn, tp) = sk.cluster.pair_confusion_matrix(gold, predicted) // 2
    assert clustering.pair_counts(gold, predicted)[:3] == (tp, tp + fn, tp + fp)
    sides = [[{i for i, name in enumerate(side) if name == each} for each in set(side)] for side in (gold, predicted)]
    alike = np.array([[2 * len(g & p) / (len(g) + len(p)) for p in sides[1]] for g in sides[0]])
    best = max(sum(alike[pair] for pair in pairs) for pairs in matchings(*alike.shape))
    assert clustering.ceaf_e(gold, predicted)[2] == pytest.approx(2 * best / sum(alike.shape))


def test_b_cubed_by_hand() -> None:
    # Gold {1, 2}, {3}; predicted {1}, {2, 3}. Precision (1 + 1/2 + 1/2)/3, recall (1/2 + 1/2 + 1)/3.
    assert b_cubed("aab", "xyy") == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert b_cubed([1, 1, 2], [5, 5, 7]) == (1, 1, 1)
    assert np.isnan(b_cubed([], [])).all()


def test_b_cubed_of_clusters_of_unequal_sizes() -> None:
    # Gold {1 2 3} {4}, predicted {1 2} {3 4}. Precision (1 + 1 + 1/2 + 1/2)/4, recall (2/3 + 2/3 + 1/3 + 1)/4; their
    # harmonic mean is 2 · 3/4 · 2/3 / (3/4 + 2/3).
    precision, recall = b_cubed_items("aaab", "xxyy")
    assert precision.tolist() == [1, 1, 1 / 2, 1 / 2]
    assert recall.tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1])
    assert b_cubed("aaab", "xxyy") == pytest.approx((3 / 4, 2 / 3, 12 / 17))
    with pytest.raises(ValueError, match="every item"):
        b_cubed("ab", "x")
    with pytest.raises(ValueError, match="every item"):
        b_cubed("", "x")


def test_ceaf_assigns_each_cluster_once() -> None:
    # Gold {1 2}, predicted {1} {2}: only one of the two can be the gold cluster, with 2 · 1/(2 + 1).
    assert clustering.ceaf_e([0, 0], [1, 2]) == pytest.approx(((2 / 3) / 2, 2 / 3, 2 * (2 / 3) / 3))
    assert clustering.ceaf_e([1, 2], [0, 0]) == pytest.approx((2 / 3, (2 / 3) / 2, 2 * (2 / 3) / 3))
    # Clusters of 2 and 1 that share one item, and of 1 and 2 that share another: 2/3 each.
    assert clustering.ceaf_e("aab", "xyy")[2] == pytest.approx(2 / 3)


def test_pairs_are_counted_within_clusters() -> None:
    # Gold of 3 and 1: 3 pairs; predicted of 2 and 2: 1 + 1; {1 2} in both: 1; of 4 · 3/2.
    assert clustering.pair_counts("aaab", "xxyy") == (1, 3, 2, 6)
    assert clustering.pair_counts([], []) == (0, 0, 0, 0)
    assert clustering.pairwise_f1(1, 3, 2) == 2 / 5
    # By chance 3 · 2/6 = 1 pair: 0 above chance.
    assert clustering.adjusted_rand(1, 3, 2, 6) == 0
    # Two pairs by two, crossed: chance 2 · 2/6 = 2/3; (0 − 2/3) / (2 − 2/3).
    assert clustering.adjusted_rand(*clustering.pair_counts("aabb", "xyxy")) == pytest.approx(-1 / 2)


def test_many_clusters_are_assigned_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    for _ in range(50):
        gold = random.integers(0, 12, 40).tolist()
        predicted = [label if random.random() < 0.7 else int(random.integers(0, 15)) for label in gold]
        monkeypatch.setattr(clustering, "_AT_ONCE", 1_000_000)
        whole = clustering.ceaf_e(gold, predicted)
        monkeypatch.setattr(clustering, "_AT_ONCE", 0)
        assert clustering.ceaf_e(gold, predicted) == pytest.approx(whole, abs=1e-15)
    # Two parts: a and b with x, of which the larger takes it, 2 · 2 / (2 + 3); c with y, all of it.
    # Φ = .8 + 1 of two predicted clusters and three of gold.
    gold, predicted = ["a", "a", "b", "c"], ["x", "x", "x", "y"]
    assert clustering.ceaf_e(gold, predicted) == pytest.approx((1.8 / 2, 1.8 / 3, 3.6 / 5))


def test_the_matrix_of_fifty_thousand_clusters_is_never_made() -> None:
    gold = [number // 2 for number in range(100_000)]  # 50,000² cells would be 20 GB
    assert clustering.ceaf_e(gold, gold) == (1.0, 1.0, 1.0)

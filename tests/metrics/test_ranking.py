"""Rankings by hand, over every order of ties, and by scikit-learn."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from detente.metrics import ranking


def test_ranking_by_hand() -> None:
    # Ranks 1 and 3 are relevant: (1/1 + 2/3) / 2; the first of them stands first.
    assert ranking.average_precision([0.9, 0.5, 0.2, 0.1], [True, False, True, False]) == pytest.approx(5 / 6)
    assert ranking.reciprocal_rank([0.1, 0.5], [True, False]) == 1 / 2
    assert ranking.precision_at([0.9, 0.5, 0.2], [True, False, True], 2) == 1 / 2
    # Two tied items, one relevant: half of the time first (1), half of the time second (1/2).
    assert ranking.average_precision([0.5, 0.5], [True, False]) == 3 / 4
    assert ranking.reciprocal_rank([0.5, 0.5], [True, False]) == 3 / 4
    assert ranking.precision_at([0.5, 0.5], [True, False], 1) == 1 / 2
    # Of fewer items than k the missing ones are not relevant.
    assert ranking.precision_at([0.5], [True], 5) == 1 / 5


def test_a_ranking_without_relevant_items_is_undefined() -> None:
    assert np.isnan(ranking.average_precision([0.5], [False]))
    assert np.isnan(ranking.reciprocal_rank([], []))
    assert np.isnan(ranking.precision_at([], [], 3))
    for scores, relevant, k in (([0.5], [True, False], 1), ([math.nan], [True], 1), ([0.5], [True], 0)):
        with pytest.raises(ValueError, match=r"every item|not 1 or more"):
            ranking.precision_at(scores, relevant, k)


RANKED = st.lists(st.tuples(st.sampled_from([-5.0, 0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6)


@settings(deadline=None, max_examples=40)
@given(RANKED)
def test_ties_are_averaged_over_and_never_broken(items: list[tuple[float, bool]]) -> None:
    scores, relevant = map(list, zip(*items, strict=True))
    hits = [
        [relevant[place] for place in order]
        for order in itertools.permutations(range(len(items)))
        if all(scores[left] >= scores[right] for left, right in itertools.pairwise(order))
    ]
    if any(relevant):
        precisions = [[sum(hit[:rank]) / rank for rank, is_hit in enumerate(hit, 1) if is_hit] for hit in hits]
        assert ranking.average_precision(scores, relevant) == pytest.approx(np.mean(precisions))
        assert ranking.reciprocal_rank(scores, relevant) == pytest.approx(
            np.mean([1 / (hit.index(True) + 1) for hit in hits])
        )
    for k in range(1, 8):
        assert ranking.precision_at(scores, relevant, k) == pytest.approx(np.mean([sum(hit[:k]) / k for hit in hits]))


@given(st.lists(st.booleans(), min_size=1, max_size=12).filter(any), st.randoms(use_true_random=False))
def test_without_ties_average_precision_is_scikit_learns(relevant: list[bool], random) -> None:
    scores = random.sample(range(100), len(relevant))
    assert ranking.average_precision(scores, relevant) == pytest.approx(sk.average_precision_score(relevant, scores))


def test_ties_below_other_items_by_hand() -> None:
    # Two of the three items tied at ranks 2 … 4 are relevant: at 2 and 3, 2 and 4, or 3 and 4.
    scores, relevant = [3, 2, 2, 2, 1], [False, True, True, False, False]
    first = (1 / 2 + 2 / 3) / 2, (1 / 2 + 2 / 4) / 2, (1 / 3 + 2 / 4) / 2
    assert ranking.average_precision(scores, relevant) == pytest.approx(sum(first) / 3)
    assert ranking.reciprocal_rank(scores, relevant) == pytest.approx((1 / 2 + 1 / 2 + 1 / 3) / 3)
    # Of the first 1, 2, 3, 4, 5: none, and 2/3 for each rank that the tie fills.
    expected = [0, (2 / 3) / 2, (4 / 3) / 3, 2 / 4, 2 / 5]
    assert [ranking.precision_at(scores, relevant, k) for k in range(1, 6)] == pytest.approx(expected)


def test_two_ties_with_relevant_items_in_both() -> None:
    # 1 of the first 2, then 2 of 2. Precisions: (1 + 1/2)/2 for the first; 2/3 and 3/4 for the others.
    scores, relevant = [0.9, 0.9, 0.1, 0.1], [True, False, True, True]
    assert ranking.average_precision(scores, relevant) == pytest.approx((3 / 4 + 2 / 3 + 3 / 4) / 3)
    assert ranking.reciprocal_rank(scores, relevant) == 3 / 4


def test_a_relevant_item_that_is_not_retrieved_adds_0_and_counts_among_the_relevant() -> None:
    nothing = -math.inf
    # Relevant at ranks 1 and 3, and one not retrieved: (1 + 2/3 + 0) / 3.
    scores, relevant = [0.9, 0.5, 0.2, nothing], [True, False, True, True]
    assert ranking.average_precision(scores, relevant) == pytest.approx((1 + 2 / 3) / 3)
    assert ranking.precision_at(scores, relevant, 3) == 2 / 3
    assert ranking.precision_at(scores, relevant, 4) == 2 / 4
    assert ranking.reciprocal_rank(scores, relevant) == 1
    # However low a score is, it retrieves.
    assert ranking.average_precision([-1e300, 0.5], [True, False]) == 1 / 2
    for scores, relevant in (([nothing, -5], [True, False]), ([nothing, nothing], [True, False]), ([nothing], [True])):
        assert ranking.average_precision(scores, relevant) == 0
        assert ranking.reciprocal_rank(scores, relevant) == 0
        assert ranking.precision_at(scores, relevant, 1) == 0
    assert np.isnan(ranking.average_precision([nothing], [False]))


@given(RANKED, st.lists(st.booleans(), max_size=3))
def test_what_is_not_retrieved_only_enlarges_the_number_of_the_relevant(
    items: list[tuple[float, bool]], others: list[bool]
) -> None:
    scores, relevant = map(list, zip(*items, strict=True))
    found = ranking.average_precision([*scores, *(-math.inf for _ in others)], [*relevant, *others])
    if any(relevant):
        share = sum(relevant) / (sum(relevant) + sum(others))
        assert found == pytest.approx(share * ranking.average_precision(scores, relevant))
    else:
        assert found == 0 if any(others) else np.isnan(found)


def test_precision_at_1_is_allowed_and_at_0_is_not() -> None:
    assert ranking.precision_at([0.5], [True], 1) == 1
    with pytest.raises(ValueError, match="k is 0, not 1 or more"):
        ranking.precision_at([0.5], [True], 0)

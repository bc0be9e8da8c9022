"""Spans and matchings of them, by hand, by sets of characters, and against every matching there is."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.metrics.matching import iou, match, soft_match

SPAN = st.integers(0, 20).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, 24)))


def characters(item: Sequence[tuple[int, int]]) -> set[int]:
    return {place for start, end in item for place in range(start, end)}


@given(st.lists(SPAN, max_size=4), st.lists(SPAN, max_size=4))
def test_iou_is_that_of_the_sets_of_characters(gold, predicted) -> None:
    # Each item once as it is, and once split in two with a gap.
    items = [
        [[span] if span[1] - span[0] < 3 else [(span[0], span[0] + 1), (span[0] + 2, span[1])] for span in side]
        for side in (gold, predicted)
    ]
    found = iou(*items)
    assert found.shape == (len(gold), len(predicted))
    for (row, mine), (column, theirs) in itertools.product(*(enumerate(side) for side in items)):
        left, right = characters(mine), characters(theirs)
        assert found[row, column] == len(left & right) / len(left | right)


def test_matching_is_optimal_and_not_greedy() -> None:
    # Whoever takes the best pair first, or the first line first, gets one pair; two are possible.
    similarity = [[0.9, 0.6], [0.7, 0.2]]
    assert match(similarity, 0.5) == [(0, 1), (1, 0)]
    # At .7 one pair counts at most: the better of the two.
    assert match(similarity, 0.7) == [(0, 0)]
    assert match(similarity, 0.95) == []
    # The greatest sum: .6 + .7 rather than .9 + .2.
    assert soft_match(similarity) == [(0, 1), (1, 0)]
    assert match(np.zeros((0, 3)), 0.5) == soft_match(np.zeros((2, 0))) == []


def matchings(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    wide = max(rows, columns)
    found = [list(zip(range(rows), order, strict=False)) for order in itertools.permutations(range(wide))]
    return [[(row, column) for row, column in pairs if column < columns] for pairs in found]


MATRIX = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.6, 0.75, 1.0]), min_size=width, max_size=width),
        min_size=1,
        max_size=4,
    )
)


@settings(deadline=None)
@given(MATRIX, st.sampled_from([0.5, 0.6, 0.9]))
def test_no_matching_is_better(rows: list[list[float]], threshold: float) -> None:
    similarity = np.array(rows)
    every = [[similarity[pair] for pair in pairs] for pairs in matchings(*similarity.shape)]

    def worth(values: list[float]) -> tuple[int, float]:
        counting = [value for value in values if value >= threshold]
        return len(counting), round(sum(counting), 9)

    found = match(similarity, threshold)
    assert all(len(set(side)) == len(found) for side in zip(*found, strict=True))
    assert worth([similarity[pair] for pair in found]) == max(map(worth, every))
    soft = sum(similarity[pair] for pair in soft_match(similarity))
    assert soft == pytest.approx(max(map(sum, every)))


@given(MATRIX, st.data())
def test_what_counts_with_nothing_moves_no_match(rows: list[list[float]], data: st.DataObject) -> None:
    similarity = np.array(rows)
    place = data.draw(st.integers(0, similarity.shape[1]))
    wider = np.insert(similarity, place, 0.4, axis=1)
    moved = [(row, column - (column > place)) for row, column in match(wider, 0.5)]
    assert moved == match(similarity, 0.5)

"""Spans and matchings of them, by hand, by sets of characters, and against every matching there is."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from detente.metrics.matching import (
    IOU_THRESHOLD,
    iou,
    match,
    match_pairs,
    overlap,
    soft_match,
    soft_match_pairs,
)

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


def test_overlap_counts_the_characters_that_items_share() -> None:
    # The first item has 0 … 4 and 8 … 9, the second 4 … 6. Spans that only touch share nothing.
    gold = [[(0, 5), (8, 10)], [(4, 7)]]
    predicted = [[(3, 5)], [(5, 8)], [(9, 20), (0, 1)]]
    assert overlap(gold, predicted).tolist() == [[2, 0, 1 + 1], [1, 2, 0]]
    # Of 7 + 2 − 2, 7 + 3 − 0, 7 + 12 − 2; 3 + 2 − 1, 3 + 3 − 2, 3 + 12.
    assert iou(gold, predicted).tolist() == [[2 / 7, 0, 2 / 17], [1 / 4, 2 / 4, 0]]


def test_items_with_spans_that_come_first_second_and_third_are_told_apart() -> None:
    gold = [[(0, 1), (2, 3), (4, 5)], [(6, 7)], [(8, 9), (10, 11)]]
    assert overlap(gold, gold).tolist() == [[3, 0, 0], [0, 1, 0], [0, 0, 2]]


def test_no_items_on_a_side_are_an_empty_table() -> None:
    assert overlap([], [[(0, 1)], [(1, 2)]]).shape == iou([], [[(0, 1)], [(1, 2)]]).shape == (0, 2)
    assert overlap([[(0, 1)]], []).shape == iou([[(0, 1)]], []).shape == (1, 0)


def test_a_pair_that_just_reaches_the_threshold_counts() -> None:
    assert match([[0.5]], 0.5) == [(0, 0)]
    assert match([[np.nextafter(0.5, 0)]], 0.5) == []
    # Half of two characters, and 9 of 20.
    assert match(iou([[(0, 2)]], [[(0, 1)]]), IOU_THRESHOLD) == [(0, 0)]
    assert match(iou([[(0, 20)]], [[(0, 9)]]), IOU_THRESHOLD) == []
    # Where a choice is left, too.
    assert match([[0.5, 0.5], [0.5, 0.0]], 0.5) == [(0, 1), (1, 0)]


def test_what_shares_nothing_never_matches_whatever_the_threshold() -> None:
    assert match([[0.0]], 0) == soft_match([[0.0]]) == []
    assert match([[0.0, 0.0], [0.2, 0.0]], 0) == soft_match([[0.0, 0.0], [0.2, 0.0]]) == [(1, 0)]
    assert match([[0.4, 0.0], [0.3, 0.0]], 0) == soft_match([[0.4, 0.0], [0.3, 0.0]]) == [(0, 0)]


def test_groups_that_no_pair_connects_are_matched_each_on_its_own() -> None:
    # Rows 0 and 2 compete for columns 1 and 3, rows 1 and 3 for column 0; column 2 is nobody's.
    similarity = np.zeros((4, 4))
    similarity[[0, 0, 2], [1, 3, 1]] = 0.9, 0.6, 0.7
    similarity[[1, 3], [0, 0]] = 0.6, 0.8
    assert match(similarity, 0.5) == [(0, 3), (2, 1), (3, 0)]
    assert soft_match(similarity) == [(0, 3), (2, 1), (3, 0)]


def test_two_pairs_outweigh_a_better_one_however_many_items_there_are() -> None:
    # Two pairs of .1 count for more than one of 1, but their sum is less.
    assert match([[1.0, 0.1], [0.1, 0.0]], 0.1) == [(0, 1), (1, 0)]
    assert soft_match([[1.0, 0.1], [0.1, 0.0]]) == [(0, 0)]
    # Three rather than two: .1 + .1 + .1 against 1 + 1.
    similarity = [[1.0, 0.1, 0.0], [0.0, 1.0, 0.1], [0.1, 0.0, 0.0]]
    assert match(similarity, 0.1) == [(0, 1), (1, 2), (2, 0)]
    assert soft_match(similarity) == [(0, 0), (1, 1)]


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


def test_of_equally_similar_pairs_the_one_that_agrees_is_matched_and_a_more_similar_one_before_it() -> None:
    same = [[0.8, 0.8]]
    assert match(same, 0.5, [[0, 1]]) == [(0, 1)]
    assert match(same, 0.5, [[1, 0]]) == [(0, 0)]
    assert match([[0.8, 0.8 - 1e-6]], 0.5, [[0, 10]]) == [(0, 0)]
    # Nor does agreement make a pair count, or cost one.
    assert match([[0.4]], 0.5, [[10]]) == []
    assert match([[0.5, 0.9], [0.0, 0.9]], 0.5, [[0, 10], [0, 0]]) == [(0, 0), (1, 1)]
    # Two gold items on one span, each with the prediction that agrees with it.
    assert match(np.ones((2, 2)), 1.0, [[0, 1], [1, 0]]) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(("similarity", "pairs"), [([[0.6, 0.9, 0.9]], [(0, 1)]), ([[0.6], [0.9], [0.9]], [(1, 0)])])
def test_an_item_that_several_contend_for_takes_the_best_and_the_first_of_equals(
    similarity: list[list[float]], pairs: list[tuple[int, int]]
) -> None:
    assert match(similarity, 0.5) == soft_match(similarity) == pairs


def test_a_star_is_matched_as_scipy_would() -> None:
    draw = np.random.default_rng(0)
    for size in draw.integers(2, 8, size=300).tolist():
        row = draw.choice([0.1, 0.3, 1 / 3, 0.7], size=(1, size))
        for values in (row, row.T):
            expected = list(zip(*(side.tolist() for side in linear_sum_assignment(values, maximize=True)), strict=True))
            assert soft_match(values) == expected


def test_pairs_of_many_tables_are_matched_as_each_table_by_itself() -> None:
    draw = np.random.default_rng(0)
    shapes = draw.integers(0, 6, size=(300, 2)).tolist()
    tables = [draw.choice([0, 0, 0, 0.3, 0.5, 0.59, 0.6, 1], size=shape) for shape in shapes]
    corners = np.cumsum([[0, 0], *shapes], axis=0).tolist()
    pairs = [
        (row + top, column + left, table[row, column])
        for table, (top, left) in zip(tables, corners, strict=False)
        for row, column in np.argwhere(table > 0).tolist()
    ]
    rows, columns, values = (np.array(column) for column in zip(*pairs, strict=True))

    def expected(matching) -> list[tuple[int, int]]:
        each = zip(map(matching, tables), corners, strict=False)
        return [(row + top, column + left) for found, (top, left) in each for row, column in found]

    for threshold in (0.5, 1.0, 0.6):
        taken = match_pairs(rows, columns, values, threshold)
        found = list(zip(rows[taken].tolist(), columns[taken].tolist(), strict=True))
        assert found == expected(lambda table, least=threshold: match(table, least))
    taken = soft_match_pairs(rows, columns, values)
    assert list(zip(rows[taken].tolist(), columns[taken].tolist(), strict=True)) == expected(soft_match)


def test_of_listed_pairs_that_are_equally_similar_the_one_that_agrees_more_is_matched() -> None:
    rows, columns, values = np.array([0, 0, 3]), np.array([1, 2, 0]), np.array([0.5, 0.5, 0.49])
    assert match_pairs(rows, columns, values, 0.5).tolist() == [0]
    assert match_pairs(rows, columns, values, 0.5, [0, 1, 10]).tolist() == [1]

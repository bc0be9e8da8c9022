"""Spans of many texts in columns, against every pair of spans by itself."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detente.metrics.matching import iou
from detente.metrics.span_columns import Spans, flat, iou_pairs, items_of, meeting, runs, shared

SIDE = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-4, 9), st.integers(1, 5)).map(
        lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2])
    ),
    max_size=8,
)


def columns(side: list[tuple[int, int, int]]) -> Spans:
    return Spans(*np.array(side, dtype=np.int64).reshape(-1, 3).T)


@given(SIDE, SIDE)
def test_those_meet_that_share_a_character_of_a_text(gold, predicted) -> None:
    expected = [
        (mine, theirs, len({*range(*left[1:])} & {*range(*right[1:])}))
        for (theirs, right), (mine, left) in itertools.product(enumerate(predicted), enumerate(gold))
        if left[0] == right[0] and {*range(*left[1:])} & {*range(*right[1:])}
    ]
    both = columns(gold), columns(predicted)
    mine, theirs = meeting(*both)
    sizes = shared(both[0].at(mine), both[1].at(theirs))
    assert sorted(zip(mine.tolist(), theirs.tolist(), sizes.tolist(), strict=True)) == sorted(expected)


def test_spans_that_touch_or_lie_in_other_texts_do_not_meet() -> None:
    gold = columns([(0, 0, 5), (0, 9, 12), (1, 5, 6)])
    predicted = columns([(0, 5, 9), (1, 6, 9), (1, 0, 5), (0, 4, 6)])
    mine, theirs = meeting(gold, predicted)
    assert (mine.tolist(), theirs.tolist()) == ([0], [3])
    assert shared(gold, predicted.at(np.array([0, 1, 3]))).tolist() == [0, 0, 1]


def test_runs_follow_each_other_and_some_are_empty() -> None:
    of, numbers = runs(np.array([4, 9, 1]), np.array([2, -1, 3]))
    assert of.tolist() == [0, 0, 2, 2, 2]
    assert numbers.tolist() == [4, 5, 1, 2, 3]


ITEM = st.lists(st.integers(0, 14), min_size=2, max_size=6, unique=True).map(
    lambda edges: list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)
TEXTS = st.lists(st.tuples(*[st.lists(ITEM, max_size=4)] * 2), max_size=3)


@given(TEXTS)
def test_items_of_many_texts_are_as_alike_as_those_of_each(texts) -> None:
    sides = [
        items_of(
            *flat([item for text in texts for item in text[side]]),
            np.array([number for number, text in enumerate(texts) for _ in text[side]], dtype=np.int64),
        )
        for side in (0, 1)
    ]
    expected, before = [], (0, 0)
    for gold, predicted in texts:
        table = iou(gold, predicted)
        expected += [(before[0] + i, before[1] + j, table[i, j]) for i, j in np.argwhere(table > 0).tolist()]
        before = before[0] + len(gold), before[1] + len(predicted)
    found = [column.tolist() for column in iou_pairs(*sides)]
    assert list(zip(*found, strict=True)) == expected

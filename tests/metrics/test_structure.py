"""Code blocks and tables against others, worked by hand; and the limits beyond which a value is a lower bound."""

from collections import Counter
from functools import cache
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from detente.metrics import structure
from detente.metrics.structure import edit_similarity, likeness, match_blocks, teds_all
from detente.text.structure import Cell, Table


def table(*rows: str) -> Table:
    """Rows as texts, with a cell for each word."""
    return tuple(tuple(Cell(text) for text in row.split()) for row in rows)


def teds(gold: Table, predicted: Table) -> float:
    return teds_all([(gold, predicted)])[0].value


def similarity(one: str, other: str) -> float:
    return edit_similarity(one, other).value


def matched(gold: list[Counter[str]], predicted: list[Counter[str]]) -> list[tuple[int, int]]:
    return match_blocks(gold, predicted).pairs


# Trees


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        (table("a"), table("a"), 1),  # 3 nodes: table, row, cell
        (table("a"), table("b"), 1 - 1 / 3),  # a cell of 3 nodes has another text
        (table("ab"), table("ac"), 1 - (1 / 2) / 3),  # half of its text
        (table("a b"), table("a"), 1 - 1 / 4),  # one of 4 nodes lost
        (table("a", "b"), table("a"), 1 - 2 / 5),  # a row and its cell lost
        (table("a b"), table("a", "b"), 1 - 3 / 5),  # b is deleted, and inserted with a row above it
        (table("a b"), table("b a"), 1 - 2 / 4),  # both cells change, or one is deleted and inserted
        (table("a b c"), table("x a b c"), 1 - 1 / 6),  # one inserted; positions alone would make it 4
        (table("a", "b", "c"), table("b", "c"), 1 - 2 / 7),
        (((Cell("a", 2),),), table("a"), 1 - 1 / 3),  # it spans another number of columns
        (((Cell("a", 1, 2),),), ((Cell("a", 2, 1),),), 1 - 1 / 3),
        (((Cell(""), Cell("a")),), table("a"), 1 - 1 / 4),  # an empty cell is a node
    ],
)
def test_teds_by_hand_is_symmetric(gold: Table, predicted: Table, expected: float) -> None:
    assert teds(gold, predicted) == pytest.approx(expected)
    assert teds(predicted, gold) == pytest.approx(expected)


CELLS = st.builds(Cell, st.sampled_from(["", "a", "b", "ab", "abc"]), st.sampled_from([1, 1, 2]))
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4).map(tuple)


def tree_distance(gold: Table, predicted: Table) -> float:
    """The textbook's recursion over forests, rightmost tree first (Zhang and Shasha 1989)."""
    trees = [
        (("table", tuple(("row", tuple((cell, ()) for cell in row)) for row in each)),) for each in (gold, predicted)
    ]

    def size(forest: Any) -> int:
        return sum(1 + size(tree[1]) for tree in forest)

    def change(one: Any, other: Any) -> float:
        if isinstance(one, str) or isinstance(other, str):
            return float(one != other)
        return 1.0 if one[1:] != other[1:] else float(Levenshtein.normalized_distance(one.text, other.text))

    @cache
    def distance(one: Any, other: Any) -> float:
        if not one or not other:
            return size(one) + size(other)
        (label, below), (label_2, below_2) = one[-1], other[-1]
        return min(
            distance(one[:-1] + below, other) + 1,
            distance(one, other[:-1] + below_2) + 1,
            distance(one[:-1], other[:-1]) + distance(below, below_2) + change(label, label_2),
        )

    return distance(*trees)


@settings(max_examples=150)
@given(TABLES, TABLES, TABLES, TABLES)
def test_teds_is_what_the_recursion_over_forests_gives_equal_rows_at_the_ends_or_not(
    head: Table, gold: Table, predicted: Table, tail: Table
) -> None:
    for one, other in ((gold, predicted), (head[:1] + gold + tail[:1], head[:1] + predicted + tail[:1])):
        nodes = max(1 + sum(1 + len(row) for row in each) for each in (one, other))
        assert teds(one, other) == pytest.approx(1 - tree_distance(one, other) / nodes)


@given(TABLES, TABLES)
def test_beyond_the_limit_of_nodes_the_value_is_a_lower_bound(gold: Table, predicted: Table) -> None:
    exact = teds(gold, predicted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "MOST_NODES", 0)
        bound = teds(gold, predicted)
    assert 0 <= bound <= exact + 1e-12
    assert (bound == 1) == (gold == predicted) == (exact == 1)


def test_the_limits_hold_from_one_more_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # a b | c against x a b | y: 6 and 7 nodes, nothing equal at the ends. Exact: x is inserted, c changed: 2.
    # By number: a and b change, b is inserted, and c changes: 4.
    pair = (table("a b", "c"), table("x a b", "y"))
    for nodes, characters, distance in ((6 * 7, 3 * 4, 2), (6 * 7 - 1, 3 * 4, 4), (6 * 7, 3 * 4 - 1, 4)):
        monkeypatch.setattr(structure, "MOST_NODES", nodes)
        monkeypatch.setattr(structure, "MOST_CHARACTERS", characters)
        (found,) = teds_all([pair])
        assert (found.value, found.exact) == (pytest.approx(1 - distance / 7), distance == 2)


def test_the_smallest_tables_are_compared_first_within_the_limit_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    large, small = (table("a b", "c"), table("x a b", "y")), (table("a b"), table("x a b"))
    monkeypatch.setattr(structure, "MOST_NODES", 6 * 7 + 4 * 5)
    exact = [(1 - 2 / 7, True), (1 - 1 / 5, True)]
    assert teds_all([large, small]) == teds_all([small, large])[::-1] == exact
    monkeypatch.setattr(structure, "MOST_NODES", 6 * 7 + 4 * 5 - 1)
    assert teds_all([large, small]) == teds_all([small, large])[::-1] == [(1 - 4 / 7, False), exact[1]]


def test_a_hundred_thousand_cells_take_no_time_and_one_lost_row_changes_what_it_must() -> None:
    rows = tuple(tuple(Cell(f"{row} {column}") for column in range(10)) for row in range(10_000))
    nodes = 1 + 10_000 * 11
    assert teds(rows, rows) == 1
    assert teds(rows, rows[:5000] + rows[5001:]) == pytest.approx(1 - 11 / nodes)
    assert 0 < teds(rows, tuple(row[1:] for row in rows)) < 1
    changed = (*rows[:7], (Cell("x" * 3_000_000), *rows[7][1:]), *rows[8:])
    assert teds(rows, changed) == pytest.approx(1 - 1 / nodes, abs=1e-9)


# Texts


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 1),
        ("", "a", 0),
        ("abc", "abc", 1),
        ("abcd", "abxd", 1 - 2 / 8),  # one deleted, one inserted
        ("a\nb", "a b", 1 - 2 / 6),
    ],
)
def test_edit_similarity_by_hand(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == similarity(other, one) == pytest.approx(expected)


def test_of_long_texts_the_middle_is_all_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MOST_CHARACTERS", 36)
    assert similarity("ab-c-d", "ab+c+d") == pytest.approx(1 - 4 / 12)  # 6 · 6 = 36
    assert similarity("ab-c-dd", "ab+c+d") == pytest.approx(2 * (2 + 1) / 13)  # 42: ab at the start, d at the end
    assert [edit_similarity("ab-c-d" + more, "ab+c+d").exact for more in ("", "d")] == [True, False]
    assert edit_similarity("aaaaaaa", "aaaaaaa").exact
    assert similarity("aaaaaaa", "aaaaaa") == pytest.approx(2 * 6 / 13)  # nothing counts twice


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_beyond_the_limit_of_characters_the_value_is_a_lower_bound(one: str, other: str) -> None:
    exact = similarity(one, other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "MOST_CHARACTERS", -1)
        if one or other:
            assert similarity(one, other) <= exact + 1e-12


# Which blocks are one


def blocks(*texts: str) -> list[Counter[str]]:
    return [Counter(text.split()) for text in texts]


def test_likeness_by_hand() -> None:
    (one, other, empty) = blocks("a a b", "a b c", "")
    assert likeness(one, other) == likeness(other, one) == 2 * 2 / 6
    assert likeness(one, empty) == likeness(empty, empty) == 0


def test_blocks_are_one_from_half_on() -> None:
    assert matched(blocks("a b c"), blocks("a")) == [(0, 0)]  # 2 · 1 / 4
    assert matched(blocks("a b c d"), blocks("a")) == []  # 2 · 1 / 5
    assert matched(blocks("a"), blocks("b")) == matched([], blocks("a")) == matched(blocks("a"), []) == []


def test_equal_blocks_are_one_and_of_the_others_the_matching_is_optimal() -> None:
    # x = a b c d is like y = a b c (6/7) and z = a b c d e (8/9); w = a b c e f is like z (8/10) and y (6/8).
    # Greedily x would take z, for 8/9 + 6/8 = 1.639; x with y and w with z are 6/7 + 8/10 = 1.657.
    gold = blocks("a b c d", "q", "a b c e f")
    predicted = blocks("a b c", "q", "a b c d e")
    assert matched(gold, predicted) == [(0, 0), (1, 1), (2, 2)]
    assert matched(blocks("a", "a", "b"), blocks("b", "a")) == [(0, 1), (2, 0)]  # each once, in order


def test_the_order_of_the_blocks_changes_nothing() -> None:
    gold, predicted = blocks("a b c d", "q", "a b c e f"), ["a b c", "q", "a b c d e"]
    found = {
        frozenset((mine, order[theirs]) for mine, theirs in matched(gold, blocks(*order)))
        for order in permutations(predicted)
    }
    assert len(found) == 1


def test_of_too_many_blocks_only_those_are_one_that_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the equal ones 3 different tokens of the gold, and 1 predicted block.
    gold, predicted = blocks("a b c", "q"), blocks("q", "a b")
    monkeypatch.setattr(structure, "MOST_COMPARISONS", 3)
    assert match_blocks(gold, predicted) == ([(0, 1), (1, 0)], 0)
    monkeypatch.setattr(structure, "MOST_COMPARISONS", 2)
    assert match_blocks(gold, predicted) == ([(1, 0)], 1)
    assert match_blocks(gold, blocks("q")) == ([(1, 0)], 0)  # nothing is left to compare with

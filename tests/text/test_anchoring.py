"""Passages are found again by hashes: where they moved, not where their words changed, and never by a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text.anchoring import WINDOW, Anchoring, Passage, Words, _increasing, passages

PAGE = " ".join(f"w{number}" for number in range(40))
"""Forty words, all different: w0 … w39."""


def span_of(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def found(page: str, copy: str, words: str) -> str | None:
    """What stands in the copy where the page has some words."""
    (passage,) = passages(page, [span_of(page, words)])
    place = Anchoring(Words(page).blocks(), Words(copy)).place(passage)
    return None if place is None else copy[slice(*place)]


def test_blocks_are_of_eight_words_and_the_rest_is_in_none() -> None:
    blocks = Words(PAGE + " x y z").blocks()
    assert [(block.inside, PAGE[block.start : block.end].split()[0]) for block in blocks] == [
        (8, f"w{first}") for first in (0, 8, 16, 24, 32)
    ]
    assert Words("a b c d e f g").blocks() == []  # seven
    assert len(Words("a b c d e f g h").blocks()) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [("w10", (4, 1, 3)), ("w0 w1", (0, 2, 6)), ("w39", (7, 1, 0)), ("w9 w10 w11 w12 w13 w14 w15 w16 w17", (0, 9, 0))],
)
def test_a_passage_is_of_eight_words_at_least(words: str, expected: tuple[int, int, int]) -> None:
    (passage,) = passages(PAGE, [span_of(PAGE, words)])
    assert (passage.before, passage.inside, passage.after) == expected


def test_a_passage_takes_in_neighbours_until_it_is_the_only_one() -> None:
    page = "a b c d e f g h 1 a b c d e f g h 2"  # nine tokens each, alike in the first eight
    first, second = passages(page, [(0, 15), (18, 33)])
    assert (first.before, first.inside, first.after) == (0, 8, 1)
    assert (second.before, second.inside, second.after) == (1, 8, 1)
    assert first.digest != second.digest


def test_a_passage_moves_with_its_words() -> None:
    copy = PAGE.replace("w20", "w20 new words here")
    assert found(PAGE, copy, "w5 w6") == "w5 w6"
    assert found(PAGE, copy, "w30 w31") == "w30 w31"
    assert found(PAGE, copy, "w14 w15 w16 w17 w18 w19 w20") == "w14 w15 w16 w17 w18 w19 w20"  # hashed with w13
    assert found(PAGE, copy, "w21 w22 w23 w24 w25 w26 w27") is None  # hashed with w20, which does not precede it now
    assert found(PAGE, copy, "w21 w22 w23 w24 w25 w26 w27 w28") == "w21 w22 w23 w24 w25 w26 w27 w28"
    assert found(PAGE, copy, "w13 w14 w15 w16 w17 w18 w19 w20 w21") is None


def test_white_space_and_kinds_of_quotation_marks_are_no_change() -> None:
    page, copy = PAGE.replace("w20", "“w20”"), PAGE.replace("w20", '"w20"').replace("w18 ", "w18\n\n")
    assert found(page, copy, "w17 w18 w19 “w20”") == 'w17 w18\n\nw19 "w20"'


def test_a_span_inside_a_word_keeps_its_place_in_it() -> None:
    (passage,) = passages(PAGE, [span_of(PAGE, "10 w1")])
    assert (passage.left, passage.right, passage.inside) == (1, 1, 2)
    assert found(PAGE, "x " + PAGE, "10 w1") == "10 w1"


def test_a_passage_that_the_copy_has_twice_between_its_anchors_has_no_place() -> None:
    words = " ".join(f"w{number}" for number in range(8, 16))
    assert found(PAGE, PAGE.replace(words, f"{words} {words}"), words) is None
    assert found(PAGE, PAGE + " " + words, words) == words  # the second one stands behind later anchors
    assert found(PAGE, f"{words} {PAGE}", words) == words


def test_a_passage_of_white_space_has_no_place() -> None:
    (passage,) = passages("a  b", [(1, 3)])
    assert passage.inside == 0
    assert Anchoring([], Words("a  b")).place(passage) is None


def test_share_of_blocks() -> None:
    blocks = Words(PAGE).blocks()
    assert Anchoring(blocks, Words(PAGE.replace("w20", "new"))).shared == 4 / 5
    assert Anchoring(blocks, Words("")).shared == 0
    assert Anchoring([], Words(PAGE)).shared == 0


@given(st.lists(st.integers(0, 9), unique=True))
def test_longest_increasing(numbers: list[int]) -> None:
    chosen = _increasing(numbers)
    assert chosen == sorted(chosen)
    values = [numbers[index] for index in chosen]
    assert values == sorted(values)
    best = [0] * len(numbers)  # by the plain method
    for end, number in enumerate(numbers):
        best[end] = 1 + max((best[start] for start in range(end) if numbers[start] < number), default=0)
    assert len(chosen) == max(best, default=0)


@given(st.lists(st.sampled_from("abcdef"), max_size=40), st.data())
def test_in_the_page_itself_every_passage_is_where_it_was(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    (passage,) = passages(text, [(start, end)])
    place = Anchoring(Words(text).blocks(), Words(text)).place(passage)
    assert place in ((start, end), None)
    assert (place is None) == (not text[start:end].strip())


def test_a_hash_is_no_hash_of_fewer_words() -> None:
    assert all(sum(passage[2:5]) >= WINDOW for passage in passages(PAGE, [(0, 2), (60, 61), (3, 90)]))
    assert isinstance(Words(PAGE).blocks()[0], Passage)

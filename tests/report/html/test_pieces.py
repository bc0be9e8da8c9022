from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.report.html.pieces import pieces, shown


def test_a_text_without_marks_is_one_piece() -> None:
    assert pieces("abc", []) == [("abc", [])]
    assert pieces("", [[(0, 0)]]) == []


def test_marks_that_overlap_cut_the_text_where_each_starts_and_ends() -> None:
    #                 0123456
    assert pieces("abcdefg", [[(1, 4)], [(3, 6)]]) == [
        ("a", []),
        ("bc", [0]),
        ("d", [0, 1]),
        ("ef", [1]),
        ("g", []),
    ]


def test_a_mark_within_another_and_one_on_the_same_place() -> None:
    assert pieces("abcd", [[(0, 4)], [(1, 2)], [(1, 2)]]) == [("a", [0]), ("b", [0, 1, 2]), ("cd", [0])]


def test_a_mark_of_several_spans_covers_each_of_them() -> None:
    assert pieces("abcd", [[(0, 1), (2, 3)]]) == [("a", [0]), ("b", []), ("c", [0]), ("d", [])]


def test_spans_of_one_mark_that_touch_or_overlap_are_one_piece() -> None:
    assert pieces("abcd", [[(0, 2), (2, 3)]]) == [("abc", [0]), ("d", [])]
    assert pieces("abcd", [[(0, 2), (1, 3)]]) == [("abc", [0]), ("d", [])]


def test_what_lies_outside_of_the_text_is_left_out() -> None:
    assert pieces("ab", [[(-1, 1)], [(1, 9)], [(2, 3)], [(1, 1)]]) == [("a", [0]), ("b", [1])]


def test_offsets_count_code_points_and_not_what_a_browser_counts() -> None:
    assert pieces("😀é́b", [[(1, 3)]]) == [("😀", []), ("é́"[:2], [0]), ("é́b"[2:], [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("a\rb", r"a\rb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\ud800", r"\ud800"),
        ("\x00", r"\x00"),
        ("<script>", "<script>"),  # escaping is the page's affair
    ],
)
def test_what_would_steer_the_display_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert "".join(piece for piece, _ in pieces(text, [])) == expected


@given(
    st.text(alphabet="ab\n", max_size=12),
    st.lists(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=3), max_size=4),
)
def test_pieces_make_up_the_text_and_have_the_marks_that_cover_them(
    text: str, spans: list[list[tuple[int, int]]]
) -> None:
    place = 0
    for piece, marks in pieces(text, spans):
        for offset in range(place, place + len(piece)):
            covering = [mark for mark, own in enumerate(spans) if any(s <= offset < e for s, e in own)]
            assert marks == covering
        place += len(piece)
    assert place == len(text)
    found = pieces(text, spans)
    assert all(left[1] != right[1] for left, right in pairwise(found))

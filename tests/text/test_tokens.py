import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text.tokens import INVISIBLE, code_points, is_blank, is_space, line_spans, token_spans


@given(st.text())
def test_is_space_is_str_isspace(text: str) -> None:
    assert is_space(text).tolist() == [character.isspace() for character in text]


@given(st.text())
def test_lines_and_tokens_cover_what_is_not_white_space(text: str) -> None:
    visible = ~is_space(text)
    for spans in (token_spans(text), line_spans(text)):
        covered = np.zeros(len(text), dtype=bool)
        for start, end in spans:
            assert not covered[start:end].any()
            covered[start:end] = True
        assert (visible <= covered).all()
    assert all("\n" not in text[start:end] for start, end in line_spans(text))


def test_line_spans_leave_out_white_space_at_both_ends() -> None:
    assert line_spans("  a b \n\n c\n") == [(2, 5), (9, 10)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        ("a", [(0, 1)]),
        # The first and the last character of the text, with and without a line end.
        ("ab\ncd", [(0, 2), (3, 5)]),
        ("\nab\n", [(1, 3)]),
        # Line ends are LF; other white space inside a line stays in it.
        ("a\r\nb", [(0, 1), (3, 4)]),
        ("a\tb\u00a0c\rd", [(0, 7)]),
        ("\u3000a\u2003\nb", [(1, 2), (4, 5)]),
        # One character to a line.
        ("a\nb\n\nc", [(0, 1), (2, 3), (5, 6)]),
    ],
)
def test_lines_by_eye(text: str, expected: list[tuple[int, int]]) -> None:
    assert line_spans(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ", []),
        ("ab cd", ["ab", "cd"]),
        # A run of letters, digits and underscores is one token, every other character is its own.
        ("a1_b", ["a1_b"]),
        ("don't", ["don", "'", "t"]),
        ("3.5%", ["3", ".", "5", "%"]),
        ("...", [".", ".", "."]),
        ("«é», naïve", ["«", "é", "»", ",", "naïve"]),
        ("大阪 2024年", ["大阪", "2024年"]),
        ("a\u200bb", ["a", "\u200b", "b"]),
    ],
)
def test_tokens_by_eye(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in token_spans(text)] == expected


def test_code_points_are_numbers_up_to_the_last_and_half_surrogates_too() -> None:
    assert code_points("a\u07ff\uffff\U0010ffff\ud800").tolist() == [97, 0x7FF, 0xFFFF, 0x10FFFF, 0xD800]
    assert code_points("").tolist() == []


def test_white_space_is_that_of_str_for_every_code_point_up_to_the_last_that_is() -> None:
    text = "".join(map(chr, range(0x3002)))
    assert np.flatnonzero(is_space(text)).tolist() == [point for point, c in enumerate(text) if c.isspace()]


DRAWN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Of the category Cf, but drawn: Arabic and Kaithi number signs and marks."""


def test_what_is_invisible_is_what_unicode_calls_format_and_control_characters_and_variation_selectors() -> None:
    selectors = {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
    for point in range(0x110000):
        character = chr(point)
        category = unicodedata.category(character)
        expected = (
            (category == "Cf" and point not in DRAWN)
            or (category == "Cc" and not character.isspace())
            or point in selectors
        )
        if category != "Cn":  # what this version of Unicode does not know yet
            assert bool(INVISIBLE.match(character)) == expected, hex(point)


def test_what_is_blank_is_white_space_or_invisible() -> None:
    assert is_blank("a \u200b\u2067b\ufe0f").tolist() == [False, True, True, True, False, True]

"""Users' text as it is shown: nothing that a terminal obeys, nothing long, and JSON that says the same."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text.display import LIMIT, LISTED, excerpt, json_safe, listed, quoted, shortened, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve — …", "plain, naïve — …"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x00\x1f \x7e\x7f", r"\x00\x1f ~\x7f"),
        ("\x80\x9f\xa0", "\\x80\\x9f\xa0"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("\u2028\u2029\u061c\u200e\u200f", r"\u2028\u2029\u061c\u200e\u200f"),
        ("\ud800x\udfff", r"\ud800x\udfff"),
    ],
)
def test_what_a_terminal_would_obey_is_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_shown_is_a_control_character_or_half_a_pair(text: str) -> None:
    assert not {unicodedata.category(each) for each in visible(text)} & {"Cc", "Cs", "Zl", "Zp"}


def test_a_text_of_the_limit_is_whole_and_one_longer_keeps_start_and_end() -> None:
    assert shortened("x" * LIMIT) == "x" * LIMIT
    # Of 121 characters 120 are shown: 1 ellipsis, a third of the other 119 at the end, 80 at the start.
    assert shortened("a" * 100 + "b" * 21) == "a" * 80 + "…" + "a" * 18 + "b" * 21
    assert len(shortened("\x1b" * LIMIT)) == LIMIT
    assert len(shortened("x" * 5_000_000)) == LIMIT
    assert shortened("abcdefghij", 7) == "abcd…ij"


def test_ten_names_are_listed_and_an_eleventh_is_counted() -> None:
    names = [f"n{number}" for number in range(LISTED)]
    assert listed(names) == ", ".join(names)
    assert listed([*names, "n"]) == ", ".join(names) + " and 1 more"
    assert listed(["n"] * 1010).endswith(" and 1,000 more")
    assert listed([]) == ""


def test_words_in_quotes_are_cut_each_and_together() -> None:
    assert quoted("x" * 60) == repr("x" * 60)
    assert quoted("x" * 61) == repr("x" * 59 + "…")
    assert quoted("a\x1b[31m\u202e\ud800") == r"'a\x1b[31m\u202e\ud800'"
    assert quoted(*"abcdefghij") == "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'"
    assert quoted(*"abcdefghijk") == "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j' and 1 more"
    # Two of 57 with quotes, and a comma: 59 + 59 + 2 = 120; of 58: 122.
    assert quoted(*["x" * 57] * 2) == f"{'x' * 57!r}, {'x' * 57!r}"
    assert quoted(*["x" * 58] * 2) == f"{'x' * 58!r} and 1 more"
    assert quoted() == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), ("abcd", "abcd"), ("abcde", "abcde"), ("abcdef", "abcd…"), ("ab\ncd", "ab\ncd")],
)
def test_an_excerpt_is_the_start_as_it_is_and_ends_in_an_ellipsis_where_more_follows(text: str, shown: str) -> None:
    assert excerpt(text, 5) == shown
    assert excerpt("a" * 60) == "a" * 60
    assert excerpt("a" * 61) == "a" * 59 + "…"


@given(st.text(st.characters()), st.booleans())
def test_escaped_json_says_the_same(text: str, ascii_only: bool) -> None:
    document = json.dumps({text: [text]}, indent=2, ensure_ascii=False) + "\n"
    safe = json_safe(document, ascii_only)
    assert json.loads(safe) == json.loads(document)
    assert visible(safe.replace("\n", "")) == safe.replace("\n", "")
    assert safe.isascii() or not ascii_only


def test_json_keeps_what_no_terminal_obeys() -> None:
    assert json_safe('{"é": "\x7f\u202e"}\n') == '{"é": "\\u007f\\u202e"}\n'
    assert json_safe('"é😀"', ascii_only=True) == '"\\u00e9\\ud83d\\ude00"'

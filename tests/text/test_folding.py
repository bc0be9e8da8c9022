"""What makes no difference between a page and an output, and what does."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.text import folding, markup
from detente.text.folding import LONGEST_LINE, MARKS, fold, fold_output, legible, nfc, without_markdown
from detente.text.tokens import INVISIBLE

# One kind of quotation mark, one dash


def test_every_kind_of_quotation_mark_and_dash_becomes_the_plain_one() -> None:
    assert fold("‘a’ ‚a‛ ′a´ `a`") == "'a' 'a' 'a' 'a'"
    assert fold("“a” „a‟ «a» ″a″") == '"a" "a" "a" "a"'
    assert fold("a–b—c―d‒e−f‐g‑h") == "a-b-c-d-e-f-g-h"


def test_other_characters_stay_as_they_are() -> None:
    text = "abc ÀÉ \u00a0\u200b…·•‹›~_*#<>|'\"-"
    assert fold(text) == text


@given(st.text())
def test_folding_keeps_the_number_of_characters_and_done_again_changes_nothing(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_an_output_is_composed_and_loses_what_cannot_be_seen() -> None:
    assert fold_output("e\u0301") == "é"
    marks = "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    assert fold_output(f"a{marks}b") == "ab"
    # The characters before and after them stay.
    for neighbour in "\xac\xae\u200a\u2010\u205f\u2070\ufefe\uff00":
        assert len(fold_output(f"a{neighbour}b")) == 3
    assert fold_output("“a\u00ad”—b") == '"a"-b'
    # A letter and its accent that something invisible keeps apart are composed, too.
    assert fold_output("e\u200d\u0301") == "é"


def test_fullwidth_forms_become_the_plain_ones() -> None:
    assert fold("！＂＇－｀～ａＺ０") == "!\"'-'~aZ0"
    assert fold("\uff00\uff5f") == "\uff00\uff5f"


# Markdown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # Headings of one to six levels; a space follows the marks.
        ("# a", "a"),
        ("###### a", "a"),
        ("####### a", "####### a"),
        ("#a", "#a"),
        # Lists, numbers of up to three digits.
        ("- a", "a"),
        ("* a", "a"),
        ("+ a", "a"),
        ("-a", "-a"),
        ("1. a", "a"),
        ("123) a", "a"),
        ("1234. a", "1234. a"),
        ("1234.", "1234."),
        ("5)", "5)"),
        ("1.5 a", "1.5 a"),
        # Quotations, also in each other and around a heading.
        ("> a", "a"),
        (">> a", "a"),
        ("> > ## a", "a"),
        ("- ### a", "a"),
        ("> - **a** b", "a b"),
        ("- [ ] a", "a"),
        ("- [x] a", "a"),
        ("[ ]a", "[ ]a"),
        # A fence, with its language.
        ("```", ""),
        ("```python", ""),
        ("a > b", "a > b"),
        # Rows of a table.
        ("| a | b |", "a b "),
        ("a|b", "a|b"),
        # Lines that are marks alone.
        ("---", ""),
        ("* * *", ""),
        ("|:--|--:|", ""),
        ("___", ""),
        ("===", ""),
        ("", ""),
        ("-- a", "-- a"),
        # Links and pictures, with and without a title or a target.
        ("[a](b)", "a"),
        ("![a](b)", "a"),
        ('[a](b "c d")', "a"),
        ("[a](b 'c d')", "a"),
        ("[a]()", "a"),
        ("x [a](b) y [c](d) z", "x a y c z"),
        ("[a] (b)", "[a] (b)"),
        ("[a](b c)", "[a](b c)"),
        ("[2014] a", "[2014] a"),
        ("[a](b_(c)) d", "a d"),
        ("[a](<b c>) d", "a d"),
        ("<https://a.b/c>", "https://a.b/c"),
        ("a <b> c", "a <b> c"),
        ("[a]: b", "[a]: b"),
        # Footnotes, where they are called and where they stand.
        ("a.[^1] b[^note]", "a. b"),
        ("[^1]: a", "a"),
        ("[^ 1] a", "[^ 1] a"),
        # Entities.
        ("a&nbsp;b &amp; c", "a b & c"),
        ("AT&T", "AT&T"),
        # Emphasis, one in another.
        ("*a*", "a"),
        ("a **b** c", "a b c"),
        ("***a***", "a"),
        ("_a_ __b__", "a b"),
        ("~~a~~ `b` ``c``", "a b c"),
        ("**a *b* c**", "a b c"),
        ("_a **b `c` d** e_", "a b c d e"),
        ("snake_case_name", "snake_case_name"),
        # Marks with white space inside are the text's own.
        ("a * b * c", "a * b * c"),
        ("2 * 3", "2 * 3"),
        ("*a", "*a"),
        # Escapes.
        (r"\# a \* b", "# a * b"),
        (r"\*a\* \_b\_", "*a* _b_"),
        (r"1\. a", "1. a"),
        (r"a\b", r"a\b"),
    ],
)
def test_markers_go_and_the_text_stays(line: str, expected: str) -> None:
    assert without_markdown(line) == expected


@given(st.text(alphabet="ab1. )(:;,'\"%/@$^{}é漢\u00a0"))
def test_a_line_without_any_marker_stays_as_it_is(line: str) -> None:
    assert without_markdown("a" + line + "b") == " ".join(f"a{line}b".split())


@pytest.mark.parametrize("length", [LONGEST_LINE, LONGEST_LINE + 1])
def test_a_line_of_twenty_thousand_characters_keeps_its_markers(length: int) -> None:
    line = "**a**".ljust(length, "b")
    assert without_markdown(line) == (line.replace("*", "") if length == LONGEST_LINE else line)


# Normal form


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_normal_form_is_unicodes(text: str) -> None:
    for written in (text, unicodedata.normalize("NFD", text)):
        assert nfc(written) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("before", [MARKS, MARKS - 1])
def test_thirty_accents_of_a_letter_are_put_in_order_and_the_next_are_not(before: int) -> None:
    # The dot below, which comes before every acute accent: "ạ" if it is the thirtieth or an earlier one.
    text = "a" + "\u0301" * before + "\u0323"
    assert nfc(text) == ("\u1ea1" + "\u0301" * before if before < MARKS else "á" + "\u0301" * 29 + "\u0323")
    assert len(nfc("a" + "\u0301\u0323" * 100_000)) > 199_000  # by the square of their number, a minute


# What is looked at first only saves time


@pytest.mark.parametrize("before", ["", "a", "a\u0301", "\u1100"])
def test_characters_that_are_taken_as_plain_are_legible_as_they_are(before: str) -> None:
    plain = [chr(point) for point in range(0x10000) if folding._PLAIN.fullmatch(chr(point))]
    assert len(plain) > 700
    for each in plain:
        assert not INVISIBLE.search(each)
        assert not unicodedata.combining(each)
        assert unicodedata.normalize("NFC", before + each) == unicodedata.normalize("NFC", before) + each
        assert legible(each) == each


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(
        ["", "* ", "- ", "+ ", "> ", "# ", "###### ", "####### ", "1. ", "12) ", "2024. ", "-\t", "*     "]
    ),
    st.lists(
        st.sampled_from([*"ab1.-=#!+>:/()\u00e9\u2014*_~&;| \t\xa0", "&amp;", "&#65;", " | ", "AT&T", "1. "]),
        max_size=10,
    ),
)
def test_lines_that_are_not_parsed_are_as_the_parser_would_have_them(marker: str, parts: list[str]) -> None:
    line = (marker + "".join(parts)).strip()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "_MARKER", re.compile(""))
        patch.setattr(markup, "_simple_line", lambda _: None)
        parsed = without_markdown(line)
    assert without_markdown(line) == parsed

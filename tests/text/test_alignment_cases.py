"""Small worked cases of the alignment, with the exact stretches of the page that are kept.

Pages are made of short words, so that the sizes can be counted: `aa bb cc` has three tokens and six characters.
"""

import numpy as np
import pytest

from detente.text.alignment import Placement, align
from detente.text.token_matching import runs
from detente.text.whitespace import WhitespaceErrors
from detente.text.writing import WritingDifferences


def inserted(output: str, page: str) -> tuple[str, ...]:
    """What of an output stands nowhere in the page."""
    return tuple(output[start:end] for start, end in align(output, page).inserted_spans)


def kept(output: str, page: str) -> list[str]:
    """The stretches of the page that an output keeps, cut at white space."""
    return [page[start:end] for start, end in runs(align(output, page).kept)]


def spans(output: str, page: str) -> list[tuple[int, int]]:
    return runs(align(output, page).kept)


def doubled(output: str, page: str) -> int:
    return align(output, page).doubled


# Where one of several equal stretches is taken: least taken, whole line, next to the neighbour, first


def test_of_equal_stretches_the_first_is_kept() -> None:
    assert spans("aa", "bb aa cc aa dd aa") == [(3, 5)]


def test_stretches_side_by_side_are_all_found() -> None:
    placed = align("a\na\na", "a a a b")
    assert (runs(placed.kept), placed.doubled) == ([(0, 1), (2, 3), (4, 5)], 0)


def test_a_whole_line_comes_before_an_earlier_part_of_a_line() -> None:
    # The first starts a line, the second ends one, the third does both.
    assert spans("aa", "aa bb\ncc aa\naa\n") == [(12, 14)]


def test_a_whole_line_comes_before_a_stretch_next_to_the_line_before() -> None:
    assert spans("bb cc\naa", "aa\ndd\nbb cc\naa ee\n") == [(0, 2), (6, 8), (9, 11)]


def test_free_text_comes_before_a_whole_line() -> None:
    # The second output line has the second best place, where nothing stands yet: nothing is doubled.
    placed = align("aa\naa", "aa bb\naa\n")
    assert (runs(placed.kept), placed.doubled) == ([(0, 2), (6, 8)], 0)


def test_of_two_stretches_partly_taken_the_one_with_fewer_characters_taken_is_kept() -> None:
    # Of one stretch "aa b" the two characters "aa" stand already, of the other the one character "b".
    assert kept("xxx aa\nb zzz\naa b", "xxx aa b\naa b zzz\n") == ["xxx", "aa", "aa", "b", "zzz"]
    assert kept("xxx aa\nb zzz\naa b", "aa b zzz\nxxx aa b\n") == ["aa", "b", "zzz", "xxx", "aa"]


def test_the_nearer_of_two_stretches_after_and_before_the_line_before_is_kept() -> None:
    # From the end of "line": back to the start of the first 6 characters without white space, on to the second 0.
    assert spans("line\naa", "aa\nline\naa\n") == [(3, 7), (8, 10)]
    # Back 6, on 8.
    assert spans("line\naa", "aa\nline\nbbbbbbbb\naa\n") == [(0, 2), (3, 7)]
    # Back 6, on 6: the first.
    assert spans("line\naa", "aa\nline\nbbbbbb\naa\n") == [(0, 2), (3, 7)]
    # Back 6, on 5.
    assert spans("line\naa", "aa\nline\nbbbbb\naa\n") == [(3, 7), (14, 16)]


def test_without_a_line_before_the_stretch_nearest_to_the_line_after_is_kept() -> None:
    assert spans("aa\nline", "aa\nbb\nline\ncc\naa\n") == [(0, 2), (6, 10)]
    # From the end of the first to "line" 5 characters, from the end of the second 2.
    assert spans("aa\nline", "aa\nbbb\naa\ncc\nline\n") == [(7, 9), (13, 17)]
    # Before it 7, after it 6.
    assert spans("aa\nline", "aa\nbbbbbbb\nline\naa\n") == [(11, 15), (16, 18)]


def test_the_line_before_counts_and_not_the_line_after() -> None:
    assert spans("first\naa\nthird", "aa\nthird\nfirst\naa\n") == [(3, 8), (9, 14), (15, 17)]


def test_only_neighbouring_lines_of_the_output_count() -> None:
    # Between "line" and "aa" stands a line that has no place: the first "aa" is taken.
    assert spans("line\nQ\naa", "aa\nline\naa\n") == [(0, 2), (3, 7)]
    assert spans("aa\nQ\nline", "aa\nbb\naa\nline\n") == [(0, 2), (9, 13)]


# Exact matches stand at token boundaries


@pytest.mark.parametrize(
    ("output", "page", "expected"),
    [
        ("aa", "aab aa", [(4, 6)]),
        ("aa", "baa aa", [(4, 6)]),
        ("aa", "baab", []),
        ("aa", "aa", [(0, 2)]),
        # Punctuation is a token; an underscore and a digit belong to a word.
        ("aa", "(aa)", [(1, 3)]),
        ("aa", "aa_b aa1 1aa", []),
        # White space inside a word makes no difference, at its edges it makes a boundary.
        ("a a", "aa", [(0, 2)]),
        ("aa", "a a", [(0, 1), (2, 3)]),
        ("ab", "a bc ab", [(5, 7)]),
    ],
)
def test_a_match_starts_and_ends_where_tokens_do(output: str, page: str, expected: list[tuple[int, int]]) -> None:
    assert spans(output, page) == expected


# Doubled lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # "ccc" stands already: 3 of 6 characters are no more than half, 3 of 5 are.
        ("ccc ddd", 0),
        ("ccc dd", 1),
        ("ccc d", 1),
    ],
)
def test_a_line_is_doubled_if_more_than_half_of_it_stands_already(line: str, expected: int) -> None:
    page = f"aaa bbb {line}"
    assert doubled(f"aaa bbb ccc\n{line}", page) == expected


def test_a_line_of_two_characters_is_doubled_by_two_and_not_by_one() -> None:
    assert doubled("aa b\nb c", "aa b c") == 0
    assert doubled("aa b c\nb c", "aa b c") == 1


def test_longer_lines_are_placed_first() -> None:
    # The second line takes what the first, placed after it, doubles; by that the first is not out of order either.
    placed = align("bb\naa bb cc", "aa bb cc\n")
    assert (placed.doubled, len(placed.moved_spans), placed.insertions) == (1, 0, 0)


# Lines that do not stand in the page as they are: token by token

LONG = "aa bb cc dd ee ff gg"


def test_a_line_with_a_changed_word_is_kept_but_for_that_word() -> None:
    placed = align("aa bb cc QQQ ee ff gg", LONG)
    assert (runs(placed.kept), placed.insertions, inserted("aa bb cc QQQ ee ff gg", LONG)) == (
        [(0, 2), (3, 5), (6, 8), (12, 14), (15, 17), (18, 20)],
        3,
        ("QQQ",),
    )


def test_the_longer_of_two_changed_lines_is_placed_first() -> None:
    # Both want "aa bb cc dd"; what is left of the page is too little for the other, which repeats text.
    placed = align("aa bb cc dd Q\naa bb cc dd ee ff QQ", LONG)
    assert kept("aa bb cc dd Q\naa bb cc dd ee ff QQ", LONG) == ["aa", "bb", "cc", "dd", "ee", "ff"]
    assert (placed.doubled, inserted("aa bb cc dd Q\naa bb cc dd ee ff QQ", LONG)) == (1, ("QQ",))


@pytest.mark.parametrize(
    ("line", "insertions", "repeated"),
    [
        # Of four tokens three stand in the page: .75. Three tokens are too few to be told from a coincidence.
        ("aa bb cc Q", 0, 1),
        ("aa bb Q", 5, 0),
        # Of five tokens three are .6, two are .4.
        ("aa bb cc Q R", 0, 1),
        ("aa bb Q R S", 7, 0),
        # A run of four tokens of seven is under .6.
        ("aa bb cc dd Q R S", 11, 0),
        ("aa bb cc dd Q R", 0, 1),
    ],
)
def test_a_line_repeats_text_if_three_fifths_of_four_tokens_or_more_stand_already(
    line: str, insertions: int, repeated: int
) -> None:
    placed = align(f"{LONG}\n{line}", LONG)
    assert (placed.insertions, placed.doubled) == (insertions, repeated)
    assert inserted(f"{LONG}\n{line}", LONG) == ((line,) if insertions else ())


def test_what_is_left_of_a_line_is_looked_for_again_from_four_tokens_on() -> None:
    # What the page has last comes first: the longer part is found, and then the other if it has four tokens.
    page = "aa bb cc dd ee ff gg hh ii jj kk ll"
    assert kept("ii jj kk ll aa bb cc dd ee ff gg hh", page) == page.split()
    assert kept("jj kk ll aa bb cc dd ee ff gg hh", page) == page.split()[:8]
    assert inserted("jj kk ll aa bb cc dd ee ff gg hh", page) == ("jj kk ll",)


def test_what_is_left_after_the_part_found_is_looked_for_again_too() -> None:
    page = "aa bb cc dd ee ff gg hh ii jj kk ll"
    assert kept("ee ff gg hh ii jj kk ll aa bb cc dd", page) == page.split()
    assert kept("ee ff gg hh ii jj kk ll bb cc dd", page) == [*page.split()[4:]]
    assert inserted("ee ff gg hh ii jj kk ll bb cc dd", page) == ("bb cc dd",)


def test_a_line_in_three_parts_is_found_part_by_part() -> None:
    # Eight tokens, six and four, last to first: 35 pairs of neighbours without the two where parts meet, 18 in words.
    parts = ["aa bb cc dd", "ee ff gg hh ii jj", "kk ll mm nn oo pp qq rr"]
    placed = align(" ".join(reversed(parts)), " ".join(parts))
    assert (placed.kept.sum(), placed.insertions, placed.doubled) == (36, 0, 0)
    assert placed.whitespace == WhitespaceErrors(15, 0, 18, 0, 0, 0)


def test_a_word_of_one_letter_at_the_very_start_is_taken_once() -> None:
    assert sorted(inserted("a\na bb cc dd Q ff", "a bb cc dd ee ff")) == ["Q", "a"]


def test_text_that_is_taken_is_not_matched_again_token_by_token() -> None:
    # The second line repeats the first, 8 of its 17 characters; the rest of the page is found.
    page = "aa bb cc dd ee ff gg hh"
    placed = align("aa bb cc dd\naa bb cc dd ee ff gg hh Q", page)
    assert kept("aa bb cc dd\naa bb cc dd ee ff gg hh Q", page) == page.split()
    assert (placed.doubled, inserted("aa bb cc dd\naa bb cc dd ee ff gg hh Q", page)) == (0, ("Q",))
    # 8 of 15: doubled.
    assert doubled("aa bb cc dd\naa bb cc dd e f g hhh Q", "aa bb cc dd e f g hhh") == 1


# Sentences of a line


def test_a_sentence_of_four_tokens_is_placed_on_its_own_and_one_of_three_is_not() -> None:
    # A point is a token. What stands already is a repetition on its own, beside eleven new tokens it is an insertion.
    new = "Q R S T U V W X Y Z."
    assert inserted(f"aa bb cc. dd ee\naa bb cc. {new}", "aa bb cc. dd ee") == (new,)
    assert inserted(f"aa bb. dd ee\naa bb. {new}", "aa bb. dd ee") == (f"aa bb. {new}",)


def test_new_sentences_on_both_sides_of_a_known_one_are_insertions_apart() -> None:
    placed = align("Q R S. T U V W. aa bb cc. X Y Z.", "aa bb cc. dd")
    assert sorted(inserted("Q R S. T U V W. aa bb cc. X Y Z.", "aa bb cc. dd")) == ["Q R S. T U V W.", "X Y Z."]
    assert placed.insertions == 4 + 5 + 4  # the points count


def test_sentences_end_at_marks_before_white_space_with_their_closing_quotes() -> None:
    page = 'aa bb cc." dd ee\n'
    assert inserted('aa bb cc." Q R S T U V W X Y Z', page) == ("Q R S T U V W X Y Z",)


# Order


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("abcde", 0),
        ("bacde", 1),
        ("eabcd", 1),
        ("edcba", 4),
        # The longest run in order: a d e is found though b, which is smaller than d, comes last.
        ("adeb", 1),
        ("cdabe", 2),
        ("bdaec", 2),
        ("a", 0),
    ],
)
def test_lines_to_move_are_those_outside_the_longest_run_in_order(order: str, expected: int) -> None:
    page = "\n".join(letter * 2 for letter in "abcde")
    assert len(align("\n".join(letter * 2 for letter in order), page).moved_spans) == expected


def test_doubled_lines_and_insertions_are_not_out_of_order() -> None:
    assert len(align("bb\nQ\nbb\ncc\naa", "aa\nbb\ncc").moved_spans) == 1


def test_the_order_of_lines_is_that_of_their_starts() -> None:
    # The first line's sentence holds "bb", which is placed before it; it starts before it and ends after it.
    placed = align("aa bb cc dd ee. Q\nbb", "aa bb cc dd ee.\n")
    assert (placed.doubled, len(placed.moved_spans)) == (0, 0)
    placed = align("bb\naa bb cc dd ee. Q", "aa bb cc dd ee.\n")
    assert (placed.doubled, len(placed.moved_spans)) == (0, 1)


def test_lines_that_start_at_the_same_place_are_in_order() -> None:
    # The second line starts with four tokens that stand already, less than half of it: it is not doubled.
    placed = align("aa bb cc.\naa bb cc. dddd eeee ffff Q gggg", "aa bb cc. dddd eeee ffff gggg\n")
    assert (
        placed.doubled,
        len(placed.moved_spans),
        inserted("aa bb cc.\naa bb cc. dddd eeee ffff Q gggg", "aa bb cc. dddd eeee ffff gggg\n"),
    ) == (0, 0, ("Q",))


# The places of characters, shown by what becomes of white space


def places(output: str, page: str) -> WhitespaceErrors:
    return align(output, page).whitespace


def test_an_insertion_is_no_neighbour_of_the_text_beside_it() -> None:
    # Of aabbccddee, without "aa": seven pairs in words 4, between words 3. An insertion has no place, as the page's
    # first, second or third character would be one.
    page = "aa bb cc dd ee"
    assert places("Q bb cc dd ee", page) == WhitespaceErrors(3, 0, 4, 0, 0, 0)
    page = "a b c d e"
    assert places("Q b c d e", page) == WhitespaceErrors(3, 0, 0, 0, 0, 0)
    assert places("Q R c d e a b", "a b c d e") == places("R Q c d e a b", "a b c d e")


def test_words_of_another_length_in_the_page_have_no_places_for_their_letters() -> None:
    # die straße ist lang heute: in words 2 + 2 + 3 + 4 pairs without those of straße, between the last three 2.
    placed = align("DIE STRASSE IST LANG HEUTE", "die straße ist lang heute")
    assert placed.whitespace == WhitespaceErrors(2, 0, 11, 0, 0, 0)
    assert runs(placed.kept) == [(0, 3), (4, 10), (11, 14), (15, 19), (20, 25)]
    assert placed.insertions == 0


def test_every_sentence_of_a_line_has_its_own_place() -> None:
    # The second sentence stands in the page before the first, and the line break between its words is lost.
    page = "dd ee\nff gg.\naa bb cc dd.\n"
    assert places("aa bb cc dd. dd ee ff gg.", page) == WhitespaceErrors(6, 0, 10, 0, 1, 1)


def test_sentences_that_are_aligned_together_start_where_the_first_does() -> None:
    # Without Q and R eight pairs in aa, bb, "dd.", ee, ff, "hh." and three between aa bb, "dd. ee" and ee ff.
    page = "aa bb cc dd. ee ff gg hh."
    assert places("aa bb Q dd. ee ff R hh.", page) == WhitespaceErrors(3, 0, 8, 0, 0, 0)


# Nothing


@pytest.mark.parametrize("page", ["", "\n", "aa"])
@pytest.mark.parametrize("output", ["", "\n \n", "---", "\u200b"])
def test_an_output_without_text_is_all_zeros(output: str, page: str) -> None:
    placed = align(output, page)
    assert placed.kept.tolist() == [False] * len(page)
    assert placed == Placement(
        placed.kept,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        (),
        (),
        (),
        WhitespaceErrors(0, 0, 0, 0, 0, 0),
        WritingDifferences(0, 0, 0, 0, 0),
    )


def test_a_page_without_text_keeps_nothing() -> None:
    placed = align("aa bb", "")
    assert (placed.characters, placed.insertions, placed.blocks, inserted("aa bb", "")) == (4, 4, 1, ("aa bb",))
    assert np.array_equal(placed.kept, [])


# Outputs much longer than their page


def test_a_word_on_many_lines_takes_its_places_in_the_page_and_is_doubled_after_that() -> None:
    page = "the aa the bb\nthe\ncc the"  # four places
    placed = align("the\n" * 20_000, page)
    assert [page[start:end] for start, end in runs(placed.kept)] == ["the"] * 4
    assert (placed.characters, placed.repeated, placed.insertions) == (60_000, 60_000 - 4 * 3, 0)
    assert (placed.blocks, placed.doubled) == (20_000, 20_000 - 4)


def test_many_lines_of_words_that_the_page_has_not_are_insertions() -> None:
    placed = align("\n".join(f"x{number} y z" for number in range(20_000)), "aa bb cc dd")
    assert not placed.kept.any()
    assert placed.insertions == placed.characters
    assert placed.unplaced_blocks == placed.blocks == 20_000


def test_a_line_of_many_sentences_of_the_page_keeps_each_once() -> None:
    page = "Aa bb cc dd. Ee ff gg hh."
    placed = align(" ".join([page] * 5_000), page)
    assert runs(placed.kept) == runs(align(page, page).kept)
    assert (placed.insertions, placed.repeated) == (0, 4_999 * 18)

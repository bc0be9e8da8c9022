"""What became of the spaces and line ends between characters: merged, split, run together."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.text.alignment import align
from detente.text.whitespace import WhitespaceErrors, gaps, whitespace_errors

NONE = WhitespaceErrors(0, 0, 0, 0, 0, 0)


def inserted(output: str, page: str) -> tuple[str, ...]:
    """What of an output stands nowhere in the page."""
    return tuple(output[start:end] for start, end in align(output, page).inserted_spans)


def of(output: str, page: str, source: list[int] | None = None) -> WhitespaceErrors:
    """The counts for an output all of whose characters stand in the page, in its order, unless `source` says where."""
    places = range(len("".join(output.split()))) if source is None else source
    return whitespace_errors(gaps(output), gaps(page), np.array(places, dtype=np.int64))


# Gaps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab", [0, 0]),
        ("a b", [1, 0]),
        ("a \t b", [1, 0]),
        ("a\nb", [2, 0]),
        # A line end counts wherever it stands in the white space, and once.
        ("a \n\n b c", [2, 1, 0]),
        ("a\u00a0b\u2003c", [1, 1, 0]),
        # White space before the first character follows none.
        ("\n ab", [0, 0]),
        ("a", [0]),
        ("", []),
        (" \n", []),
    ],
)
def test_a_gap_is_what_follows_a_character(text: str, expected: list[int]) -> None:
    assert gaps(text).tolist() == expected


# By hand. The page "ab cd\nef gh" has seven pairs of neighbours: ab, cd, ef, gh without white space between
# them; bc, de, fg with some, and de with a line end.

PAGE = "ab cd\nef gh"


def test_the_page_itself_loses_nothing() -> None:
    assert of(PAGE, PAGE) == WhitespaceErrors(
        spaces=3, merged_words=0, solid=4, split_words=0, line_breaks=1, lost_line_breaks=0
    )


@pytest.mark.parametrize(
    ("output", "merged", "split", "lost"),
    [
        ("abcd\nef gh", 1, 0, 0),
        ("a b cd\nef g h", 0, 2, 0),
        ("ab cd ef gh", 0, 0, 1),
        # Words merged over a line end lose both the space and the line end.
        ("ab cdef gh", 1, 0, 1),
        ("abcdefgh", 3, 0, 1),
        # Every space gone elsewhere: three merged, four split.
        ("a bc de fg h", 3, 4, 1),
        # A line end in the place of nothing or of a space, or more white space than there was.
        ("a\nb\ncd\n\n ef  gh", 0, 1, 0),
    ],
)
def test_words_are_merged_or_split_and_line_breaks_lost(output: str, merged: int, split: int, lost: int) -> None:
    assert of(output, PAGE) == WhitespaceErrors(3, merged, 4, split, 1, lost)


def test_nothing_is_counted_across_blocks_that_were_not_neighbours() -> None:
    # The second block first: ef, fg, gh and ab, bc, cd; between h and a nothing.
    assert of("ef gh\nab cd", PAGE, [4, 5, 6, 7, 0, 1, 2, 3]) == WhitespaceErrors(2, 0, 4, 0, 0, 0)
    assert of("ef ghab cd", PAGE, [4, 5, 6, 7, 0, 1, 2, 3]) == WhitespaceErrors(2, 0, 4, 0, 0, 0)
    # cd and ef left out: ab, gh.
    assert of("abgh", PAGE, [0, 1, 6, 7]) == WhitespaceErrors(0, 0, 2, 0, 0, 0)
    # The same character twice.
    assert of("a b b", PAGE, [0, 1, 1]) == WhitespaceErrors(0, 0, 1, 1, 0, 0)


def test_nothing_is_counted_next_to_a_character_without_a_place() -> None:
    # −1 and 0 differ by one, and are no neighbours.
    assert of("x ab", PAGE, [-1, 0, 1]) == WhitespaceErrors(0, 0, 1, 0, 0, 0)
    assert of("ab x cd", PAGE, [0, 1, -1, 2, 3]) == WhitespaceErrors(0, 0, 2, 0, 0, 0)
    assert of("x y", PAGE, [-1, -1]) == NONE


def test_text_without_two_neighbours_has_nothing_to_count() -> None:
    assert of("", PAGE) == of("", "") == NONE
    assert of("a", PAGE) == of("\nh\n", PAGE, [7]) == NONE


# Against a count of one pair at a time

SPACES = st.sampled_from(["", "", " ", "\n", "  ", " \n", "\n\n", "\t"])


@settings(max_examples=300)
@given(st.lists(st.tuples(SPACES, SPACES, st.booleans()), max_size=15), st.randoms(use_true_random=False))
def test_the_counts_are_those_of_a_count_pair_by_pair(
    pairs: list[tuple[str, str, bool]], chance: random.Random
) -> None:
    def kind(white: str) -> int:
        return 2 if "\n" in white else 1 if white else 0

    page = "".join("x" + there for there, _, _ in pairs) + "x"
    output = "".join("x" + here for _, here, _ in pairs) + "x"
    # The output in pieces, each somewhere else in a page of all its characters.
    pieces = np.split(np.arange(len(pairs) + 1), [n for n, (_, _, cut) in enumerate(pairs, start=1) if cut])
    order = chance.sample(range(len(pieces)), len(pieces))
    source = np.concatenate([pieces[number] for number in order])
    expected = [0] * 6
    for at in range(len(pairs)):
        if source[at + 1] == source[at] + 1:
            there, here = kind(pairs[source[at]][0]), kind(pairs[at][1])
            for count, (holds, lost) in enumerate(
                [(there > 0, here == 0), (there == 0, here > 0), (there == 2, here < 2)]
            ):
                expected[2 * count] += holds
                expected[2 * count + 1] += holds and lost
    assert whitespace_errors(gaps(output), gaps(page), source) == WhitespaceErrors(*expected)


# Through the alignment

NEWS = (
    "Ministers meet again\n"
    "The two ministers met on Monday.\n"
    "A spokesman declined to comment.\n"
    "The harbour will be closed for a week.\n"
)
LINES = NEWS.splitlines()
# The lines have 18, 27, 28 and 31 characters, 104 in all and 103 pairs of neighbours; white space stands between the
# 2 + 5 + 4 + 7 pairs inside the lines and the 3 between them.
WHOLE = WhitespaceErrors(spaces=21, merged_words=0, solid=82, split_words=0, line_breaks=3, lost_line_breaks=0)


def test_a_page_aligned_with_itself_has_no_whitespace_error() -> None:
    assert align(NEWS, NEWS).whitespace == WHOLE
    assert align("\n\n".join(f"- **{line}**" for line in LINES), NEWS).whitespace == WHOLE


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (NEWS.replace("two ministers", "twoministers"), {"merged_words": 1}),
        (NEWS.replace("ministers met", "minis ters met"), {"split_words": 1}),
        (NEWS.replace("\n", " "), {"lost_line_breaks": 3}),
        (NEWS.replace("Monday.\nA", "Monday.A"), {"merged_words": 1, "lost_line_breaks": 1}),
        ("".join(NEWS.split()), {"merged_words": 21, "lost_line_breaks": 3}),
        (NEWS.replace("met on", "met\non"), {}),
    ],
)
def test_an_alignment_counts_whitespace_errors_of_text_in_order(changed: str, expected: dict[str, int]) -> None:
    assert align(changed, NEWS).whitespace == WHOLE._replace(**expected)


def test_an_alignment_counts_nothing_across_blocks_moved_or_left_out() -> None:
    # Moved to the end, the second line parts from the first and the third, and they from it: of 3 line ends 1 is left.
    moved = [LINES[0], LINES[2], LINES[3], LINES[1]]
    assert align("\n".join(moved), NEWS).whitespace == WHOLE._replace(spaces=19, line_breaks=1)
    # Left out: the second line's 5 spaces and 21 pairs without go too.
    assert align("\n".join(moved[:3]), NEWS).whitespace == WHOLE._replace(spaces=14, solid=61, line_breaks=1)


def test_an_alignment_counts_nothing_next_to_an_inserted_word() -> None:
    # "two" is "three": its pairs with "The" and "ministers", and its own two, are not in the output.
    placed = align(NEWS.replace("two", "three"), NEWS)
    assert inserted(NEWS.replace("two", "three"), NEWS) == ("three",)
    assert placed.whitespace == WHOLE._replace(spaces=19, solid=80)


def test_an_output_without_a_place_has_nothing_to_count() -> None:
    assert align("", NEWS).whitespace == align("\n", NEWS).whitespace == NONE
    assert align("Nothing of the sort was ever said here", NEWS).whitespace == NONE

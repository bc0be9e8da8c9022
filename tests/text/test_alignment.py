"""Where an output stands in its page: kept, doubled, moved, made up."""

import random
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.text.alignment import _promising, align
from detente.text.tokens import is_space

PAGE = (
    "Skip to content\n"
    "Ministers meet again\n"
    "The two ministers met on Monday, and both said that the talks had been useful.\n"
    "“We agreed on two things,” one of them said, without saying which.\n"
    "A spokesman declined to comment.\n"
    "Read more\n"
    "2 days ago\n"
    "The harbour will be closed for a week.\n"
    "2 days ago\n"
    "Share\n"
)
LINES = PAGE.splitlines()


def inserted(output: str, page: str) -> tuple[str, ...]:
    """What of an output stands nowhere in the page."""
    return tuple(output[start:end] for start, end in align(output, page).inserted_spans)


def kept(output: str, page: str = PAGE) -> str:
    return "".join(character for character, keep in zip(page, align(output, page).kept, strict=True) if keep)


def dense(text: str) -> str:
    return "".join(text.split())


def test_the_page_itself_is_kept_whole() -> None:
    placed = align(PAGE, PAGE)
    assert np.array_equal(placed.kept, ~is_space(PAGE))
    assert (placed.characters, placed.insertions) == (len(dense(PAGE)), 0)
    assert (placed.blocks, placed.doubled, len(placed.moved_spans)) == (len(LINES), 0, 0)


def test_an_empty_output_keeps_nothing() -> None:
    placed = align(" \n", PAGE)
    assert not placed.kept.any()
    assert (placed.characters, placed.insertions, placed.blocks) == (0, 0, 0)


def test_lines_are_found_whatever_their_breaks() -> None:
    body = " ".join(LINES[2:5])
    assert kept(body) == dense(body)
    assert kept("\n".join(textwrap.wrap(body, 30))) == dense(body)


def test_moved_lines_are_found_and_counted() -> None:
    # Line 7 in front of lines 2 to 4: moving that one restores the order.
    placed = align("\n".join([LINES[7], *LINES[2:5]]), PAGE)
    assert len(placed.moved_spans) == 1
    assert kept("\n".join([LINES[7], *LINES[2:5]])) == dense("".join([*LINES[2:5], LINES[7]]))


def test_a_doubled_line_is_counted_and_is_no_insertion() -> None:
    placed = align("\n".join([LINES[2], LINES[3], LINES[2]]), PAGE)
    assert (placed.blocks, placed.doubled, placed.insertions, len(placed.moved_spans)) == (3, 1, 0, 0)


def test_equal_lines_stand_next_to_the_line_before_them() -> None:
    second = PAGE.rindex("2 days ago")
    placed = align("\n".join([LINES[7], "2 days ago"]), PAGE)
    assert placed.kept[second]
    assert not placed.kept[PAGE.index("2 days ago")]
    assert align("2 days ago", PAGE).kept[PAGE.index("2 days ago")]


def test_a_whole_line_is_preferred_to_a_part_of_one() -> None:
    page = "Read more about the ministers\nRead more\n"
    assert align("Read more", page).kept[page.rindex("Read")]


def test_a_match_starts_and_ends_at_token_boundaries() -> None:
    page = "Shared values\nShare\n"
    assert kept("Share", page) == "Share"
    assert align("Share", page).kept[page.rindex("Share")]
    assert align("Share", "Shared values\n").insertions == 5


def test_text_not_in_the_page_is_an_insertion_however_common_its_words() -> None:
    invention = "The spokesman of the ministers said that on Tuesday the talks will go on at the harbour."
    placed = align(f"{LINES[2]}\n{invention}", PAGE)
    assert placed.insertions == len(dense(invention))
    assert inserted(f"{LINES[2]}\n{invention}", PAGE) == (invention,)
    assert kept(f"{LINES[2]}\n{invention}") == dense(LINES[2])


def test_a_changed_word_is_an_insertion_and_the_rest_of_its_line_kept() -> None:
    assert inserted(LINES[2].replace("useful", "splendid"), PAGE) == ("splendid",)
    assert kept(LINES[2].replace("useful", "splendid")) == dense(LINES[2].replace("useful", ""))


def test_quotes_dashes_case_and_invisible_characters_are_no_insertions() -> None:
    output = LINES[3].replace("“", '"').replace("”", '"').replace("things", "thi\u00adngs")
    assert align(output, PAGE).insertions == 0
    assert align(LINES[2].upper(), PAGE).insertions == 0


@pytest.mark.parametrize(
    "output",
    [
        "## Ministers meet again",
        "* Ministers **meet** again",
        "1. [Ministers meet](https://page.example/1) again",
        "> _Ministers meet again_",
        "| Ministers meet again |",
        "Ministers meet again\n---",
    ],
)
def test_markdown_markers_are_folded(output: str) -> None:
    assert kept(output) == "Ministersmeetagain"
    assert align(output, PAGE).insertions == 0
    assert align(output, PAGE).characters == len("Ministersmeetagain")


def test_marks_that_are_the_pages_own_are_kept() -> None:
    page = "# 1 of 3\n* important *\n[2014] was [a](b)\n"
    assert kept(page, page) == dense(page)
    assert align(page, page).insertions == 0


@settings(max_examples=200)
@given(st.text(alphabet="ab .\n“”*#", max_size=60), st.text(alphabet='ab .\n"*#c', max_size=60))
def test_counts_hold_together_for_any_output_and_page(output: str, page: str) -> None:
    placed = align(output, page)
    assert not placed.kept[is_space(page)].any()
    assert 0 <= placed.insertions <= placed.characters <= len(dense(output))
    assert placed.doubled + len(placed.moved_spans) <= placed.blocks
    assert placed.kept.sum() <= placed.characters


def perturbed(lines: list[str], chance: random.Random) -> tuple[list[str], set[int]]:
    """An output that drops, moves, doubles, joins and cuts lines, and the lines that it holds."""
    held = [number for number in range(len(lines)) if chance.random() < 0.6]
    order = held[:]
    if chance.random() < 0.5 and len(order) > 2:
        moved = order.pop(chance.randrange(len(order)))
        order.insert(chance.randrange(len(order)), moved)
    blocks = [lines[number] for number in order]
    if blocks and chance.random() < 0.5:
        blocks.insert(chance.randrange(len(blocks)), chance.choice(blocks))
    if len(blocks) > 3:
        place = chance.randrange(len(blocks) - 1)
        blocks[place : place + 2] = [blocks[place] + " " + blocks[place + 1]]
    return blocks, set(held)


def test_99_percent_of_characters_are_placed_rightly_on_the_five_pages(gold) -> None:
    chance, wrong, total = random.Random(20240322), 0, 0
    for article in gold.articles.values():
        page = article["text"]
        lines = [line for line in page.split("\n") if line.strip()]
        starts = np.cumsum([0] + [len(line) + 1 for line in page.split("\n")])[:-1]
        starts = [start for start, line in zip(starts, page.split("\n"), strict=True) if line.strip()]
        for _ in range(40):
            blocks, held = perturbed(lines, chance)
            truth = np.zeros(len(page), dtype=bool)
            for number in held:
                truth[starts[number] : starts[number] + len(lines[number])] = True
            found = align("\n".join(blocks), page).kept
            visible = ~is_space(page)
            wrong += int((found != truth)[visible].sum())
            total += int(visible.sum())
    assert wrong / total < 0.01


@pytest.mark.parametrize("width", [1, 5, 12, 20, 40, 78, 120])
def test_a_body_wrapped_at_any_width_is_found_in_its_paragraph_and_not_in_a_caption(width: int) -> None:
    # The caption repeats the middle of the body as a whole line; wrapped lines of the body stand in both.
    caption = "the new bridge over the old canal was opened by the mayor"
    body = f"On Monday {caption}, and the old bridge over the canal was closed by the mayor on the same day."
    page = f"{caption}\n{body}\n{caption}\n"
    placed = align("\n".join(textwrap.wrap(body, width, break_long_words=False)), page)
    start = page.index(body)
    assert placed.kept.tolist() == [
        start <= place < start + len(body) and not character.isspace() for place, character in enumerate(page)
    ]
    assert (placed.insertions, placed.repeated, placed.moved_spans) == (0, 0, ())


def test_every_character_of_an_output_has_one_fate_and_its_place_in_the_output() -> None:
    output = f"## {LINES[1]}\n\n{LINES[7]}\n  Nobody came *at all*.\n{LINES[1]}\n"
    placed = align(output, PAGE)
    shown = [
        [output[start:end] for start, end in spans]
        for spans in (placed.inserted_spans, placed.repeated_spans, placed.moved_spans)
    ]
    assert shown == [["Nobody came *at all*."], [LINES[1]], []]
    # 16 characters without white space and marks, 18 of the line that stands twice.
    assert (placed.insertions, placed.repeated) == (16, 18)
    assert placed.characters == 16 + 2 * 18 + len(dense(LINES[7]))
    # Nobody came at all . is five tokens, Ministers meet again three.
    assert (placed.unplaced_tokens, placed.unplaced_blocks) == (5 + 3, 2)


@pytest.mark.parametrize(("invented", "expected"), [("Q" * 7, 0), ("Q" * 8, 1), ("Q" * 9, 1)])
def test_a_line_of_which_no_more_than_half_has_a_place_is_none_of_the_page(invented: str, expected: int) -> None:
    # aa bb cc dd: eight characters with a place, beside seven, eight and nine without.
    assert align(f"aa bb cc dd {invented}", "aa bb cc dd ee\n").unplaced_blocks == expected


@pytest.mark.parametrize(
    "point",
    [
        0xAD,
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        0x2060,
        0x2062,
        *range(0x2066, 0x206A),
        0xFE0F,
        0xFEFF,
    ],
)
def test_no_invisible_character_is_an_insertion(point: int) -> None:
    mark = chr(point)
    output = LINES[2].replace("ministers", f"{mark}ministers{mark}").replace("useful", f"use{mark}ful")
    placed = align(output, PAGE)
    assert (placed.insertions, placed.characters) == (0, len(dense(LINES[2])))
    assert kept(output) == dense(LINES[2])
    assert placed.writing.invisible == 3


# What is compared at all


@pytest.mark.parametrize(
    ("codes", "promising"),
    [
        ("abcxy", True),  # 3 of 5 are .6
        ("abxyz", False),
        ("abcdvwxyz", True),  # 4 of 9 are less, but stand in a row
        ("abcvdwxyz", False),
        ("a", True),
        ("x", False),
        ("", True),  # nothing is missing
    ],
)
def test_tokens_are_compared_if_a_share_or_a_run_of_them_is_there(codes: str, promising: bool) -> None:
    assert _promising(codes, {*"abcd"}) == promising


def test_tokens_that_two_lines_want_are_those_of_the_longer_one() -> None:
    # Both lines stand once in the page, at the same place: the longer one has it, the shorter one repeats it.
    page = "one two three four five six"
    for output in ("two three four\none two three four five", "one two three four five\ntwo three four"):
        placed = align(output, page)
        assert (placed.repeated, placed.insertions, placed.doubled) == (len("twothreefour"), 0, 1)
        assert placed.kept.sum() == len("onetwothreefourfive")
        at = output.index("two three four\n") if output.startswith("two") else output.index("\n") + 1
        assert placed.repeated_spans == ((at, at + len("two three four")),)

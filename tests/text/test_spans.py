import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text.spans import OFFSET_UNITS, mask_of, overlaps, sums_within, to_code_points


def test_mask_of_overlapping_spans_is_their_union() -> None:
    assert mask_of([(1, 3), (2, 4), (2, 3)], 5).tolist() == [False, True, True, True, False]
    assert mask_of([], 2).tolist() == [False, False]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 1)], "1000"),
        ([(3, 4)], "0001"),
        ([(0, 4)], "1111"),
        ([(1, 2)], "0100"),
        # Touching spans, the same span twice, one span in another, any order.
        ([(0, 2), (2, 3)], "1110"),
        ([(1, 2), (1, 2)], "0100"),
        ([(1, 2), (0, 4)], "1111"),
        ([(3, 4), (0, 1)], "1001"),
        # An empty span covers nothing, at the end of the text neither.
        ([(2, 2), (4, 4)], "0000"),
    ],
)
def test_mask_of_covers_from_the_start_up_to_the_end(spans: list[tuple[int, int]], expected: str) -> None:
    assert "".join("1" if covered else "0" for covered in mask_of(spans, 4)) == expected


def test_mask_of_a_text_without_characters_is_empty() -> None:
    assert mask_of([], 0).tolist() == mask_of([(0, 0)], 0).tolist() == []


def test_sums_within_counts_at_the_edges() -> None:
    values = np.array([True, False, True])
    spans = [(0, 0), (0, 1), (1, 2), (2, 3), (3, 3), (0, 3)]
    assert sums_within(values, spans).tolist() == [0, 1, 0, 1, 0, 2]
    assert sums_within(values, []).tolist() == []
    # More than a byte can count.
    assert sums_within(np.ones(300, dtype=bool), [(0, 300), (1, 300)]).tolist() == [300, 299]


def test_sums_within_counts_each_span() -> None:
    values = np.array([True, False, True, True])
    assert sums_within(values, [(0, 4), (1, 2), (2, 4)]).tolist() == [3, 0, 2]


def test_overlaps_names_neighbours_that_share_a_character() -> None:
    assert overlaps([(0, 2), (2, 4), (3, 5)]) == [((2, 4), (3, 5))]
    assert overlaps([(3, 5), (0, 2), (2, 4)]) == [((2, 4), (3, 5))]


def test_touching_spans_do_not_overlap_and_spans_that_share_one_character_do() -> None:
    assert overlaps([(0, 2), (2, 4)]) == []
    assert overlaps([(0, 3), (2, 4)]) == [((0, 3), (2, 4))]
    assert overlaps([(0, 2), (0, 2)]) == [((0, 2), (0, 2))]
    assert overlaps([(0, 2)]) == overlaps([]) == []


def test_offsets_of_other_units() -> None:
    # "a" 1 byte, "é" 2 bytes, "𝄞" 4 bytes and 2 UTF-16 units, "b".
    text = "aé𝄞b"
    assert to_code_points(text, "utf8").tolist() == [0, 1, -1, 2, -1, -1, -1, 3, 4]
    assert to_code_points(text, "utf16").tolist() == [0, 1, 2, -1, 3, 4]
    assert to_code_points(text, "codepoint").tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("character", "utf8", "utf16"),
    [
        ("\x00", 1, 1),
        ("\x7f", 1, 1),
        ("\x80", 2, 1),
        ("\u07ff", 2, 1),
        ("\u0800", 3, 1),
        ("\ud7ff", 3, 1),
        ("\ue000", 3, 1),
        ("\uffff", 3, 1),
        ("\U00010000", 4, 2),
        ("\U0010ffff", 4, 2),
    ],
)
def test_a_character_is_as_wide_as_its_encoding_on_both_sides_of_every_limit(
    character: str, utf8: int, utf16: int
) -> None:
    for unit, width in (("utf8", utf8), ("utf16", utf16), ("codepoint", 1)):
        # Before it "a", after it "b": an offset in the middle of the character is -1.
        expected = [0, 1, *[-1] * (width - 1), 2, 3]
        assert to_code_points(f"a{character}b", unit).tolist() == expected
        assert to_code_points(character, unit).tolist() == [0, *[-1] * (width - 1), 1]
    assert (len(character.encode()), len(character.encode("utf-16-le")) // 2) == (utf8, utf16)


@pytest.mark.parametrize("unit", OFFSET_UNITS)
def test_an_empty_text_has_one_offset(unit: str) -> None:
    assert to_code_points("", unit).tolist() == [0]


@given(st.text())
def test_every_character_has_its_offset_in_every_unit(text: str) -> None:
    for unit, size in (("utf8", lambda c: len(c.encode())), ("utf16", lambda c: len(c.encode("utf-16-le")) // 2)):
        table, offset = to_code_points(text, unit), 0
        for index, character in enumerate(text):
            assert table[offset] == index
            offset += size(character)
        assert table[offset] == len(text) == table[-1]

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detente.text.spans import mask_of, overlaps, sums_within, to_code_points


def test_mask_of_overlapping_spans_is_their_union() -> None:
    assert mask_of([(1, 3), (2, 4), (2, 3)], 5).tolist() == [False, True, True, True, False]
    assert mask_of([], 2).tolist() == [False, False]


def test_sums_within_counts_each_span() -> None:
    values = np.array([True, False, True, True])
    assert sums_within(values, [(0, 4), (1, 2), (2, 4)]).tolist() == [3, 0, 2]


def test_overlaps_names_neighbours_that_share_a_character() -> None:
    assert overlaps([(0, 2), (2, 4), (3, 5)]) == [((2, 4), (3, 5))]


def test_offsets_of_other_units() -> None:
    # "a" 1 byte, "é" 2 bytes, "𝄞" 4 bytes and 2 UTF-16 units, "b".
    text = "aé𝄞b"
    assert to_code_points(text, "utf8").tolist() == [0, 1, -1, 2, -1, -1, -1, 3, 4]
    assert to_code_points(text, "utf16").tolist() == [0, 1, 2, -1, 3, 4]
    assert to_code_points(text, "codepoint").tolist() == [0, 1, 2, 3, 4]


@given(st.text())
def test_every_character_has_its_offset_in_every_unit(text: str) -> None:
    for unit, size in (("utf8", lambda c: len(c.encode())), ("utf16", lambda c: len(c.encode("utf-16-le")) // 2)):
        table, offset = to_code_points(text, unit), 0
        for index, character in enumerate(text):
            assert table[offset] == index
            offset += size(character)
        assert table[offset] == len(text) == table[-1]

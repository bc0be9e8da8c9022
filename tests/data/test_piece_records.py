"""Records know the lines on which they stood, whether they are read as columns or one by one."""

import pytest

from detente.data.piece_records import Strict, _places, number_of, records_of
from detente.data.pieces import Piece, Stretch


@pytest.mark.parametrize(
    ("data", "form", "count", "places"),
    [
        (b"a\nb\n", "lines", 2, [1, 2]),
        (b"a\nb", "lines", 2, [1, 2]),
        (b"a\n\nb", "lines", 2, [1, 3]),
        (b"a\n\n\nb", "lines", 2, [1, 4]),  # three ends of lines, and a fourth line without one
        (b"\n \na\n", "lines", 1, [3]),
        (b"a\n\nb\n", "lines", 3, [1, 2, 3]),  # as many lines as records: none is skipped
        (b"a\n\nb\n", "lines", 4, None),
        (b"h\na\nb\n", "cells", 2, [2, 3]),
        (b"h\na\n\n\nb", "cells", 2, [2, 5]),
        (b'h\n"a\nb"\nc\n', "cells", 2, [2, 4]),
        (b'h\r"a"\rc\r', "cells", 2, [2, 3]),
        (b'h\n"a"\nc\n', "cells", 3, None),
        (b'h\n"' + b"a" * 200_000 + b'"\n', "cells", 1, None),  # more than the csv module takes for a cell
    ],
)
def test_places_are_lines(data: bytes, form: str, count: int, places: list[int] | None) -> None:
    found = _places(data, form, count)
    assert (None if found is None else found.to_list()) == places


def test_a_cell_whose_lines_are_not_certain_is_read_strictly() -> None:
    long = "a" * 200_000
    stretch = Stretch("f.csv", "cells", 0, None)
    (found,) = records_of(Piece(f'id,label\na,"{long}"\n'.encode(), 0, 2), stretch, lambda words: words)
    assert isinstance(found, Strict)
    assert found.lines == [(2, {"id": "a", "label": long})]


@pytest.mark.parametrize(
    ("location", "number"), [("f.jsonl:7", 7), ("f.parquet:row 7", 7), ("f.jsonl", 0), ("a:b", 0), ("", 0)]
)
def test_a_location_names_a_line_or_none(location: str, number: int) -> None:
    assert number_of(location) == number

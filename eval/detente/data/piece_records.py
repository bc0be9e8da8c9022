"""The records of a piece: as columns of words where these are certain, else line by line, with the lines' numbers."""

import csv
import io
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from detente.data.arrow import table_lines
from detente.data.files import max_input, max_line, max_size, too_large
from detente.data.jsonl import Record, parse_lines
from detente.data.partitions import PLACE
from detente.data.pieces import Fault, Piece, Stretch, long_lines
from detente.data.problems import Problem
from detente.data.tabular import read_records, suffix_of
from detente.data.words import words_of, words_of_table

if TYPE_CHECKING:
    import polars as pl

_SMALL: Final = 1 << 21
"""Bytes of a piece of which no part is looked at by itself any more."""
_FEW: Final = 1 << 14
"""Rows of such a piece of Parquet."""


class Strict(NamedTuple):
    """Records that were read line by line.

    Attributes:
        lines: Each with the number of its line in the stretch.
        faults: The problems of lines that hold none.
    """

    lines: list[tuple[int, Record]]
    faults: list[Fault]


def records_of(
    piece: Piece,
    stretch: Stretch,
    certain: "Callable[[pl.DataFrame], pl.DataFrame | None]",
    read: Collection[str] | None = None,
) -> "Iterator[pl.DataFrame | Strict]":
    """The records of a piece, in order.

    Args:
        piece: The piece.
        stretch: Where it is from.
        certain: From columns of words, as `words_of` gives them, with `PLACE`, to what is kept of them; None if they
            are to be read line by line, of as few lines as possible.
        read: The columns that are to be words; by default all.
    """
    words = _words(piece, stretch, read)
    kept = None if words is None else certain(words)
    if kept is not None:
        yield kept
    elif parts := _parts(piece, stretch):
        for part in parts:
            yield from records_of(part, stretch, certain, read)
    else:
        yield strictly(piece, stretch)


def _name(stretch: Stretch) -> str:
    """A name whose suffix says what is in the pieces."""
    suffix = suffix_of(stretch.path)
    return f"piece{suffix if stretch.form != 'lines' else '.jsonl'}"


def _words(piece: Piece, stretch: Stretch, read: Collection[str] | None) -> "pl.DataFrame | None":
    import polars as pl

    if not isinstance(piece.data, bytes):
        found = words_of_table(piece.data, read)
        places = None if found is None else pl.int_range(1, len(found) + 1, eager=True)
    else:
        if long_lines(piece.data):
            return None
        with max_input(_unlimited(piece.data)):
            found = words_of(piece.data, _name(stretch), read)
        places = None if found is None else _places(piece.data, stretch.form, len(found))
    if found is None or places is None:
        return None
    return found.with_columns((places + piece.before).cast(pl.Int64).alias(PLACE))


def _unlimited(data: bytes) -> int:
    """A limit that lets every piece through: it is short, and its lines have been looked at."""
    return max(max_size(), 50 * len(data))


def _places(data: bytes, form: str, count: int) -> "pl.Series | None":
    """The numbers of the lines that hold so many records; None if that is not certain."""
    import polars as pl

    if form == "cells":
        first = 2  # below the header
        if b'"' in data or b"\r" in data:
            rows = _rows_of_cells(data)
            return pl.Series(rows[1:]) if len(rows) == count + 1 else None
    else:
        first = 1
    if data.count(b"\n") + (not data.endswith(b"\n")) == count + first - 1:
        return pl.int_range(first, first + count, eager=True)
    held = [number for number, line in enumerate(io.BytesIO(data), start=1) if line.strip()][first - 1 :]
    return pl.Series(held) if len(held) == count else None


def _rows_of_cells(data: bytes) -> list[int]:
    """The first line of each row, the header's among them."""
    found, start = [], 1
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline=""))
    try:
        for row in reader:
            if row:
                found.append(start)
            start = reader.line_num + 1
    except csv.Error:
        return []
    return found


def _parts(piece: Piece, stretch: Stretch) -> list[Piece]:
    """Smaller pieces; none if it is small already, or not to be divided."""
    data = piece.data
    if not isinstance(data, bytes):
        if data.num_rows <= _FEW:
            return []
        starts = range(0, data.num_rows, _FEW)
        parts = [data.slice(start, _FEW) for start in starts]
        return [Piece(part, piece.before + start, part.num_rows) for start, part in zip(starts, parts, strict=True)]
    if len(data) <= _SMALL or (stretch.form == "cells" and b'"' in data):
        return []
    header = data[: data.index(b"\n") + 1] if stretch.form == "cells" else b""
    start, before, found = len(header), piece.before, []
    while start < len(data):
        end = data.find(b"\n", start + _SMALL) + 1 or len(data)
        part = data[start:end]
        length = part.count(b"\n") + (not part.endswith(b"\n"))
        found.append(Piece(header + part, before, length))
        start, before = end, before + length
    return found


def strictly(piece: Piece, stretch: Stretch) -> Strict:
    """The records of a piece line by line."""
    data, faults = piece.data, list[Fault]()
    if not isinstance(data, bytes):
        lines, problems = table_lines(data, "")
    else:
        if long := long_lines(data):
            told = too_large("", f"the line has more than {max_line():,} bytes")
            faults = [(piece.before + number, told.code, told.message) for number in long]
            held = data.split(b"\n")
            data = b"\n".join(b"" if number in set(long) else line for number, line in enumerate(held, start=1))
        with max_input(_unlimited(data)):
            read = read_records if stretch.form == "cells" else parse_lines
            lines, problems = read(data, _name(stretch))
    return Strict(
        [(piece.before + number_of(line.location), line.record) for line in lines],
        faults + [(_placed(problem, piece.before), problem.code, problem.message) for problem in problems],
    )


def number_of(location: str) -> int:
    """The line that a location names; 0 if none."""
    number = location.rpartition(":")[2].removeprefix("row ")
    return int(number) if number.isdecimal() else 0


def _placed(problem: Problem, before: int) -> int:
    number = number_of(problem.location)
    return before + number if number else 0

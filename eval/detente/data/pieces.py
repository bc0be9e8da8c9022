"""Files and folders of shards as pieces small enough to be read whole: lines up to a line's end, batches of tables.

A file that is not packed is divided into stretches, which need nothing of one another; a packed one is one stretch,
unpacked as it is read. What cannot be divided, as one JSON array, is refused with the option that reads it whole.
"""

import json
import mmap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

import numpy as np

from detente.data import parquet
from detente.data.arrow import IPC_SUFFIXES
from detente.data.arrow_pieces import about, in_pieces, of_views, refuse_bombs, tables
from detente.data.files import (
    is_packed,
    max_line,
    max_records,
    max_size,
    max_values,
    reason,
    state_of,
    too_large,
    unpacking,
)
from detente.data.problems import Problem, ValidationError
from detente.data.tabular import SEPARATORS, suffix_of

if TYPE_CHECKING:
    import pyarrow

PIECE: Final = 1 << 25
"""About how many bytes a piece has, and a stretch, what one process reads."""
LINES: Final = (".jsonl", ".ndjson", ".json")
SHARDS: Final = (*LINES, *SEPARATORS, ".parquet", *IPC_SUFFIXES)
"""The suffixes of files that hold records, packed or not."""
_ROWS: Final = 1 << 20
"""Rows of Parquet that are unpacked at once, at most."""
_VIEWED: Final = 4
"""So many pieces the pages of a stretch of Parquet may have that are in memory at once: of large row groups."""
_MOST_SHARDS: Final = 100_000
_PACKED: Final = 8
"""About so many times as large is what a packed file holds."""

Fault = tuple[int, str, str]
"""What is wrong: the line in its stretch, 0 for all of it; the code; the message."""


class Stretch(NamedTuple):
    """Part of a file.

    Attributes:
        path: Of the file.
        form: `lines`, `cells` (lines that are rows below a header) or `rows` (of Parquet or Arrow).
        start: Its first byte, row group or batch.
        end: The first that is not in it any more; None for all of a packed file, or of a stream of Arrow.
        header: The header, of cells.
        size: About how many bytes a piece has.
    """

    path: str
    form: str
    start: int
    end: int | None
    header: bytes = b""
    size: int = PIECE


class Piece(NamedTuple):
    """What is read at once.

    Attributes:
        data: Bytes that end where a line ends, below the header if there is one; or rows of Parquet or Arrow.
        before: The lines or rows of the stretch before it: line 1 of the piece is line `before + 1` of the stretch. Of
            cells below a header that was put there, it is one less.
        length: How many lines or rows it has, such a header among them.
    """

    data: "bytes | pyarrow.Table"
    before: int
    length: int


def is_shards(path: Path) -> bool:
    """Whether a path is a folder of files of records, and of nothing else but hidden ones."""
    return path.is_dir() and bool(shards_of(path))


def shards_of(path: Path) -> list[Path]:
    """The files of a folder of shards, by name; the file itself of a file; nothing of another folder.

    One JSON document for each page, as WCXB has them, is no shard: a folder of `.json` files alone is none of shards.
    """
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if not each.name.startswith((".", "_")))
    suffixes = {suffix_of(each.name) for each in found if each.is_file()}
    whole = bool(found) and all(each.is_file() for each in found) and suffixes <= {*SHARDS} - {".json"}
    return found if whole and len(found) <= _MOST_SHARDS else []


def fits(path: Path) -> bool:
    """Whether a file is small enough to be read whole; so is what is no file, as a pipe, until it has been read."""
    if not path.is_file():
        return True
    if path.stat().st_size > max_size():
        return False
    return _unpacked_fits(path, state_of(path))


@lru_cache(maxsize=1 << 10)
def _unpacked_fits(path: Path, _: tuple[int, ...]) -> bool:
    """The same of a file; one that is as it was is looked through once."""
    try:
        if suffix_of(path.name) == ".parquet" and not is_packed(path):
            return _fits_as_parquet(path)
        if suffix_of(path.name) in IPC_SUFFIXES:
            return is_packed(path) or _fits_as_arrow(path)
        size = lines = values = 0
        with unpacking(path) as stream:
            while data := stream.read(PIECE):
                size, lines = size + len(data), lines + data.count(b"\n")
                values += sum(map(data.count, (b",", b"[", b"{", b"\t")))
                if size > max_size() or lines > max_records() or values > max_values():
                    return False
    except (OSError, ValidationError):  # whoever reads it says what is wrong
        pass
    return True


def _fits_as_parquet(path: Path) -> bool:
    import pyarrow

    try:
        found = parquet.about(path)
    except (pyarrow.ArrowException, ValueError):
        return True
    return sum(found.sizes) <= max_size() and found.rows <= max_records() and found.values <= max_values()


def _fits_as_arrow(path: Path) -> bool:
    found = about(path)
    rows = sum(found.rows)
    return found.size <= max_size() and rows <= max_records() and rows * found.columns <= max_values()


def rough_size(path: Path) -> int:
    """About how many bytes files, or shards, have unpacked; 0 of what cannot be told."""
    import pyarrow

    size = 0
    for file in shards_of(path):
        try:
            if suffix_of(file.name) == ".parquet" and not is_packed(file):  # rows that are alike take nearly nothing
                size += sum(parquet.about(file).sizes)
            else:
                size += file.stat().st_size * (_PACKED if is_packed(file) else 1)
        except (pyarrow.ArrowException, OSError, ValueError):  # whoever reads it says what is wrong
            continue
    return size


def can_be_divided(path: Path) -> bool:
    """Whether files, or shards, can be read in pieces."""
    files = [each for each in shards_of(path) if each.is_file()]
    try:
        return bool(files) and all(stretches_of(each) for each in files)
    except ValidationError:
        return False


def stretches_of(path: Path, size: int = PIECE) -> list[Stretch]:
    """The stretches of a file.

    Raises:
        ValidationError: If it cannot be read, or cannot be divided and is too large to be read whole.
    """
    try:
        if suffix_of(path.name) == ".parquet" and not is_packed(path):
            return _of_parquet(path, size)
        if suffix_of(path.name) in IPC_SUFFIXES and not is_packed(path):
            return _of_arrow(path, size)
        return _of_text(path, size)
    except OSError as error:
        message = f"cannot be read: {error.strerror or reason(error)}"
        raise ValidationError([Problem("not-readable", str(path), message)]) from error


def _of_parquet(path: Path, size: int) -> list[Stretch]:
    import pyarrow

    try:
        found = parquet.about(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise ValidationError([Problem("not-json", str(path), f"not Parquet, or damaged: {reason(error)}")]) from error
    return _of_sizes(path, found.sizes, size)


def _of_arrow(path: Path, size: int) -> list[Stretch]:
    found = about(path)
    refuse_bombs(path, found)
    return [Stretch(str(path), "rows", 0, None, size=size)] if found.is_stream else _of_sizes(path, found.sizes, size)


def _of_sizes(path: Path, sizes: Sequence[int], size: int) -> list[Stretch]:
    """The stretches of row groups, or batches, of such sizes."""
    found, start, held = [], 0, 0
    for place, own in enumerate(sizes, start=1):
        held += own
        if held >= size or place == len(sizes):
            found.append(Stretch(str(path), "rows", start, place, size=size))
            start, held = place, 0
    return found or [Stretch(str(path), "rows", 0, 0, size=size)]


def _of_text(path: Path, size: int) -> list[Stretch]:
    name = str(path)
    with unpacking(path) as stream:
        first = b""
        while not first.strip() and (line := stream.readline(max_line() + 1)):
            first = line
    separator = SEPARATORS.get(suffix_of(path.name))
    if separator is None and not _begins_lines(first):
        message = "is no JSON Lines, CSV, Parquet or Arrow, which alone are read in pieces, and"
        raise ValidationError([too_large(name, f"{message} has more than {max_size():,} bytes, unpacked")])
    form = "cells" if separator else "lines"
    if is_packed(path) or (form == "cells" and _has_quotes(path)):
        return [Stretch(name, form, 0, None, size=size)]
    length, header = path.stat().st_size, first if form == "cells" else b""
    return [
        Stretch(name, form, start, min(start + size, length), header if start else b"", size)
        for start in range(0, length, size) or [0]
    ]


def _begins_lines(first: bytes) -> bool:
    """Whether a first line is an object by itself, and not the beginning of a document."""
    bare = first.removeprefix(b"\xef\xbb\xbf").strip()
    if not bare.startswith(b"{") or bare == b"{":
        return False
    try:
        json.loads(bare)
    except (ValueError, RecursionError):
        return bare.endswith(b"}")
    return True


def _has_quotes(path: Path) -> bool:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(b'"') >= 0


def pieces(stretch: Stretch) -> Iterator[Piece]:
    """The pieces of a stretch, one after the other.

    Raises:
        ValidationError: If it is packed and broken or a bomb, or a line is too long.
    """
    if stretch.form != "rows":
        return _lines(stretch)
    return _batches(stretch) if suffix_of(stretch.path) in IPC_SUFFIXES else _rows(stretch)


def _batches(stretch: Stretch) -> Iterator[Piece]:
    before = 0
    for table in tables(Path(stretch.path), stretch.start, stretch.end, stretch.size):
        yield Piece(table, before, table.num_rows)
        before += table.num_rows


def _rows(stretch: Stretch) -> Iterator[Piece]:
    import pyarrow
    from pyarrow.parquet import read_schema

    before, path = 0, Path(stretch.path)
    groups = range(stretch.start, stretch.end or 0)
    try:
        found, schema = parquet.about(path), read_schema(path)
        count, size = (sum(each[group] for group in groups) for each in (found.group_rows, found.sizes))
        frame = parquet.views(path, schema, found, groups, _VIEWED * stretch.size)
        at_once = max(1, min(_ROWS, stretch.size * count // max(size, 1))) if count else 1
        batches = parquet.batches(path, schema, at_once, groups)
        parts = in_pieces(path, schema, batches, stretch.size) if frame is None else of_views(path, frame, stretch.size)
        for table in parts:
            yield Piece(table, before, table.num_rows)
            before += table.num_rows
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        message = f"not Parquet, or damaged: {reason(error)}"
        raise ValidationError([Problem("not-json", stretch.path, message)]) from error


def _lines(stretch: Stretch) -> Iterator[Piece]:
    path, before, header = Path(stretch.path), 0, stretch.header
    with unpacking(path) as stream:
        if stretch.start:  # a line belongs to the stretch in which it begins
            stream.seek(stretch.start - 1)
            _rest_of_line(stream, stretch.path)
        while stretch.end is None or stream.tell() < stretch.end:
            left = stretch.size if stretch.end is None else min(stretch.size, stretch.end - stream.tell())
            data = stream.read(left)
            if not data:
                return
            data += _rest_of_line(stream, stretch.path) if not data.endswith(b"\n") else b""
            if stretch.form == "cells":
                data += _rest_of_row(stream, stretch.path) if data.count(b'"') % 2 else b""
                count = _physical_lines(data)
                if header:
                    yield Piece(header + data, before - 1, count + 1)
                else:
                    yield Piece(data, before, count)
                    header = _header_of(data)
            else:
                count = data.count(b"\n") + (not data.endswith(b"\n"))
                yield Piece(data, before, count)
            before += count


def _rest_of_line(stream: BinaryIO, name: str) -> bytes:
    """What a line still has, up to its end.

    Raises:
        ValidationError: If that is more than a line may have.
    """
    rest = stream.readline(max_line() + 1)
    if len(rest) > max_line():
        raise ValidationError([too_large(name, f"has a line of more than {max_line():,} bytes")])
    return rest


def _rest_of_row(stream: BinaryIO, name: str) -> bytes:
    """What a row still has whose line ends inside of a cell, up to its end; each line is looked at once.

    Raises:
        ValidationError: If that is more than a line may have.
    """
    rest = bytearray()
    while line := _rest_of_line(stream, name):
        rest += line
        if len(rest) > max_line():
            raise ValidationError([too_large(name, f"has a row of more than {max_line():,} bytes")])
        if line.count(b'"') % 2:
            break
    return bytes(rest)


def _physical_lines(data: bytes) -> int:
    """Lines as the reader of CSV counts them, which end in CR, too."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.count(b"\n") + (not data.endswith(b"\n"))


def _header_of(data: bytes) -> bytes:
    """The header of cells, to be put above the next piece: one line, however many it took."""
    held: list[str] = []
    quotes, blank = 0, True
    for line in data.decode("utf-8-sig", "replace").split("\n"):
        held.append(line)
        quotes, blank = quotes + line.count('"'), blank and not line.strip()
        if not blank and not quotes % 2:
            break
    return "".join(f"{line}\n" for line in held).lstrip("\r\n").encode()


def long_lines(data: bytes) -> list[int]:
    """The numbers of the lines that have more bytes than a line may have."""
    if len(data) <= max_line():
        return []
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    sizes = np.diff(ends, prepend=-1, append=len(data))
    return [int(place) + 1 for place in np.flatnonzero(sizes > max_line())]

"""Arrow and Feather files that are not read whole: mapped into memory, and given some batches at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from detente.data.arrow import (
    declared_size,
    has_footer,
    is_flat,
    is_old,
    is_packable,
    leads_astray,
    messages,
    old_version,
    parts_of,
    plain_dictionary,
    rows_in,
    schema_problems,
    shown_size,
    told,
    unpacked_size,
    whole,
)
from detente.data.files import MOST_PACKED, max_size, max_values, too_large
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow

_ROWS: Final = 1 << 20
"""Rows that are given at once, at most."""
_VIEW: Final = 8
"""Bytes of what is not a word; so many are counted for each word, too."""
_NESTED_ROWS: Final = 1 << 10
"""The same of columns with lists or objects."""


class About(NamedTuple):
    """What a file says of itself, before anything of it is unpacked.

    Attributes:
        rows: Of each batch how many it has.
        sizes: Of each batch the bytes of its buffers, unpacked.
        shared: Bytes of the dictionaries, unpacked.
        columns: How many there are.
        is_stream: Whether its batches can be read only one after the other.
    """

    rows: tuple[int, ...]
    sizes: tuple[int, ...]
    shared: int
    columns: int
    is_stream: bool

    @property
    def size(self) -> int:
        """Bytes of all buffers, unpacked."""
        return self.shared + sum(self.sizes)


def about(path: Path) -> About:
    """What an Arrow or Feather file says of itself.

    Raises:
        ValidationError: If it is damaged, Feather of version 1, or has columns that are not read.
    """
    import pyarrow

    name = str(path)
    with told(name), pyarrow.memory_map(name) as source:
        data = source.read_buffer()
        if is_old(memoryview(data)):
            raise ValidationError([old_version(name)])
        rows, sizes, shared = [], [], 0
        for message in messages(data):
            if message.type == "record batch":
                rows.append(rows_in(message))
                sizes.append(declared_size(message))
            else:
                shared += declared_size(message)
        is_stream = not has_footer(memoryview(data))
        with pyarrow.ipc.open_stream(data) if is_stream else pyarrow.ipc.open_file(data) as reader:
            if problems := schema_problems(reader.schema, name):
                raise ValidationError(problems)
            return About(tuple(rows), tuple(sizes), shared, len(reader.schema), is_stream)


def refuse_bombs(path: Path, found: About) -> None:
    """Refuses what unpacks to more than may be held at once, or to far more than the file itself has.

    Raises:
        ValidationError: If it does.
    """
    size = path.stat().st_size
    most = max(found.shared, *found.sizes, 0)
    if most > max(max_size(), size):  # what is not packed is mapped, however large it is
        raise ValidationError([too_large(str(path), f"has a batch of more than {max_size():,} bytes, unpacked")])
    if found.size > _most(path):
        what = f"has more than {_most(path):,} bytes, unpacked, {MOST_PACKED} times its size"
        raise ValidationError([too_large(str(path), what)])


def _most(path: Path) -> int:
    return max(max_size(), MOST_PACKED * path.stat().st_size)


def tables(path: Path, start: int, end: int | None, size: int) -> "Iterator[pyarrow.Table]":
    """The rows of some batches, a few at a time; small batches are put together.

    Args:
        path: Of a file that is no bomb.
        start: The first batch.
        end: The first that is not wanted any more; None for all.
        size: About how many bytes the rows may have that are given at once, each value by itself.

    Raises:
        ValidationError: If a batch is damaged, or has values that rows share and that are too many, each by itself.
    """
    import pyarrow

    name = str(path)
    with told(name), pyarrow.memory_map(name) as source:
        data = source.read_buffer()
        is_stream = not has_footer(memoryview(data))
        with pyarrow.ipc.open_stream(data) if is_stream else pyarrow.ipc.open_file(data) as reader:
            batches = reader if is_stream else map(reader.get_batch, range(start, end or 0))
            yield from in_pieces(path, reader.schema, batches, size)


def in_pieces(
    path: Path, schema: "pyarrow.Schema", batches: "Iterable[pyarrow.RecordBatch]", size: int
) -> "Iterator[pyarrow.Table]":
    """The rows of batches of a file, a few at a time, in which no words are shared; small batches are put together.

    Args:
        path: Of the file.
        schema: Its columns.
        batches: Some of its batches, in which rows may share values.
        size: About how many bytes the rows may have that are given at once, each value by itself.

    Raises:
        ValidationError: If a batch is damaged, or has values that rows share and that are too many, each by itself.
    """
    import pyarrow

    name, left = str(path), _most(path)
    gathered: list[pyarrow.RecordBatch] = []
    rows = held = 0
    most = _ROWS if all(is_flat(field.type) for field in schema) else _NESTED_ROWS
    for batch in batches:
        parts = [part for column in whole(batch).columns for part in parts_of(column)]
        if any(map(leads_astray, parts)):
            raise ValidationError([Problem("not-json", name, "has nulls that are views: write Parquet")])
        columns = list(map(plain_dictionary, batch.columns))
        plain = pyarrow.RecordBatch.from_arrays(columns, batch.schema.names)
        own = sum(map(unpacked_size, columns)) + sum(map(shown_size, parts))
        left -= own
        if left < 0:
            raise ValidationError([_too_large(path)])
        step = max(1, min(most, size * plain.num_rows // max(own, 1)))
        for first in range(0, plain.num_rows, step):
            part = _decoded(plain.slice(first, step))
            if most == _NESTED_ROWS and sum(len(each) for column in part for each in parts_of(column)) > max_values():
                raise ValidationError([too_large(name, f"has rows of more than {max_values():,} values")])
            share = own * part.num_rows // plain.num_rows
            if gathered and (held + share > size or rows + part.num_rows > most):
                yield pyarrow.Table.from_batches(gathered)
                gathered, rows, held = [], 0, 0
            gathered.append(part)
            rows, held = rows + part.num_rows, held + share
    if gathered:
        yield pyarrow.Table.from_batches(gathered)


def of_views(path: Path, frame: "pl.DataFrame", size: int) -> "Iterator[pyarrow.Table]":
    """The same of rows in memory, in which words may be shared.

    Raises:
        ValidationError: If they are too many, each value by itself.
    """
    import numpy as np
    import polars as pl
    from polars import selectors

    words = frame.select(selectors.string().str.len_bytes().cast(pl.Int64).fill_null(0))
    own = (words.sum_horizontal().to_numpy() if words.width else np.zeros(len(frame), int)) + _VIEW * frame.width
    ends = np.cumsum(own)
    if ends[-1] > _most(path):
        raise ValidationError([_too_large(path)])
    start = 0
    while start < len(frame):
        before = ends[start] - own[start]
        end = int(np.searchsorted(ends, before + size, side="right"))
        end = min(max(end, start + 1), start + _ROWS)
        yield frame[start:end].to_arrow(compat_level=pl.CompatLevel.newest())
        start = end


def _too_large(path: Path) -> Problem:
    what = f"has more than {_most(path):,} bytes, each value by itself, {MOST_PACKED} times its size"
    return too_large(str(path), what)


def _decoded(batch: "pyarrow.RecordBatch") -> "pyarrow.RecordBatch":
    """A batch with each word by itself: whoever makes a frame of a dictionary looks each of its words up in all."""
    import pyarrow

    columns = [
        each.dictionary_decode()
        if isinstance(each, pyarrow.DictionaryArray) and is_packable(each.type.value_type)
        else each
        for each in batch.columns
    ]
    return pyarrow.RecordBatch.from_arrays(columns, batch.schema.names)

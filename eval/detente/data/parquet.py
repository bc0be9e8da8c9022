"""Parquet files, in which a word that stands in many rows is stored once: a few kilobytes can hold gigabytes.

What is known before anything is unpacked is what the file says of its row groups. What it says of columns is not asked:
in a damaged file pyarrow ends the process over it.
"""

import io
import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from detente.data.arrow import is_packable, lines_of, name_problems, rows_at_once, too_many
from detente.data.files import reason
from detente.data.jsonl import Line
from detente.data.panics import unprinted
from detente.data.parquet_pages import is_plain
from detente.data.problems import Problem

if TYPE_CHECKING:
    import polars as pl
    import pyarrow

_FEW: Final = 1 << 10
"""Rows that are unpacked at once where each word is one by itself."""
_MOST_VALUES: Final = 1 << 23
"""That are views at once: a hundred megabytes of them."""
_CANNOT: Final = "DictAccumulator"
"""What Arrow names when words cannot be read as a dictionary, since they are stored without what they begin with."""


class About(NamedTuple):
    """What a file says of itself.

    Attributes:
        rows: How many it has.
        values: How many values, if there are no lists.
        sizes: Of each row group the bytes of its pages before they were packed.
        group_rows: Of each row group how many rows it has.
    """

    rows: int
    values: int
    sizes: tuple[int, ...]
    group_rows: tuple[int, ...]


def about(source: "Path | bytes") -> About:
    """What a Parquet file says of itself, by its path or its bytes; whatever pyarrow raises if it is none."""
    from pyarrow import parquet

    found = parquet.read_metadata(io.BytesIO(source) if isinstance(source, bytes) else source)
    groups = [found.row_group(group) for group in range(found.num_row_groups)]
    sizes = tuple(int(group.total_byte_size) for group in groups)
    return About(found.num_rows, found.num_rows * found.num_columns, sizes, tuple(each.num_rows for each in groups))


def batches(
    source: "Path | bytes", schema: "pyarrow.Schema", at_once: int, groups: Sequence[int]
) -> "Iterator[pyarrow.RecordBatch]":
    """The rows of some row groups, in which words that are stored once are in memory once, too.

    Args:
        source: The path of a file, or its bytes.
        schema: Its columns.
        at_once: So many rows at a time, at most.
        groups: The row groups.
    """
    import pyarrow
    from pyarrow.parquet import ParquetFile

    def opened(words: Sequence[str]) -> ParquetFile:
        if isinstance(source, bytes):
            return ParquetFile(io.BytesIO(source), read_dictionary=words)
        return ParquetFile(source, read_dictionary=words, memory_map=True, pre_buffer=False)

    done = 0
    try:
        with opened([each.name for each in schema if is_packable(each.type)]) as file:
            for batch in file.iter_batches(at_once, row_groups=list(groups)):
                yield batch
                done += batch.num_rows
        return
    except (pyarrow.ArrowNotImplementedError, OSError) as error:
        if _CANNOT not in str(error):
            raise
    with opened([]) as file:
        for batch in file.iter_batches(min(at_once, _FEW), row_groups=list(groups)):
            if batch.num_rows > done:
                yield batch.slice(done)
            done = max(done - batch.num_rows, 0)


def views(path: Path, schema: "pyarrow.Schema", found: About, groups: range, most: int) -> "pl.DataFrame | None":
    """The rows of some row groups, with words that are views of the file's pages: those that rows share are there once.

    Args:
        path: Of the file.
        schema: Its columns.
        found: What it says of itself.
        groups: The row groups.
        most: So many bytes their pages may have, unpacked.

    Returns:
        None if there are more of these, or very many values; if a column is of anything but words, numbers and truth
        values; or if polars cannot read it. `batches` reads what it can, or says what is wrong.
    """
    import polars as pl

    rows = sum(found.group_rows[group] for group in groups)
    if not all(map(_is_word_or_number, schema.types)) or rows * len(schema) > _MOST_VALUES or not rows:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if not is_plain(memoryview(data), groups, most):
            return None
    first = sum(found.group_rows[: groups.start])
    try:
        with unprinted():
            frame = pl.scan_parquet(path, glob=False, hive_partitioning=False).slice(first, rows).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None
    return frame if len(frame) == rows else None


def _is_word_or_number(kind: "pyarrow.DataType") -> bool:
    from pyarrow import types

    words = types.is_string(kind) or types.is_large_string(kind)
    return bool(words or types.is_boolean(kind) or types.is_integer(kind) or kind in ("float", "double"))


def parquet_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """The rows of a Parquet file that is read whole, and every problem."""
    import pyarrow
    from pyarrow import parquet

    try:
        found, schema = about(data), parquet.read_schema(io.BytesIO(data))
        if problems := name_problems(schema, name) or too_many(found.rows, found.values, name):
            return [], problems
        return lines_of(batches(data, schema, rows_at_once(schema), range(len(found.sizes))), name)
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, ArithmeticError, MemoryError) as error:
        return [], [Problem("not-json", name, f"not Parquet, or damaged: {reason(error)}")]

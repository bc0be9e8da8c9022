"""Tables of words, read column by column: what the strict readers find, as a frame, where that is certain.

A line takes a hundred bytes of memory here, and a thousand as an object. Wherever a line could
be read in two ways, or is wrong, there is no frame: the strict reader (`data.tabular`) says what is there, and where.
"""

import csv
import io
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from detente.data import parquet
from detente.data.arrow import IPC_SUFFIXES, ipc_table
from detente.data.columns import WORDS, header_faults
from detente.data.files import max_input, max_line, max_records, max_size, max_values
from detente.data.jsonl import parse_lines
from detente.data.panics import unprinted
from detente.data.parquet_pages import is_plain
from detente.data.spellings import printed
from detente.data.tabular import SEPARATORS, cell, suffix_of

if TYPE_CHECKING:
    import polars as pl
    import pyarrow

_BOM: Final = b"\xef\xbb\xbf"
_UNLIMITED: Final = 1 << 62
_BLOCK: Final = 1 << 24
_LINES_AT_ONCE: Final = 200_000
_MOST_SHAPES: Final = 1_000
"""Of lines of JSON; those of more have values that are neither words nor numbers of few digits."""
_NUMBER_SIZE: Final = 8
"""Bytes of a number, as the strict reader of tables counts them."""
_PLACEHOLDERS: Final = ((str, "w"), (int, 0), (float, 0.5), (type(None), None))
_JSON_WORD: Final = (
    r'(:[ \t]*)"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u(?:[0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})'
    r'|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*"'
)
"""A word after a colon: without half a surrogate pair, which the strict reader finds."""
_JSON_WHOLE: Final = r"(:[ \t]*)(0|-?[1-9][0-9]{0,14})([ \t]*[,}])"
_JSON_DECIMAL: Final = r"(:[ \t]*)-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,30}(?:[eE][-+]?[0-9]{1,2})?([ \t]*[,}])"
NUMBER: Final = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
"""What is a number in a cell of text, for polars."""
_AS_PRINTED: Final = r"^(0|-?[1-9][0-9]{0,14}|-?(0\.0{0,3}|[1-9][0-9]{0,4}\.[0-9]{0,3})[1-9]([0-9]{0,4}[1-9])?)$"
"""Numbers that are printed as they are written: of few digits, without a zero at the end."""


def words_of(data: bytes, name: str, words: Collection[str] | None = None) -> "pl.DataFrame | None":
    """The columns of a file as words, as `printed` gives them; null where a record has no such key.

    Args:
        data: The file's bytes, unpacked.
        name: What it is called, whose suffix says what it is.
        words: The columns that are to be words; by default all. Others are as they stand: words, whole or decimal
            numbers, or the text of cells.

    Returns:
        Columns that have a value, in the order in which the records have them first; None if the strict reader must
        look: at problems, nested or (of words) decimal values, truth values in JSON, limits.
    """
    import polars as pl
    import pyarrow

    broken = (pl.exceptions.PolarsError, pl.exceptions.PanicException, pyarrow.ArrowException, OSError, ValueError)
    read = {".parquet": _parquet, ".csv": _separated, ".tsv": _separated, ".jsonl": _lines, ".ndjson": _lines}
    reader = read.get(suffix_of(name), _ipc if suffix_of(name) in IPC_SUFFIXES else None)
    if reader is None:
        return None
    try:
        with unprinted():
            found = reader(data, name, words)
    except (*broken, csv.Error):
        return None
    return None if found is None else _checked(found)


def words_of_table(table: "pyarrow.Table", words: Collection[str] | None = None) -> "pl.DataFrame | None":
    """The same of a table in memory, or of a part of one, whatever the limits of a file are."""
    import polars as pl

    try:
        found = _plain(_frame_of(table), words)
        with max_input(_UNLIMITED):
            return None if found is None else _checked(found)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        return None


def _plain(found: "pl.DataFrame", words: Collection[str] | None) -> "pl.DataFrame | None":
    """Columns of words and of whole numbers, which are printed in one way; others may be of decimals, or NaN for none.

    None if one of them is of anything else.
    """
    import polars as pl

    plain = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null)
    made = []
    for column, kind in found.schema.items():
        wanted = words is None or column in words
        if kind in plain or kind.is_integer():
            made.append(pl.col(column).cast(pl.String) if wanted or not kind.is_integer() else pl.col(column))
        elif kind in (pl.Float32, pl.Float64) and not wanted:
            made.append(pl.col(column).fill_nan(None))
        else:
            return None
    return found.select(made)


def _checked(found: "pl.DataFrame") -> "pl.DataFrame | None":
    """Columns that have a value, in the order in which records have them first; None if names or limits are wrong."""
    import polars as pl

    if header_faults(found.columns) or any("." in column for column in found.columns):
        return None
    found = found.select(column for column in found if column.null_count() < len(column))
    if not found.width or len(found) > max_records() or found.width * len(found) > max_values():
        return None
    sizes = found.select(
        pl.col(key).str.len_bytes().cast(pl.Int64) if kind == pl.String else pl.lit(_NUMBER_SIZE, pl.Int64).alias(key)
        for key, kind in found.schema.items()
    )
    if sum(sizes.max().row(0)) + 100 * found.width > max_line() or sum(sizes.sum().row(0)) > max_size():
        return None
    first = [int(column.is_not_null().arg_max() or 0) for column in found]
    places = sorted(range(found.width), key=first.__getitem__)
    return found.select(found.columns[place] for place in places)


def _parquet(data: bytes, _: str, words: Collection[str] | None) -> "pl.DataFrame | None":
    import polars as pl

    about = parquet.about(data)
    if about.rows > max_records() or about.values > max_values() or sum(about.sizes) > max_size():
        return None
    if not is_plain(data, range(len(about.sizes)), max_size()):
        return None
    if _plain(pl.DataFrame(schema=pl.read_parquet_schema(io.BytesIO(data))), words) is None:
        return None
    found = pl.read_parquet(io.BytesIO(data))
    shared = found.select(pl.col(pl.Categorical, pl.Enum).cat.len_bytes().cast(pl.Int64).sum())
    return None if sum(size for row in shared.rows() for size in row) > max_size() else _plain(found, words)


def _ipc(data: bytes, _: str, words: Collection[str] | None) -> "pl.DataFrame | None":
    table = ipc_table(data)
    return None if table is None else _plain(_frame_of(table), words)


def _frame_of(table: "pyarrow.Table") -> "pl.DataFrame":
    """A table as a frame, in which a column without a name has none."""
    import polars as pl

    found = pl.DataFrame(pl.from_arrow(table))
    found.columns = table.column_names
    return found


def _separated(data: bytes, name: str, words: Collection[str] | None) -> "pl.DataFrame | None":
    import polars as pl

    separator = SEPARATORS[suffix_of(name)]
    with_carriages = b"\r\n" in data
    data = data.removeprefix(_BOM).replace(b"\r\n", b"\n")
    quoted = b'"' in data
    if any(mark in data for mark in (b"\r", b"\0")) or data.startswith((b"\n", _BOM)):
        return None
    if not quoted and b"\n\n" in data:
        return None
    first = data.partition(b"\n")[0].decode()
    header = next(csv.reader([first], delimiter=separator, strict=True), []) if quoted else first.split(separator)
    if header_faults(header, separator) or len(set(header)) < len(header):
        return None
    numbers = [key for key in header if key not in WORDS and (words is None or key in words)]
    if quoted:
        found = _with_quotes(data, header, separator)
        # In a cell, CRLF is not LF.
        if found is None or (with_carriages and data.count(b"\n") + (data[-1:] != b"\n") != len(found) + 1):
            return None
        return found.with_columns(_printed(found[key]) for key in numbers)
    found = pl.read_csv(
        io.BytesIO(data),
        separator=separator,
        infer_schema=False,
        quote_char=None,
        new_columns=header,
        raise_if_empty=True,
    )
    # Shorter rows are filled up, and longer ones refused by polars, unless their last cells are empty: with all of them
    # whole there are so many separators, and where one may be short, so many in each line.
    mark, cells = separator.encode(), len(header) - 1
    if data.count(mark) != (len(found) + 1) * cells:
        return None
    if found[header[-1]].null_count() and any(line.count(mark) != cells for line in data.rstrip(b"\n").split(b"\n")):
        return None
    return found.with_columns(_printed(found[key]) for key in numbers)


def _with_quotes(data: bytes, header: list[str], separator: str) -> "pl.DataFrame | None":
    """The cells of a file with quoted ones, which Arrow reads, and refuses rows of another length."""
    import polars as pl
    import pyarrow
    from pyarrow import csv as arrow_csv

    if not _encloses_cells(data, separator):
        return None
    table = arrow_csv.read_csv(
        pyarrow.py_buffer(data),
        arrow_csv.ReadOptions(column_names=header, skip_rows=1, block_size=_BLOCK),
        arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        arrow_csv.ConvertOptions(column_types=dict.fromkeys(header, pyarrow.string()), strings_can_be_null=False),
    )
    found = _frame_of(table)
    return found.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _encloses_cells(data: bytes, separator: str) -> bool:
    """Whether quotation marks enclose whole cells, and are doubled inside of them."""
    import numpy as np

    every = np.frombuffer(data, dtype=np.uint8)
    beside = np.zeros(256, dtype=bool)
    beside[[ord(separator), ord("\n"), ord('"')]] = True
    number = 0
    for start in range(0, len(every), _BLOCK):
        marks = np.flatnonzero(every[start : start + _BLOCK] == ord('"')) + start
        opening = marks[number % 2 :: 2]
        closing = marks[1 - number % 2 :: 2]
        number += len(marks)
        before, after = opening[opening > 0] - 1, closing[closing < len(every) - 1] + 1
        if not (beside[every[before]].all() and beside[every[after]].all()):
            return False
    return number % 2 == 0


def _printed(cells: "pl.Series") -> "pl.Series":
    """Cells that are numbers as these are printed: `2` for `2.0`."""
    odd = cells.filter(cells.str.contains(NUMBER) & ~cells.str.contains(_AS_PRINTED)).unique()
    return cells.replace({word: printed(cell(cells.name, word)) for word in odd}) if len(odd) else cells


def _lines(data: bytes, name: str, words: Collection[str] | None) -> "pl.DataFrame | None":
    import polars as pl

    data = data.removeprefix(_BOM)
    if b"\1" in data:  # what parts the columns of one line, below
        return None
    shapes = _shapes(data)
    if shapes is None:
        return None
    records, problems = parse_lines("\n".join(shapes).encode(), name)
    if problems or len(records) != len(shapes):
        return None
    kinds: dict[str, set[type]] = {}
    first: dict[str, None] = {}
    for _, record in records:
        for key, value in record.items():
            if ":" in key or (type(value), value) not in _PLACEHOLDERS:
                return None
            kinds.setdefault(key, set()).update({type(value)} - {type(None)})
            first |= {} if value is None else {key: None}
    if any(len(each - {float}) > 1 or each == {str, float} for each in kinds.values()):
        return None
    types = {
        key: pl.Float64 if float in each else pl.Int64 if int in each else pl.String for key, each in kinds.items()
    }
    return _plain(pl.read_ndjson(io.BytesIO(data), schema={key: types[key] for key in {**first, **kinds}}), words)


def _shapes(data: bytes) -> list[str] | None:
    """The lines with one word for every word, one whole and one decimal number for every such; None if there are many.

    What is left of a line is its keys, and whatever else it is made of. Two lines of the same shape have the same keys
    and types, so that the strict reader finds in one what is wrong with all of them.
    """
    import polars as pl

    lines = pl.read_csv(
        io.BytesIO(data), separator="\1", has_header=False, quote_char=None, infer_schema=False, new_columns=["line"]
    )["line"].drop_nulls()
    if not len(lines) or int(lines.str.len_bytes().max() or 0) + 2 > max_line():  # type: ignore[arg-type]
        return None
    found: dict[str, None] = {}
    for start in range(0, len(lines), _LINES_AT_ONCE):
        part = lines.slice(start, _LINES_AT_ONCE).str.replace_all(_JSON_WORD, '${1}"w"')
        part = part.str.replace_all(_JSON_WHOLE, "${1}0${3}").str.replace_all(_JSON_DECIMAL, "${1}0.5${2}")
        found |= dict.fromkeys(part.unique(maintain_order=True))
        if len(found) > _MOST_SHAPES:
            return None
    return list(found)

"""Tables of words, read column by column: what the strict readers find, as a frame, where that is certain.

A line takes a hundred bytes of memory here, and a thousand as an object. Wherever a line could
be read in two ways, or is wrong, there is no frame: the strict reader (`data.tabular`) says what is there, and where.
"""

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from detente.data.columns import WORDS, header_faults
from detente.data.files import max_input, max_line, max_records, max_size, max_values
from detente.data.spellings import printed
from detente.data.tabular import SEPARATORS, cell, suffix_of

if TYPE_CHECKING:
    import polars as pl
    import pyarrow

_BOM: Final = b"\xef\xbb\xbf"
_UNLIMITED: Final = 1 << 62
_KEY: Final = re.compile(rb'"\s*:')
_LIST: Final = re.compile(rb":\s*\[")
_LIKE_NUMBER: Final = r"^[-+]?\.?[0-9]"
_WHOLE: Final = r"^(0|-?[1-9][0-9]{0,14})$"
"""Whole numbers that are printed as they are written."""


def words_of(data: bytes, name: str) -> "pl.DataFrame | None":
    """The columns of a file as words, as `printed` gives them; null where a record has no such key.

    Args:
        data: The file's bytes, unpacked.
        name: What it is called, whose suffix says what it is.

    Returns:
        Columns that have a value, in the order in which the records have them first; None if the strict reader must
        look: at problems, quoted cells, escapes, nested or decimal values, limits.
    """
    import polars as pl

    read = {".parquet": _parquet, ".csv": _separated, ".tsv": _separated, ".jsonl": _lines, ".ndjson": _lines}
    reader = read.get(suffix_of(name))
    if reader is None:
        return None
    try:
        found = reader(data, name)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None
    return None if found is None else _checked(found)


def words_of_table(table: "pyarrow.Table") -> "pl.DataFrame | None":
    """The same of a table in memory, or of a part of one, whatever the limits of a file are."""
    import polars as pl

    try:
        found = pl.DataFrame(pl.from_arrow(table))
        with max_input(_UNLIMITED):
            return _checked(found.select(pl.all().cast(pl.String))) if _is_plain(found.schema) else None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        return None


def _is_plain(schema: "Mapping[str, pl.DataType]") -> bool:
    """Whether columns are of words, or of whole numbers, which are printed in one way."""
    import polars as pl

    plain = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null)
    return all(kind in plain or kind.is_integer() for kind in schema.values())


def _checked(found: "pl.DataFrame") -> "pl.DataFrame | None":
    """Columns that have a value, in the order in which records have them first; None if names or limits are wrong."""
    import polars as pl

    if header_faults(found.columns) or any("." in column for column in found.columns):
        return None
    found = found.select(column for column in found if column.null_count() < len(column))
    if not found.width or len(found) > max_records() or found.width * len(found) > max_values():
        return None
    sizes = found.select(pl.all().str.len_bytes().cast(pl.Int64))
    if sum(sizes.max().row(0)) + 100 * found.width > max_line() or sum(sizes.sum().row(0)) > max_size():
        return None
    first = [int(column.is_not_null().arg_max() or 0) for column in found]
    places = sorted(range(found.width), key=first.__getitem__)
    return found.select(found.columns[place] for place in places)


def _parquet(data: bytes, _: str) -> "pl.DataFrame | None":
    import polars as pl
    from pyarrow import parquet

    about = parquet.read_metadata(io.BytesIO(data))
    size = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    if about.num_rows > max_records() or about.num_rows * about.num_columns > max_values() or size > max_size():
        return None
    if not _is_plain(pl.read_parquet_schema(io.BytesIO(data))):
        return None
    return pl.read_parquet(io.BytesIO(data)).select(pl.all().cast(pl.String))


def _separated(data: bytes, name: str) -> "pl.DataFrame | None":
    import polars as pl

    separator = SEPARATORS[suffix_of(name)]
    data = data.removeprefix(_BOM).replace(b"\r\n", b"\n")
    if any(mark in data for mark in (b'"', b"\r", b"\0", b"\n\n")) or data.startswith((b"\n", _BOM)):
        return None
    header = data.partition(b"\n")[0].decode().split(separator)
    if header_faults(header, separator) or len(set(header)) < len(header):
        return None
    found = pl.read_csv(
        io.BytesIO(data),
        separator=separator,
        infer_schema=False,
        quote_char=None,
        new_columns=header,
        raise_if_empty=True,
    )
    # Longer rows are refused by polars, shorter ones filled up: with all of them whole there are so many separators.
    if data.count(separator.encode()) != (len(found) + 1) * (len(header) - 1):
        return None
    return found.with_columns(_printed(found[key]) for key in header if key not in WORDS)


def _printed(cells: "pl.Series") -> "pl.Series":
    """Cells that look like numbers as these are printed: `2` for `2.0`."""
    odd = cells.filter(cells.str.contains(_LIKE_NUMBER) & ~cells.str.contains(_WHOLE)).unique()
    return cells.replace({word: printed(cell(cells.name, word)) for word in odd}) if len(odd) else cells


def _lines(data: bytes, _: str) -> "pl.DataFrame | None":
    import polars as pl

    data = data.removeprefix(_BOM)
    if b"\\" in data or b"\0" in data or not data.startswith(b"{") or _LIST.search(data):
        return None
    found = pl.read_ndjson(io.BytesIO(data))
    words = [kind == pl.String for kind in found.dtypes]
    if not all(word or kind.is_integer() for word, kind in zip(words, found.dtypes, strict=True)):
        return None
    if any(column.null_count() for column in found):
        return None
    # A record that has a key twice has more keys than columns; a number among words has too few quotation marks.
    keys, marks = len(_KEY.findall(data)), data.count(b'"')
    if keys != len(found) * found.width or marks != len(found) * 2 * (found.width + sum(words)):
        return None
    return found.select(pl.all().cast(pl.String))

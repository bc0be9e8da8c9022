"""Files of records as lines: JSON Lines, a JSON array, CSV, TSV or Parquet.

A row of a table is the object that JSON would hold: a column `a.b` is the key `b` of the object `a`, and an empty cell
is no key.
"""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.data.files import max_line, max_records, max_size, max_values, reason, too_large, unpacked_name
from detente.data.jsonl import Line, Record, parse_records
from detente.data.problems import Problem
from detente.text.display import quoted

if TYPE_CHECKING:
    import pyarrow

FLAT_SUFFIXES: Final = (".csv", ".tsv", ".parquet")
_SEPARATORS: Final = {".csv": ",", ".tsv": "\t"}
_SEPARATOR_NAMES: Final = {";": "semicolons", ",": "commas", "\t": "tabs"}
_IDS: Final = ("id", "page_id")
_WORDS: Final = (*_IDS, "label", "family", "text", "articleBody", "plaintext", "tool", "error")
"""Columns whose cells are words, whatever they look like: the id `007` is no number."""
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_REPEATED: Final = re.compile(r"(.+)\.\d+")
"""What pandas calls a column whose name is there already: `label.1`."""
_ROWS_AT_ONCE: Final = 20_000
"""Of a table whose unpacked size is known before it is unpacked."""
_NESTED_ROWS_AT_ONCE: Final = 10
"""Of another: few, since a value that rows share is stored once and unpacked for each."""


def read_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """Reads predictions, of which there must be some; see `read_records`."""
    lines, problems = read_records(data, name)
    if not lines and not problems:
        problems.append(Problem("no-predictions", f"{name}:1", "the file is empty: write one prediction a line"))
    return lines, problems


def read_records(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """Reads records by the name's suffix; one that says how the file was packed is passed over.

    Args:
        data: The file's bytes, unpacked.
        name: What to call the file in places.

    Returns:
        The records with their places, and every problem.
    """
    suffix = suffix_of(name)
    if suffix == ".parquet":
        return _parquet_lines(data, name)
    if suffix in _SEPARATORS:
        return _separated_lines(data, name, _SEPARATORS[suffix])
    return parse_records(data, name)


def suffix_of(name: str) -> str:
    """What a file's name says that it is, once unpacked: `.csv` for `P.CSV.GZ`."""
    return Path(unpacked_name(name)).suffix.lower()


def _separated_lines(data: bytes, name: str, separator: str) -> tuple[list[Line], list[Problem]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        return [], [Problem("not-json", f"{name}:{line}", message)]
    csv.field_size_limit(max_line())  # the module's own is 131,072, which the text of a page can exceed
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Line] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    most, start = max_records(), 1
    try:
        for row in reader:
            place, start = f"{name}:{start}", reader.line_num + 1
            if not row:  # a blank line
                continue
            if header is None:
                header = row
                if faults := _header_faults(header, separator):
                    return [], [Problem("not-json", place, fault) for fault in faults]
            elif len(lines) + len(problems) == most:
                problems.append(too_large(place, f"the file has more than {most:,} records"))
                break
            elif len(row) != len(header):
                message = f"expected {len(header)} columns, as in the header, found {len(row)}"
                problems.append(Problem("not-json", place, message))
            else:
                cells = zip(header, row, strict=True)
                lines.append(Line(place, _nested({key: _cell(key, value) for key, value in cells if value != ""})))
    except csv.Error as error:
        problems.append(Problem("not-json", f"{name}:{start}", f"not CSV: {error}"))
    return lines, problems


def _header_faults(columns: Sequence[str], separator: str = "") -> list[str]:
    """What is wrong with the names of columns; `separator` is what divides them in a text file.

    A column without a name, as the index that pandas writes, is none of them.
    """
    if columns[:1] and columns[0].startswith("sep="):
        return [f"the first line is {quoted(separator.join(columns))}, which only Excel reads: delete it"]
    if separator and len(columns) == 1 and re.search(r"[;,\t]", columns[0]):
        wrong = " or ".join(words for mark, words in _SEPARATOR_NAMES.items() if mark != separator)
        return [f"the header has no column id: separate cells by {_SEPARATOR_NAMES[separator]}, not by {wrong}"]
    faults = []
    places: dict[str, list[int]] = {}
    for place, column in enumerate(columns, start=1):
        first = _REPEATED.fullmatch(column)
        places.setdefault(first[1] if first and first[1] in columns else column, []).append(place)
    for column, found in places.items():
        if column and len(found) > 1:
            numbers = ", ".join(map(str, found[:10]))
            faults.append(f"the column {quoted(column)} is there {len(found)} times (columns {numbers}): keep one")
    outer = {column.partition(".")[0] for column in places if "." in column}
    if both := sorted(outer & places.keys() - {""}):
        faults.append(f"the column {quoted(*both)} stands beside columns of its parts: give one or the other")
    if spaced := [column for column in places if column != column.strip()]:
        faults.append(f"the column {quoted(*spaced)} has white space around its name: remove it")
    if not set(_IDS) & {column.strip() for column in columns}:
        faults.append(f"the header has no column id, in small letters: it has {quoted(*places)}")
    return faults


def _cell(column: str, value: str) -> str | float:
    if column in _WORDS or not _NUMBER.fullmatch(value):
        return value
    return float(value)


def _parquet_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    import pyarrow
    from pyarrow import parquet

    lines: list[Line] = []
    try:
        schema = parquet.read_schema(io.BytesIO(data))
        words = [field.name for field in schema if _is_words(field.type)]
        rows_at_once = _ROWS_AT_ONCE if all(_is_flat(field.type) for field in schema) else _NESTED_ROWS_AT_ONCE
        with parquet.ParquetFile(io.BytesIO(data), read_dictionary=words) as file:
            if faults := _header_faults(file.schema_arrow.names):
                return [], [Problem("not-json", name, fault) for fault in faults]
            if file.metadata.num_rows > max_records():
                return [], [too_large(name, f"the file has more than {max_records():,} records")]
            if file.metadata.num_rows * file.metadata.num_columns > max_values():
                return [], [too_large(name, f"the file has more than {max_values():,} values")]
            size = 0
            for rows in file.iter_batches(rows_at_once):
                size += sum(map(_unpacked_size, rows.columns))
                if size > max_size():
                    return [], [too_large(name, f"has more than {max_size():,} bytes, unpacked")]
                for row in zip(*map(_cells, rows.columns), strict=True):
                    cells = zip(rows.schema.names, row, strict=True)
                    record = _nested({column: cell for column, cell in cells if cell is not None})
                    lines.append(Line(f"{name}:row {len(lines) + 1}", record))
    except (pyarrow.ArrowException, OSError, ValueError, LookupError, ArithmeticError, MemoryError) as error:
        return [], [Problem("not-json", name, f"not Parquet, or damaged: {reason(error)}")]
    return lines, []


def _is_words(kind: "pyarrow.DataType") -> bool:
    """Are its values of any length, and can a column of them be read as a dictionary?"""
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _is_flat(kind: "pyarrow.DataType") -> bool:
    """Is a column of it no larger when read than numbers are, shared values aside?"""
    from pyarrow import types

    if types.is_struct(kind):
        return all(types.is_primitive(field.type) for field in kind)
    return bool(_is_words(kind) or types.is_primitive(kind) or types.is_dictionary(kind))


def _unpacked_size(array: "pyarrow.Array") -> int:
    """Bytes of a column's values, those that rows share counted for each."""
    import pyarrow
    from pyarrow import compute

    if not (isinstance(array, pyarrow.DictionaryArray) and _is_words(array.type.value_type)):
        return int(array.nbytes)
    lengths = compute.binary_length(array.dictionary).cast(pyarrow.int64())
    return compute.sum(lengths.take(array.indices)).as_py() or 0


def _cells(array: "pyarrow.Array") -> list[Any]:
    """The values of a column."""
    import pyarrow
    from pyarrow import types

    values = (array.dictionary_decode() if isinstance(array, pyarrow.DictionaryArray) else array).to_pylist()
    return list(map(_plain, values)) if types.is_nested(array.type) or types.is_decimal(array.type) else values


def _plain(value: Any) -> Any:
    """A value as JSON would hold it: without the keys that are null, and decimals as numbers."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return list(map(_plain, value))
    return float(value) if isinstance(value, Decimal) else value


def _nested(flat: Record) -> Record:
    if "." not in "".join(flat):
        return flat
    record: Record = {}
    for key, value in flat.items():
        outer, dot, inner = key.partition(".")
        if dot:
            record.setdefault(outer, {})[inner] = value
        else:
            record[key] = value
    return record

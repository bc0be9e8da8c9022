"""Files of records as lines: JSON Lines, a JSON array, CSV, TSV, Parquet, Arrow or Feather.

A row of a table is the object that JSON would hold: a column `a.b` is the key `b` of the object `a`, and an empty cell
is no key.
"""

import csv
import io
import re
from pathlib import Path
from typing import Final

from detente.data.arrow import IPC_SUFFIXES, ipc_lines
from detente.data.columns import WORDS, header_faults, nested
from detente.data.files import max_line, max_records, too_large, unpacked_name
from detente.data.jsonl import Line, parse_records
from detente.data.parquet import parquet_lines
from detente.data.problems import Problem

FLAT_SUFFIXES: Final = (".csv", ".tsv", ".parquet", *IPC_SUFFIXES)
SEPARATORS: Final = {".csv": ",", ".tsv": "\t"}
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


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
        return parquet_lines(data, name)
    if suffix in IPC_SUFFIXES:
        return ipc_lines(data, name)
    if suffix in SEPARATORS:
        return _separated_lines(data, name, SEPARATORS[suffix])
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
                if faults := header_faults(header, separator):
                    return [], [Problem("not-json", place, fault) for fault in faults]
            elif len(lines) + len(problems) == most:
                problems.append(too_large(place, f"the file has more than {most:,} records"))
                break
            elif len(row) != len(header):
                message = f"expected {len(header)} columns, as in the header, found {len(row)}"
                problems.append(Problem("not-json", place, message))
            else:
                cells = zip(header, row, strict=True)
                lines.append(Line(place, nested({key: cell(key, value) for key, value in cells if value != ""})))
    except csv.Error as error:
        problems.append(Problem("not-json", f"{name}:{start}", f"not CSV: {error}"))
    return lines, problems


def cell(column: str, value: str) -> str | float:
    """What a cell of a text file says: a number where it is written as one, but in columns of words."""
    if column in WORDS or not _NUMBER.fullmatch(value):
        return value
    return float(value)

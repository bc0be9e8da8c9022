"""Prediction files as lines: JSON Lines, CSV or Parquet, packed or not."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from detente.data.files import unpacked_name
from detente.data.jsonl import Line, Record, parse_lines
from detente.data.problems import Problem

FLAT_SUFFIXES: Final = (".csv", ".parquet")


def read_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    """Reads JSON Lines, CSV or Parquet, by the name's suffix; one that says how the file was packed is passed over.

    A CSV or Parquet column `a.b` is the key `b` of the object `a`; an empty cell is no key.
    """
    suffix = Path(unpacked_name(name)).suffix.lower()
    if suffix not in FLAT_SUFFIXES:
        lines, problems = parse_lines(data, name)
    elif suffix == ".csv":
        lines, problems = _csv_lines(data, name)
    else:
        lines, problems = _parquet_lines(data, name)
    if not lines and not problems:
        problems.append(Problem("no-predictions", f"{name}:1", "the file is empty: write one prediction a line"))
    return lines, problems


def _csv_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        return [], [Problem("not-json", f"{name}:{line}", message)]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    start = 1
    try:
        for row in reader:
            place, start = f"{name}:{start}", reader.line_num + 1
            if not row:  # a blank line
                continue
            if header is None:
                header = row
                if fault := _header_fault(header, text.partition("\n")[0]):
                    return [], [Problem("not-json", place, fault)]
            elif len(row) != len(header):
                message = f"expected {len(header)} columns, as in the header, found {len(row)}"
                problems.append(Problem("not-json", place, message))
            else:
                cells = zip(header, row, strict=True)
                lines.append(Line(place, _nested({key: _cell(value) for key, value in cells if value != ""})))
    except csv.Error as error:
        problems.append(Problem("not-json", f"{name}:{start}", f"not CSV: {error}"))
    return lines, problems


def _header_fault(columns: Sequence[str], line: str = "") -> str | None:
    """What is wrong with the names of columns, if anything; `line` is how CSV has them."""
    if "id" not in columns and re.search(r"[;\t]", line):
        return "the header has no column id: separate cells by commas, not by semicolons or tabs"
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        return f"the column {', '.join(map(repr, twice))} stands twice"
    if both := sorted({column.partition(".")[0] for column in columns if "." in column} & set(columns)):
        return f"the column {', '.join(map(repr, both))} stands beside columns of its parts: give one or the other"
    return None


def _cell(value: str) -> str | float:
    try:
        return float(value)
    except ValueError:
        return value


def _parquet_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    try:
        table = pl.read_parquet(data)
    except pl.exceptions.PolarsError as error:
        return [], [Problem("not-json", name, f"not Parquet: {error}")]
    if fault := _header_fault(table.columns):
        return [], [Problem("not-json", name, fault)]
    rows = table.to_dicts()
    records = ({key: value for key, value in row.items() if value is not None} for row in rows)
    return [Line(f"{name}:row {number}", _nested(record)) for number, record in enumerate(records, start=1)], []


def _nested(flat: Record) -> Record:
    record: Record = {}
    for key, value in flat.items():
        outer, dot, inner = key.partition(".")
        if dot:
            record.setdefault(outer, {})[inner] = value
        else:
            record[key] = value
    return record

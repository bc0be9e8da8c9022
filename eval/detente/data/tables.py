"""Prediction files as lines: JSON Lines, CSV or Parquet, packed or not."""

import csv
import io
import re
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
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if "id" not in (reader.fieldnames or ()) and re.search(r"[;\t]", text.partition("\n")[0]):
        message = "the header has no column id: separate cells by commas, not by semicolons or tabs"
        return [], [Problem("not-json", f"{name}:1", message)]
    lines: list[Line] = []
    try:
        for row in reader:
            place = f"{name}:{reader.line_num}"
            if None in row or None in row.values():
                message = f"the row has not the {len(reader.fieldnames or ())} cells that the header names"
                return lines, [Problem("not-json", place, message)]
            lines.append(Line(place, _nested({key: _cell(value) for key, value in row.items() if value != ""})))
    except csv.Error as error:
        return lines, [Problem("not-json", f"{name}:{reader.line_num}", f"not CSV: {error}")]
    return lines, []


def _cell(value: str) -> str | float:
    try:
        return float(value)
    except ValueError:
        return value


def _parquet_lines(data: bytes, name: str) -> tuple[list[Line], list[Problem]]:
    try:
        rows = pl.read_parquet(data).to_dicts()
    except pl.exceptions.PolarsError as error:
        return [], [Problem("not-json", name, f"not Parquet: {error}")]
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

"""Parsing what predictions are made of: texts, line labels, spans. A fault is a `Refused` that names all of it."""

from collections.abc import Sequence
from typing import Final

from detente.data.jsonl import Record, describe
from detente.tasks.task import Refused
from detente.text.spans import OFFSET_UNITS, Span, to_code_points

_UNIT_NAMES: Final = {"codepoint": "characters", "utf8": "bytes", "utf16": "UTF-16 units"}


def offset_unit(record: Record) -> str:
    """What the offsets of a line count: `codepoint` unless it says otherwise."""
    unit = record.get("offset_unit", "codepoint")
    if unit not in OFFSET_UNITS:
        raise Refused(("wrong-type", f"offset_unit is {describe(unit)}, not one of {', '.join(OFFSET_UNITS)}"))
    return str(unit)


def text(value: object) -> str:
    """An output text, which may be empty."""
    if not isinstance(value, str):
        raise Refused(("wrong-type", f"text is {describe(value)}, not a string"))
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = f"text has half a surrogate pair at character {error.start}: write whole characters"
        raise Refused(("wrong-type", message)) from error
    return value


def kept_lines(value: object, lines: Sequence[Span]) -> list[Span]:
    """The lines that are kept, from one 0 or 1 for each."""
    if not isinstance(value, list) or any(type(item) not in (int, bool) or item not in (0, 1) for item in value):
        raise Refused(("wrong-type", "lines must be a list of 0 and 1, one for each non-blank line"))
    if len(value) != len(lines):
        message = f"lines has {len(value)} entries, the page has {len(lines)} non-blank lines: give one for each"
        raise Refused(("line-count", message))
    return [span for span, keep in zip(lines, value, strict=True) if keep]


def spans(value: object, page: str, unit: str, name: str) -> list[Span]:
    """Spans of a page in code points, from `[start, end)` pairs in `unit`; `name` is what to call the list."""
    if not isinstance(value, list):
        raise Refused(("wrong-type", f"{name} is {describe(value)}, not a list of [start, end) pairs"))
    table = to_code_points(page, unit)
    faults, spans = [], []
    for index, pair in enumerate(value):
        where = f"{name}[{index}]"
        if not isinstance(pair, list) or len(pair) != 2 or any(type(offset) is not int for offset in pair):
            faults.append(("wrong-type", f"{where} is {describe(pair)}, not a pair of whole numbers"))
            continue
        start, end = pair
        if start >= end:
            faults.append(("span-empty", f"{where}: start {start} is not before end {end}"))
        elif start < 0 or end >= len(table):
            past = (
                f"start {start} is before the text" if start < 0 else f"end {end} is past the text's {len(table) - 1}"
            )
            faults.append(("span-outside-text", f"{where}: {past}" + (f" {_UNIT_NAMES[unit]}" if start >= 0 else "")))
        elif table[start] < 0 or table[end] < 0:
            faults.append(("span-outside-text", f"{where}: [{start}, {end}) cuts a character in two ({unit} offsets)"))
        else:
            spans.append((int(table[start]), int(table[end])))
    if faults:
        raise Refused(*faults)
    return spans

"""The columns of a table, however it is kept: what is wrong with their names, and the objects that rows are."""

import re
from collections.abc import Sequence
from typing import Final

from detente.data.jsonl import Record
from detente.text.display import quoted

_SEPARATOR_NAMES: Final = {";": "semicolons", ",": "commas", "\t": "tabs"}
_IDS: Final = ("id", "page_id")
WORDS: Final = (*_IDS, "label", "family", "text", "articleBody", "plaintext", "tool", "error")
"""Columns whose cells are words, whatever they look like: the id `007` is no number."""
_REPEATED: Final = re.compile(r"(.+)\.\d+")
"""What pandas calls a column whose name is there already: `label.1`."""


def header_faults(columns: Sequence[str], separator: str = "") -> list[str]:
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
        faults.append(f"the table has no column id{_meant(list(places))}")
    return faults


def _meant(columns: Sequence[str]) -> str:
    """The end of a message that there is no column id: the one that is meant, as `ID` or `item_id`, else all."""
    like = [column for column in columns if "id" in re.split(r"[\W_]+", column.casefold())]
    if len(like) == 1:
        return f"; did you mean {quoted(like[0])}? Call it id"
    return f": it has {quoted(*columns)}; call the one that names the units id"


def nested(flat: Record) -> Record:
    """The object that a row is: a column `a.b` is the key `b` of the object `a`."""
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

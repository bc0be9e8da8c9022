"""The one reader of prediction lines: a task says what each value must be, and every fault of a line comes at once.

A `Reader` takes a `Field`, a value with its path, and gives what the value means. What is wrong it notes among the
faults of the line, and gives None; reading goes on, so that the next value is looked at too. `read` raises all of it
at the end, so that nothing is ever made of a line with a fault.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from detente.data.jsonl import Record, describe
from detente.text.display import quoted, shortened
from detente.text.spans import OFFSET_UNITS, Span, to_code_points
from detente.text.tokens import half_character

Fault = tuple[str, str]
"""A code and a message, which names the value's path, what it is and what is allowed."""
_T = TypeVar("_T")
_UNIT_NAMES: Final = {"codepoint": "characters", "utf8": "bytes", "utf16": "UTF-16 units"}
_LEAST_SIMILARITY: Final = 80
"""Of the score of rapidfuzz, 0…100, from which on a known id is suggested for an unknown one."""

_LONGEST_NAME: Final = 1000


class PredictionError(Exception):
    """A prediction that a task cannot use, as `(code, message)` pairs: every fault of it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(message for _, message in faults))


class Field(NamedTuple):
    """A value of a line.

    Attributes:
        value: As JSON holds it.
        path: Where it is in the line: `claims[3].type`; empty for the line itself.
        faults: What is wrong with the line, as far as it has been read: one list for all of its fields.
    """

    value: Any
    path: str
    faults: list[Fault]

    def refuse(self, code: str, message: str) -> None:
        """Notes a fault."""
        self.faults.append((code, message))

    def is_not(self, what: str) -> None:
        """Notes that the value has the wrong type."""
        self.refuse("wrong-type", f"{self.path} is {describe(self.value)}, not {what}")

    def get(self, key: str, reader: "Reader[_T]") -> _T | None:
        """What a reader makes of a key of an object; None if it is not there or null, or its value is refused."""
        if self.value.get(key) is None:
            return None
        return reader(Field(self.value[key], f"{self.path}.{key}" if self.path else key, self.faults))


Reader = Callable[[Field], _T | None]


def read(record: Record, reader: Reader[_T]) -> _T:
    """What a reader makes of a whole line.

    Raises:
        PredictionError: With every fault of the line.
    """
    faults: list[Fault] = []
    made = reader(Field(record, "", faults))
    if faults or made is None:
        raise PredictionError(*faults)
    return made


def label(inventory: Sequence[str], code: str = "label-unknown") -> Reader[str]:
    """One of the words of an inventory."""

    def label(field: Field) -> str | None:
        if field.value in inventory:
            return str(field.value)
        field.refuse(code, f"{field.path} {describe(field.value)} is not one of {', '.join(inventory)}")
        return None

    return label


def string(field: Field) -> str | None:
    """A text, which may be empty."""
    if not isinstance(field.value, str):
        return field.is_not("a string")
    if (place := half_character(field.value)) is not None:
        where = f"half a surrogate pair at character {place}"
        return field.refuse("wrong-type", f"{field.path} has {where}: write whole characters")
    return field.value


def registered(known: Collection[str]) -> Reader[str]:
    """The id of a registered source."""

    def source(field: Field) -> str | None:
        if not isinstance(field.value, str):
            return field.is_not("a source id")
        if field.value in known:
            return field.value
        hint = nearest(field.value, known)
        return field.refuse("label-unknown", f"{field.path} {describe(field.value)} is not a registered source{hint}")

    return source


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message that asks if the most similar id is meant; empty if none is similar."""
    from rapidfuzz.process import extractOne  # only where there is something to complain of

    # Similarity takes time by length, and a name as long as that is no slip of the pen.
    best = extractOne(name, list(known), score_cutoff=_LEAST_SIMILARITY) if len(name) <= _LONGEST_NAME else None
    return f": did you mean {shortened(best[0])}?" if best else ""


def list_of(reader: Reader[_T], what: str, distinct: Callable[[_T], Hashable] | None = None) -> Reader[tuple[_T, ...]]:
    """A list, item by item.

    Args:
        reader: Reads an item.
        what: What the items are, for messages.
        distinct: Items that are equal under it are duplicates, which are refused; None if they may be.
    """

    def items(field: Field) -> tuple[_T, ...] | None:
        if not isinstance(field.value, list):
            return field.is_not(f"a list of {what}")
        made: list[_T] = []
        first: dict[Hashable, str] = {}
        for index, value in enumerate(field.value):
            item, faults = Field(value, f"{field.path}[{index}]", field.faults), len(field.faults)
            one = reader(item)
            if one is None or len(field.faults) > faults:
                continue
            if distinct and (same := first.setdefault(distinct(one), item.path)) != item.path:
                item.refuse("id-duplicate", f"{item.path} is a duplicate of {same}: give it once")
            made.append(one)
        return tuple(made)

    return items


def objects(
    make: Reader[_T],
    required: Sequence[str],
    optional: Sequence[str] = (),
    distinct: Callable[[_T], Hashable] | None = None,
) -> Reader[tuple[_T, ...]]:
    """A list of objects, each of which has the required keys, may have the optional ones, and no others.

    Args:
        make: Reads an object by its keys.
        required: Keys that each has.
        optional: Keys that it may have besides.
        distinct: As of `list_of`.
    """
    known = (*required, *optional)

    def item(field: Field) -> _T | None:
        if not isinstance(field.value, dict):
            return field.is_not("an object")
        if unknown := sorted(field.value.keys() - set(known)):
            field.refuse("unknown-field", f"{field.path} has {quoted(*unknown)}: it knows {', '.join(known)}")
        if missing := [key for key in required if field.value.get(key) is None]:
            field.refuse("wrong-type", f"{field.path} has no {', no '.join(missing)}")
        return make(field)

    return list_of(item, "objects", distinct)


def offset_unit(line: Field) -> str | None:
    """What the offsets of a line count: `codepoint` unless it says otherwise; None if what it says is refused."""
    if line.value.get("offset_unit") is None:
        return "codepoint"
    return line.get("offset_unit", label(OFFSET_UNITS, "wrong-type"))


def span(text: str, unit: str | None) -> Reader[Span]:
    """A span of a text in code points, from a `[start, end)` pair in `unit`; without a unit no offset is judged."""
    table = None if unit is None else to_code_points(text, unit)

    def span(field: Field) -> Span | None:
        pair = field.value
        if not isinstance(pair, list) or len(pair) != 2 or any(type(offset) is not int for offset in pair):
            return field.is_not("a pair of whole numbers")
        start, end = pair
        if start >= end:
            return field.refuse("span-empty", f"{field.path}: start {start} is not before end {end}")
        if table is None or unit is None:
            return None
        if start < 0:
            fault = f"start {start} is before the text"
        elif end >= len(table):
            fault = f"end {end} is past the text's {len(table) - 1} {_UNIT_NAMES[unit]}"
        elif table[start] < 0 or table[end] < 0:
            fault = f"[{start}, {end}) cuts a character in two ({unit} offsets)"
        else:
            return int(table[start]), int(table[end])
        return field.refuse("span-outside-text", f"{field.path}: {fault}")

    return span


def spans(text: str, unit: str | None) -> Reader[tuple[Span, ...]]:
    """Spans of a text, in the order of the line."""
    return list_of(span(text, unit), "[start, end) pairs")

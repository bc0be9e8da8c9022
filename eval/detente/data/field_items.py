"""Parsing a list of objects, such as passages or stances: every fault is named, with the object that it is in."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from detente.data import fields as forms
from detente.data.jsonl import Record, describe
from detente.tasks.task import Refused
from detente.text.spans import Span

_T = TypeVar("_T")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Item:
    """One object of a list.

    Attributes:
        name: What to call it: `passages[3]`.
        fields: Its keys and values.
        faults: What is wrong with it, as far as it has been read.
    """

    name: str
    fields: Record
    faults: list[tuple[str, str]] = field(default_factory=list)

    def read(self, key: str, reader: Callable[[object, str], _T]) -> _T | None:
        """A value, by a reader that is given it and its name; None if it is not there, or is refused."""
        if key not in self.fields:
            return None
        try:
            return reader(self.fields[key], f"{self.name}.{key}")
        except Refused as refused:
            self.faults.extend(refused.faults)
            return None


def items(
    record: Record,
    form: str,
    required: Sequence[str],
    optional: Sequence[str],
    make: Callable[[Item], _Made],
    same: Callable[[_Made], Hashable],
) -> list[_Made]:
    """What a list of objects holds, in its order.

    Args:
        record: The line.
        form: The key of the list.
        required: Keys that each object has.
        optional: Keys that it may have besides.
        make: From an object to its value, which is not looked at if the object has a fault.
        same: Values that are equal under it are duplicates, which are refused.

    Raises:
        Refused: With every fault of every object.
    """
    value = record[form]
    if not isinstance(value, list):
        raise Refused(("wrong-type", f"{form} is {describe(value)}, not a list of objects"))
    faults: list[tuple[str, str]] = []
    found: dict[Hashable, tuple[str, _Made]] = {}
    for index, fields in enumerate(value):
        name = f"{form}[{index}]"
        if not isinstance(fields, dict):
            faults.append(("wrong-type", f"{name} is {describe(fields)}, not an object"))
            continue
        item = Item(name, fields)
        if unknown := sorted(fields.keys() - {*required, *optional}):
            known = ", ".join((*required, *optional))
            item.faults.append(("unknown-field", f"{name} has {', '.join(map(repr, unknown))}: it knows {known}"))
        if missing := [key for key in required if key not in fields]:
            item.faults.append(("wrong-type", f"{name} has no {', no '.join(missing)}"))
        made = make(item)
        faults += item.faults
        if item.faults:
            continue
        first, _ = found.setdefault(same(made), (name, made))
        if first != name:
            faults.append(("id-duplicate", f"{name} says the same as {first}: give it once"))
    if faults:
        raise Refused(*faults)
    return [made for _, made in found.values()]


def span(value: object, name: str, text: str, unit: str) -> Span:
    """One span of a text in code points, from a `[start, end)` pair in `unit`; `name` is what to call it."""
    try:
        return forms.spans([value], text, unit, name)[0]
    except Refused as refused:
        faults = [(rule, message.replace(f"{name}[0]", name, 1)) for rule, message in refused.faults]
        raise Refused(*faults) from None


def label(value: object, name: str, inventory: Sequence[str]) -> str:
    """A label of an inventory; `name` is what to call it."""
    if value not in inventory:
        raise Refused(("label-unknown", f"{name} {describe(value)} is not one of {', '.join(inventory)}"))
    return str(value)

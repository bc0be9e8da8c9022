"""What the formats of annotation tools share: a row of a layer as marked spans, and values beside them.

A row is a `Mark` for each of its spans, which has a tag: the row's main label where it has one and its spans are of
one kind (`headline` of boilerplate, `commitment` of claims), else the kind (`cue_spans` of attribution).
All other fields are words: labels as they are, nested fields as JSON. The formats write and read marks, and nothing
else of a layer.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data import labels as inventory
from detente.data.inventory import PACKAGED, Inventory
from detente.data.jsonl import Line, Record, parse_document
from detente.data.problems import Problem
from detente.dataset import schema
from detente.dataset.annotations import shape_problems
from detente.dataset.checks_spans import span_problem
from detente.tasks.boilerplate.duplicates import Segment, repeats
from detente.tasks.layer import ROW, Layer, spans_in
from detente.text.display import excerpt, quoted, shortened
from detente.text.spans import Span
from detente.text.tokens import token_spans

NO_SPAN: Final = "no_span"
"""The tag of a mark that stands for a row without spans: it lies on the page's first word, and means no place there."""
BELONGS_TO: Final = "belongs_to"
"""The relation from a mark to another one of the same row."""
CONTEXT: Final = 32
"""So many characters before and after a quotation tell it from others with the same words."""
_TRUTHS: Final = ("true", "false")
_FOLLOWS: Final = {"boilerplate": ("zone", "repeats"), "stance": ("id", "label"), "derivation": ("id",)}
"""What other fields of a row, or the page, decide: no tool is asked for it, and reading makes it anew."""
_NUMBERED: Final = {
    "boilerplate": "{article}:b{number:02}",
    "claims": "{article}:c{number:02}",
    "attribution": "{claim}#{number}",
    "reuse": "{article}::{source}#{number:02}",
}
"""The ids of rows that a tool did not give any."""

Values = Mapping[str, tuple[str, ...]]
"""The words of each field; a null and an empty list have none."""
Written = tuple[dict[str, str], list[Problem]]
"""Files by their names, and what their format cannot hold."""


class Mark(NamedTuple):
    """A tag on spans of a page, with the values of its row that a file gives there.

    Attributes:
        place: Where it stands in its file.
        tag: The row's main label, the kind of the spans, or `NO_SPAN`.
        spans: Where it lies, in code points.
        values: Fields of the row, or of the spans themselves, as `link` of a source.
    """

    place: str
    tag: str
    spans: tuple[Span, ...]
    values: Values


class Document(NamedTuple):
    """One page with the rows of one layer, by one annotator.

    Attributes:
        place: Where it stands in its file.
        article: The page.
        rows: The marks of each row.
        annotator: Who made them, where the file says so.
        labelled: Has somebody labelled the page, if only to find nothing?
    """

    place: str
    article: str
    rows: tuple[tuple[Mark, ...], ...]
    annotator: str = ""
    labelled: bool = True


class Slot(NamedTuple):
    """A field of a row that is no span.

    Attributes:
        name: Its name: of a column, or of a truth inside a column that holds several.
        column: The column.
        dtype: The type of the value.
        inventory: The words that it may be; empty where it is open.
        nullable: May it be null?
    """

    name: str
    column: str
    dtype: pl.DataType
    inventory: tuple[str, ...]
    nullable: bool

    @property
    def many(self) -> bool:
        """Is it a list, of which each item is a value?"""
        return isinstance(self.dtype, pl.List)

    @property
    def item(self) -> pl.DataType:
        """The type of one value."""
        return self.dtype.inner if isinstance(self.dtype, pl.List) else self.dtype  # type: ignore[return-value]

    def words(self, value: Any) -> tuple[str, ...]:
        """A value in words."""
        items = value if self.many else [value] if value is not None else []
        return tuple(
            json.dumps(item, ensure_ascii=False) if isinstance(item, dict) else inventory.written(item)
            for item in items
        )

    def value(self, words: Sequence[str]) -> Any:
        """The value of words.

        Raises:
            ValueError: With what is wrong with them, in a sentence.
        """
        if self.many:
            return [self._one(word) for word in words]
        if len(words) > 1:
            raise ValueError(f"{self.name} has {len(words)} values, {quoted(*words)}: it takes one")
        return self._one(words[0]) if words else None

    def _one(self, word: str) -> Any:
        if self.inventory:
            if word not in self.inventory:
                raise ValueError(f"{self.name} {quoted(word)} is not one of {', '.join(self.inventory)}")
            return word == "true" if self.item == pl.Boolean else int(word) if self.item.is_integer() else word
        if not isinstance(self.item, pl.Struct):
            return word
        found, _ = parse_document(word.encode("utf-8", "replace"), self.name)
        if not isinstance(found, dict):
            raise ValueError(f"{self.name} {quoted(word)} is not a JSON object: write it as {shape_of(self.item)}")
        return found


def shape_of(dtype: pl.DataType) -> str:
    """How a nested value is written: `{"proposition": "…", "relation": "…"}`."""

    def example(of: Any) -> Any:
        if isinstance(of, pl.Struct):
            return {each.name: example(each.dtype) for each in of.fields}
        if isinstance(of, pl.List):
            return [example(of.inner)]
        return True if of == pl.Boolean else "…" if of == pl.String else 0

    return json.dumps(example(dtype), ensure_ascii=False)


@dataclass(frozen=True)
class Shape:
    """A layer as the formats see it.

    Attributes:
        layer: The layer.
        kinds: The fields that hold spans of the page itself, each with the whole numbers that its spans have besides.
        slots: The other fields.
        main: The slot that is the tag, where there is one kind of spans and such a label; else None.
        zones: The zone of each type of segments.
    """

    layer: Layer
    kinds: Mapping[str, tuple[str, ...]]
    slots: tuple[Slot, ...]
    main: Slot | None
    zones: Mapping[str, str]

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag. Where a tag is a label, a row without a span could not have it, and there are no such rows."""
        return self.main.inventory if self.main else (*self.kinds, NO_SPAN)

    @property
    def beside(self) -> tuple[Slot, ...]:
        """The slots that are not the tag."""
        return tuple(slot for slot in self.slots if slot != self.main)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What spans have besides their offsets."""
        return tuple(dict.fromkeys(name for names in self.kinds.values() for name in names))

    def marks(self, place: str, row: Record, text: str) -> tuple[Mark, ...]:
        """The marks of a row: one for each span, the row's values at the first."""
        values = {slot.name: words for slot in self.slots if (words := slot.words(_held(slot, row)))}
        found = [
            Mark(place, kind, ((span["start"], span["end"]),), {name: (str(span[name]),) for name in numbers})
            for kind, numbers in self.kinds.items()
            for span in spans_in(row, kind)
        ]
        if not found:
            first = next(iter(token_spans(text)), (0, len(text)))
            return (Mark(place, NO_SPAN, (first,), values),)
        if self.main:
            (tag,) = values.pop(self.main.name)
            found = [mark._replace(tag=tag) for mark in found]
        first_mark, *others = found
        return (first_mark._replace(values={**values, **first_mark.values}), *others)


@cache
def shape(name: str, own: Inventory = PACKAGED) -> Shape:
    """The shape of a layer that has a file for each page, with the labels of a corpus."""
    layer = schema.LAYERS[name]
    columns, may_be_null = schema.annotated_columns(name), schema.nullable(name)
    fields = [each.field for each in layer.spans if each.article == "article"]
    kinds = {each: () if each == ROW else _numbers(columns[each]) for each in fields}
    taken = {*fields, *(("start", "end") if ROW in fields else ()), *_FOLLOWS.get(name, ())}
    slots = []
    for column, dtype in columns.items():
        if column in taken:
            continue
        if isinstance(dtype, pl.Struct) and all(each.dtype == pl.Boolean for each in dtype.fields):
            slots += [Slot(each.name, column, pl.Boolean(), _TRUTHS, False) for each in dtype.fields]
        else:
            slots.append(Slot(column, column, dtype, _words_of(name, column, dtype, own), column in may_be_null))
    compared = layer.compared.nominal if layer.compared else ()
    labels = [slot for slot in slots if slot.name in compared and slot.inventory and not slot.nullable]
    main = labels[0] if labels and len(kinds) == 1 else None
    return Shape(layer, kinds, tuple(slots), main, own.zone_of_type)


def _numbers(dtype: pl.DataType) -> tuple[str, ...]:
    of = dtype.inner if isinstance(dtype, pl.List) else dtype
    assert isinstance(of, pl.Struct)
    return tuple(each.name for each in of.fields if each.name not in ("start", "end"))


def _words_of(name: str, column: str, dtype: pl.DataType, own: Inventory) -> tuple[str, ...]:
    if dtype == pl.Boolean:
        return _TRUTHS
    if dtype.is_integer():  # the one number that people label is the stance scale
        return tuple(str(step) for step in range(inventory.SCALE[0], inventory.SCALE[1] + 1))
    return schema.inventory_of(name, column, own) or ()


def _held(slot: Slot, row: Record) -> Any:
    value = row[slot.column]
    return value if slot.name == slot.column else value[slot.name]


@dataclass(frozen=True)
class Reading:
    """What is known while a file is read, and what was found to be wrong with it.

    Attributes:
        name: The file.
        pages: The text of each registered page.
        shape: The layer.
        annotator: Whose annotations are wanted; None for everybody's.
        problems: What is wrong.
        notes: What was understood otherwise than it is written, or is left out.
    """

    name: str
    pages: Mapping[str, str]
    shape: Shape
    annotator: str | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wants(self, annotator: str) -> bool:
        """Are somebody's annotations wanted? Of others' nothing is read, and nothing is said."""
        return self.annotator in (None, annotator)

    def refuse(self, code: str, place: str, message: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(code, place, message))

    def note(self, code: str, place: str, message: str) -> None:
        """Notes what is no problem, but must be said."""
        self.notes.append(Problem(code, place, message))

    def same_layer(self, place: str, stated: object) -> bool:
        """Is the layer that a file states, if any, the one that is asked for?"""
        if stated not in (None, self.shape.name):
            message = f"holds {shortened(str(stated))}, not {self.shape.name}: name the layer that it holds"
            self.refuse("layer-differs", place, message)
        return stated in (None, self.shape.name)

    def page(self, place: str, name: object, text: str | None = None) -> str | None:
        """The page that a file is about: the one that it names, else the one that has its text."""
        same = next((page for page, own in self.pages.items() if text is not None and own == text), None)
        if isinstance(name, str) and name in self.pages:
            if same not in (None, name) and self.pages[name] != text:
                self.refuse("text-differs", place, f"names {name}, but has the text of {same}")
                return None
            if text not in (None, self.pages[name]):
                self.note("quote-moved", place, f"the text is not that of {name}: spans are found by their words")
            return name
        if same:
            return same
        shown = f"{quoted(str(name))} is" if name else "it names no page, and its text is"
        message = f"{shown} no page of annotations/articles.jsonl: register the page, or give its id"
        self.refuse("article-unregistered", place, message)
        return None

    def placed(
        self,
        place: str,
        article: str,
        span: Span | None,
        quote: str | None,
        near: tuple[str, str],
        stated: str = "",
    ) -> Span | None:
        """Where a span lies in the page.

        Args:
            place: Where it stands in the file.
            article: The page.
            span: Its offsets in the file, in code points, if the file has them.
            quote: Its words, if the file has them. Where they stand elsewhere in the page, they are found again;
                offsets alone are taken as they are.
            near: The words before and after it, as far as the file has them. Of several places with the same words
                the one is taken that shares most of these; if that is not one place, the span is refused.
            stated: The offsets as the file has them, where it does not count code points, and what it counts.

        Returns:
            The span, or None where it is refused.
        """
        text = self.pages[article]
        if quote is None:
            fault = span_problem(place, span, text) if span else None
            self.problems.extend([fault] if fault else [])
            return None if fault else span
        found = _occurrences(text, quote)
        if len(found) > 1:
            shared = [_shared(text, each, near) for each in found]
            found = [each for each, count in zip(found, shared, strict=True) if count == max(shared)]
        if span in found:
            return span
        words = quoted(excerpt(quote))
        where = f"is not at {stated or f'[{span[0]}, {span[1]})'}" if span else "has no offsets"
        if len(found) == 1:
            if span:
                again = f"found again at [{found[0][0]}, {found[0][1]}){' in code points' if stated else ''}"
                self.note("quote-moved", place, f"{words} {where}: {again}")
            return found[0]
        count = f"stands {len(found)} times in" if found else "does not stand in"
        self.refuse("quote-not-found", place, f"{words} {where}, and {count} {article}: mark it anew")
        return None


def _occurrences(text: str, quote: str) -> list[Span]:
    found, start = [], text.find(quote) if quote else -1
    while start >= 0:
        found.append((start, start + len(quote)))
        start = text.find(quote, start + 1)
    return found


def _shared(text: str, span: Span, near: tuple[str, str]) -> int:
    """How many characters before and after a span are those that it should have around it."""
    from rapidfuzz.distance import Postfix, Prefix

    (before, after), (start, end) = near, span
    left, right = text[max(0, start - len(before)) : start], text[end : end + len(after)]
    return Postfix.similarity(left, before) + Prefix.similarity(right, after)


def around(text: str, span: Span) -> tuple[str, str]:
    """The words before and after a span."""
    return text[max(0, span[0] - CONTEXT) : span[0]], text[span[1] : span[1] + CONTEXT]


def gathered(marks: Mapping[str, Mark], links: Iterable[tuple[str, str]]) -> tuple[tuple[Mark, ...], ...]:
    """The marks of each row: those that relations connect, in the order of the file."""
    home = {name: name for name in marks}

    def root(name: str) -> str:
        while home[name] != name:
            name = home[name]
        return name

    order = {name: number for number, name in enumerate(marks)}
    for one, other in links:
        first, second = sorted((root(one), root(other)), key=order.__getitem__)
        home[second] = first
    rows: dict[str, list[Mark]] = {}
    for name, mark in marks.items():
        rows.setdefault(root(name), []).append(mark)
    return tuple(map(tuple, rows.values()))


def rows_of(document: Document, reading: Reading) -> list[Line]:
    """The rows of a page as annotators write them, each with its place; what is wrong goes to the reading.

    Ids that a file does not give are numbered in its order; what `_FOLLOWS` names is made anew.
    """
    shape = reading.shape
    lines = [line for marks in document.rows if (line := _row(shape, marks, reading))]
    _follow(shape, document.article, lines, reading.pages[document.article])
    columns = schema.annotated_columns(shape.name)
    found = []
    for place, row in lines:
        missing = [column for column in columns if column not in row]
        for column in [column for column in missing if column != "id"] or missing:  # ids are made of the others
            reading.refuse("missing-field", place, f"has no {column}: give it a value")
        line = Line(place, {column: row[column] for column in columns if column in row})
        faults = [] if missing else list(shape_problems(line, columns, schema.nullable(shape.name)))
        reading.problems.extend(faults)
        if not missing and not faults:
            found.append(line)
    return found


def _row(shape: Shape, marks: Sequence[Mark], reading: Reading) -> Line | None:
    place, faults = marks[0].place, len(reading.problems)
    spans: dict[str, list[Record]] = {kind: [] for kind in shape.kinds}
    values: dict[str, tuple[str, ...]] = {}
    if len(marks) > 1 and any(mark.tag == NO_SPAN for mark in marks):
        reading.refuse("format-line", place, f"a row with the tag {NO_SPAN} has other spans: take one of them away")
    for mark in marks:
        if mark.tag not in shape.tags:
            message = f"the tag {quoted(mark.tag)} is not one of {', '.join(shape.tags)}"
            reading.refuse("value-not-allowed", mark.place, message)
    if len(reading.problems) > faults:
        return None
    for mark in marks:
        own = dict(mark.values)
        if mark.tag != NO_SPAN:
            kind = next(iter(shape.kinds)) if shape.main else mark.tag
            numbers = _span_numbers(shape.kinds[kind], own, mark, reading)
            spans[kind] += [{"start": start, "end": end, **numbers} for start, end in mark.spans]
            if shape.main:
                own[shape.main.name] = (mark.tag,)
        for name, words in own.items():
            if values.setdefault(name, words) != words:
                message = f"{name} is {quoted(*values[name])} and {quoted(*words)} in one row: it takes one"
                reading.refuse("format-line", mark.place, message)
    row = {**_columns(shape, values, place, reading), **_spans(shape, spans, place, reading)}
    return Line(place, row) if len(reading.problems) == faults else None


def _span_numbers(names: Sequence[str], own: dict[str, tuple[str, ...]], mark: Mark, reading: Reading) -> Record:
    """What spans have besides their offsets, taken out of a mark's values."""
    found = {}
    for name in names:
        words = own.pop(name, ())
        if len(words) == 1 and words[0].isascii() and words[0].isdigit() and len(words[0]) < 6:
            found[name] = int(words[0])
        else:
            shown = quoted(*words) if words else "not there"
            reading.refuse("missing-field", mark.place, f"{name} of a {mark.tag} is {shown}: give a whole number")
    return found


def _columns(shape: Shape, values: Values, place: str, reading: Reading) -> Record:
    """The columns that words give; those without a value are null or an empty list where they may be, else left out."""
    row: Record = {}
    known = {slot.name for slot in shape.slots}
    if unknown := [name for name in values if name not in known]:
        names = ", ".join([*(slot.name for slot in shape.slots), *shape.numbers])
        reading.refuse("unknown-field", place, f"{quoted(*unknown)} is no field of {shape.name}: {names}")
    for slot in shape.slots:
        words = values.get(slot.name, ())
        if not words and not slot.many and not slot.nullable:
            if slot.name != slot.column:
                reading.refuse("missing-field", place, f"has no {slot.name}: it is true or false")
            continue
        try:
            value = slot.value(words)
        except ValueError as error:
            reading.refuse("value-not-allowed", place, str(error))
            continue
        if slot.name == slot.column:
            row[slot.column] = value
        else:
            row.setdefault(slot.column, {})[slot.name] = value
    return row


def _spans(shape: Shape, spans: Mapping[str, list[Record]], place: str, reading: Reading) -> Record:
    """The columns that spans give."""
    row: Record = {}
    columns = schema.annotated_columns(shape.name)
    for kind, found in spans.items():
        if kind != ROW and isinstance(columns[kind], pl.List):
            row[kind] = found
        elif len(found) == 1:
            row |= found[0] if kind == ROW else {kind: found[0]}
        else:
            reading.refuse("format-line", place, f"a row of {shape.name} is one span, and this has {len(found)}")
    return row


def _follow(shape: Shape, article: str, lines: Sequence[Line], text: str) -> None:
    """Adds what no tool is asked for, and the ids that are missing."""
    taken = {row["id"] for _, row in lines if "id" in row}
    for _, row in lines:
        with suppress(KeyError):  # a field that the id is made of is missing, which is said
            if shape.name in _NUMBERED and "id" not in row:
                row["id"] = next(name for name in _numbered(shape.name, article, row) if name not in taken)
                taken.add(row["id"])
            elif "id" in _FOLLOWS.get(shape.name, ()) and shape.layer.made_id:
                row["id"] = shape.layer.made_id({**row, "article": article})
    if shape.name == "stance":
        for _, row in lines:
            row["label"] = inventory.label_of_scale(row["scale"])
    if shape.name == "boilerplate":
        ordered = sorted((row for _, row in lines), key=lambda row: (row["start"], row["end"]))
        for row in ordered:
            row["zone"] = shape.zones[row["type"]]
        segments = [Segment(row["id"], text[row["start"] : row["end"]], row["zone"] == "body") for row in ordered]
        copies = repeats(segments)
        for row in ordered:
            row["repeats"] = copies[row["id"]]


def _numbered(layer: str, article: str, row: Record) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield _NUMBERED[layer].format(**{**row, "article": article, "number": number})
